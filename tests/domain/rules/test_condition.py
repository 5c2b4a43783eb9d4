"""A custom condition is asked at its moments only, and what it cannot say is unknown."""

from datetime import time
from decimal import Decimal

import pytest

from propdesk.domain.evaluator import Evaluator
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


@pytest.mark.parametrize(
    ("on", "timer_at"), [((), None), (("timer",), None), (("deal",), time(21, 0))]
)
def test_terms_that_mean_nothing_are_refused(on: tuple[str, ...], timer_at: time | None) -> None:
    with pytest.raises(TermsError):
        condition("flat", *on, timer_at=timer_at)
