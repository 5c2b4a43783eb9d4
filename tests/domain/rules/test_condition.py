"""A custom condition is asked at its moments only, and what it cannot say is unknown."""

from datetime import time
from decimal import Decimal

import pytest

from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import DayReported
from propdesk.domain.rules.condition import Condition
from propdesk.domain.terms import Effect, TermsError
from propdesk.wire.conditions import CelConditions
from tests.story import CATALOGUE, at, deal, judged, opened, passed, reported, rulebook

WARN = (Effect(kind="warn"),)


def told(terms: Condition, *events, **accounting):
    book = rulebook(terms, zone="UTC", **accounting)
    evaluator = Evaluator(
        book,
        book.phases[0],
        size=Decimal(100000),
        catalogue=CATALOGUE,
        conditions=CelConditions(),
    )
    evaluator.feed(events)
    return [(each.outcome, each.at) for each in evaluator.result().verdicts]


def condition(expression: str, *on: str, **more) -> Condition:
    return Condition(expression=expression, on=on, says="As agreed.", effects=WARN, **more)  # type: ignore[arg-type]


def test_on_a_deal() -> None:
    history = (
        opened("2026-03-02 08:00:00"),
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1.00", "1.08000"),
        deal("2026-03-02 09:30:00", "P1", "sell", "out", "1.00", "1.08100", profit="100.00"),
    )
    at_close = at("2026-03-02 09:30:00")
    assert told(condition("deal_profit_minor >= 10000", "deal"), *history) == [("warn", at_close)]
    assert told(condition("deal_profit_minor > 10000", "deal"), *history) == []
    assert told(condition("flat && balance_minor == 10010000", "deal"), *history) == [
        ("warn", at_close)
    ]
    assert told(condition("flat", "report", "day_end"), *history) == []


def test_at_the_days_end() -> None:
    history = (
        opened("2026-03-02 08:00:00"),
        passed("2026-03-03 00:00:00"),
        passed("2026-03-04 00:00:00"),
    )
    found = told(condition("weekday == 2", "day_end"), *history)
    assert len(found) == 1


def test_at_its_time_of_day() -> None:
    history = (
        opened("2026-03-02 08:00:00"),
        passed("2026-03-02 20:59:59"),
        passed("2026-03-03 20:00:00"),
    )
    once = condition("flat", "timer", timer_at=time(21, 0))
    assert told(once, *history) == [("warn", at("2026-03-02 21:00:00"))]
    minute = condition("minute_of_day == 1260", "timer", timer_at=time(21, 0))
    assert told(minute, *history) == [("warn", at("2026-03-02 21:00:00"))]


def test_on_a_report_sees_the_reported_equity() -> None:
    history = (
        opened("2026-03-02 08:00:00"),
        reported("2026-03-02 09:00:00", "100000.00", "99000.00"),
    )
    low = condition("equity_minor <= 9900000", "report")
    assert told(low, *history, equity_source="reported") == [("warn", at("2026-03-02 09:00:00"))]
    lower = condition("equity_minor < 9900000", "report")
    assert told(lower, *history, equity_source="reported") == []


def test_what_cannot_be_said_is_unknown() -> None:
    history = (
        opened("2026-03-02 08:00:00"),
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1.00", "1.08000"),
    )
    broken = condition("balance_minor / 0 == 1", "deal")
    assert [outcome for outcome, _ in told(broken, *history)] == ["unknown"]
    evaluation = judged(rulebook(condition("!flat", "deal"), zone="UTC"), history)
    assert [each.outcome for each in evaluation.verdicts] == ["unknown"]  # nothing is wired


def evidence(terms: Condition, *events, wired: bool = True):
    """What each verdict says it was asked, when, and why there was no answer."""
    book = rulebook(terms, zone="UTC")
    evaluator = Evaluator(
        book,
        book.phases[0],
        size=Decimal(100000),
        catalogue=CATALOGUE,
        conditions=CelConditions() if wired else None,
    )
    evaluator.feed(events)
    verdicts = evaluator.result().verdicts
    assert all((each.observed, each.limit) == (None, None) for each in verdicts)
    return [(each.outcome, dict(each.evidence)) for each in verdicts]


BOUGHT = (
    opened("2026-03-02 08:00:00"),
    deal("2026-03-02 09:00:00", "P1", "buy", "in", "1.00", "1.08000"),
)


@pytest.mark.parametrize(
    ("expression", "wired", "outcome", "reason"),
    [
        ("!flat", True, "warn", {}),
        ("balance_minor / 0 == 1", True, "unknown", {"reason": "no answer"}),
        ("!flat", False, "unknown", {"reason": "no condition language is wired"}),
    ],
)
def test_the_evidence_names_the_question_and_why_it_has_no_answer(
    expression: str, wired: bool, outcome: str, reason: dict[str, str]
) -> None:
    found = evidence(condition(expression, "deal"), *BOUGHT, wired=wired)
    asked = {"expression": expression, "asked_on": "deal"}
    assert [(verdict, {**told}) for verdict, told in found] == [(outcome, {**asked, **reason})]


def test_a_reported_day_is_a_report() -> None:
    history = (
        opened("2026-03-02 08:00:00"),
        DayReported("A1", at("2026-03-02 20:00:00"), profit=Decimal(250)),
    )
    won = condition("closed_profit_minor == 25000", "report")
    assert told(won, *history) == [("warn", at("2026-03-02 20:00:00"))]
    assert told(condition("closed_profit_minor == 25000", "deal"), *history) == []
    assert [each["asked_on"] for _, each in evidence(won, *history)] == ["report"]


@pytest.mark.parametrize(
    ("zone", "start", "until", "rings"),
    [
        # 21:00 in New York is 02:00 UTC in winter, and 01:00 from 8 March on
        (
            "America/New_York",
            "2026-03-05 08:00:00",
            "2026-03-09 12:00:00",
            [
                "2026-03-06 02:00:00",
                "2026-03-07 02:00:00",
                "2026-03-08 02:00:00",
                "2026-03-09 01:00:00",
            ],
        ),
        # in New York it is still the day before
        (
            "America/New_York",
            "2026-03-03 01:00:00",
            "2026-03-03 12:00:00",
            ["2026-03-03 02:00:00"],
        ),
        # opened after the day's time: the first one is tomorrow's
        ("UTC", "2026-03-02 21:00:01", "2026-03-03 21:00:00", ["2026-03-03 21:00:00"]),
        # opened exactly at it: that moment is over
        ("UTC", "2026-03-02 21:00:00", "2026-03-03 20:59:59", []),
        ("UTC", "2026-03-02 20:59:59", "2026-03-02 21:00:00", ["2026-03-02 21:00:00"]),
        # in Tokyo it is already the next day
        ("Asia/Tokyo", "2026-03-02 16:00:00", "2026-03-03 15:00:00", ["2026-03-03 12:00:00"]),
    ],
)
def test_the_timer_is_in_the_rulebooks_zone(
    zone: str, start: str, until: str, rings: list[str]
) -> None:
    nightly = Condition(expression="flat", on=("timer",), says="x", effects=WARN, timer_at=time(21))
    book = rulebook(nightly, zone=zone)
    evaluator = Evaluator(
        book,
        book.phases[0],
        size=Decimal(100000),
        catalogue=CATALOGUE,
        conditions=CelConditions(),
    )
    evaluator.feed((opened(start), passed(until)))
    assert [each.at for each in evaluator.result().verdicts] == [at(each) for each in rings]


NOBODY_ASKS = "`on` must name at least one of deal, day_end, timer, report"
TIMER_ALONE = "`timer_at` is needed with `on: [timer]`, and only then"


@pytest.mark.parametrize(
    ("on", "timer_at", "words"),
    [
        ((), None, NOBODY_ASKS),
        (("timer",), None, TIMER_ALONE),
        (("deal",), time(21, 0), TIMER_ALONE),
    ],
)
def test_terms_that_mean_nothing_are_refused(
    on: tuple[str, ...], timer_at: time | None, words: str
) -> None:
    with pytest.raises(TermsError) as refused:
        condition("flat", *on, timer_at=timer_at)
    assert str(refused.value) == words
