"""What a rule says of its end by time alone is when it speaks, if nothing more is done."""

from typing import Any

import pytest

from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event, OrderSeen, Paused, Resumed
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.rules.inactivity import Inactivity
from propdesk.domain.rules.time_limit import TimeLimit
from propdesk.domain.terms import RuleTerms
from tests import story

OPENED = story.opened("2026-03-04 09:00:00")  # a Wednesday
TRADE: list[Event] = [
    story.deal("2026-03-05 10:00:00", "P1", "buy", "in", "1", "1.1"),
    story.deal("2026-03-05 11:00:00", "P1", "sell", "out", "1", "1.1", profit="0"),
]
HELD: list[Event] = [story.deal("2026-03-05 10:00:00", "P1", "buy", "in", "1", "1.1")]
WAITS: list[Event] = [
    OrderSeen(
        story.ACCOUNT, story.at("2026-03-06 10:00:00"), "O1", "placed", "EURUSD", "buy", "limit"
    )
]
FROZEN: list[Event] = [
    Paused(story.ACCOUNT, story.at("2026-03-05 10:00:00"), "asked", None),
    Resumed(story.ACCOUNT, story.at("2026-03-09 10:00:00"), "asked"),
]


def idle(**more: Any) -> Inactivity:
    return Inactivity(**more)


@pytest.mark.parametrize(
    ("terms", "events"),
    [
        (TimeLimit(days=30), []),
        (TimeLimit(days=30, unit="trading_days"), TRADE),
        (TimeLimit(days=5), FROZEN),
        (TimeLimit(days=10, counted_from="first_trade"), TRADE),
        (idle(days=1), []),
        (idle(days=5), []),
        (idle(days=5, unit="trading_days"), TRADE),
        (idle(days=30), TRADE),
        (idle(days=5), FROZEN),
        (idle(days=5, activity="assignment", open_position_counts=False), TRADE),
        (idle(days=5, activity="open", open_position_counts=False), HELD),
        (idle(days=5, pending_order_counts=True), WAITS),
        (idle(unit="iso_week"), []),
        (idle(unit="iso_week"), TRADE),
        (idle(unit="iso_week"), FROZEN),
    ],
)
def test_it_speaks_when_it_said_it_would(terms: RuleTerms, events: list[Event]) -> None:
    evaluator = told(terms, events)
    said = evaluator.judges[0].ends_at()
    assert said is not None
    if events is WAITS:  # what waits now is taken for gone tomorrow
        evaluator.wake_at(story.at("2026-03-06 23:30:00"))
        gone = story.at("2026-03-06 23:30:00")
        evaluator.feed([OrderSeen(story.ACCOUNT, gone, "O1", "cancelled", "EURUSD", "buy")])
    verdicts = evaluator.standing.verdicts
    evaluator.wake_at(said - 1)
    assert not [each for each in verdicts if each.outcome == "fail"]
    evaluator.wake_at(said)
    assert [each.rule for each in verdicts if each.outcome == "fail"] == [terms.rule]
    assert evaluator.judges[0].ends_at() is None


@pytest.mark.parametrize(
    ("terms", "events"),
    [
        (TimeLimit(days=10, counted_from="first_trade"), []),
        (TimeLimit(days=10), FROZEN[:1]),
        (idle(days=10), FROZEN[:1]),
    ],
)
def test_it_says_nothing_while_no_time_runs(terms: RuleTerms, events: list[Event]) -> None:
    assert told(terms, events).judges[0].ends_at() is None


def test_whatever_is_done_makes_it_later() -> None:
    ends = [told(idle(days=5), events).judges[0].ends_at() for events in ([], TRADE, FROZEN)]
    assert ends[0] is not None
    assert all(each is not None and each > ends[0] for each in ends[1:])


def test_a_rule_without_a_clock_never_ends_anything() -> None:
    assert told(Hedging(same_account="banned"), []).judges[0].ends_at() is None


def told(terms: RuleTerms, events: list[Event]) -> Evaluator:
    book = story.rulebook(terms)
    evaluator = Evaluator(book, book.phases[0], size=OPENED.balance, catalogue=story.CATALOGUE)
    evaluator.feed([OPENED, *events])
    return evaluator
