"""Profit taken out by rules (RULES T2, excluded_pnl): wins are cut, losses stay, nothing twice."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import Deal, NewsScheduled
from propdesk.domain.rules.exposure import Cap, ExposureLimit
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.rules.holding_time import HoldingTime
from propdesk.domain.rules.news import News
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, RuleTerms
from tests.domain.rules.histories import at, buy, close, d, judge, quote, reported, sell, start

GOAL = ProfitTarget(target=Amount(money=d(50000)), measured_on="adjusted_balance")
REMOVED = (Effect(kind="profit_adjust", factor=d(0)),)
HALVED = (Effect(kind="profit_adjust", factor=d("0.5")),)
SHORT = HoldingTime(measure="each", seconds=120, effects=REMOVED)
LOTS = ExposureLimit(unit="lots", aggregation="all_open", cap=Cap(at_most=d(2)), when="at_close",
                     counting="per_position", effects=REMOVED)  # fmt: skip
NIGHT = Hedging(same_account="banned_overnight", effects=REMOVED)
DAY = Hedging(same_account="banned", effects=REMOVED)
NEWS = News(window_before_minutes=d(5), window_after_minutes=d(5), restricts=("open", "close"),
            targets="all", effects=HALVED)  # fmt: skip
RELEASE = NewsScheduled(at("00:00"), "n", at("12:30"), "Payrolls", ("USD",))


def counted(rules: RuleTerms | tuple[RuleTerms, ...], *events: Any) -> Any:
    every = rules if isinstance(rules, tuple) else (rules,)
    result: Evaluation = judge((*every, GOAL), [start(), quote("00:00", "10000"), *events])
    return next(each for each in result.objectives if each.rule == "profit_target").current


def won(opening: Deal, clock: str, amount: int, lots: str | None = None, *, day: int = 1) -> Deal:
    return replace(close(clock, opening, "10000", lots, day=day), profit=d(amount))


@pytest.mark.parametrize(
    ("closed", "expected"),
    [
        (reported("09:00", "09:02", "100"), 100),
        (reported("09:00", "09:01:59.999999", "100"), 0),
        (reported("09:00", "09:01", "-100"), -100),
        (reported("09:00", "09:01", "100", commission=d(-7)), 0),  # what it earned after costs
        (reported("09:00", "09:01", "5", commission=d(-7)), -2),
    ],
)
def test_trades_held_too_short(closed: Any, expected: int) -> None:
    assert counted(SHORT, closed) == expected


A, B = buy("09:00", "a"), buy("09:10", "b")
OVER = buy("09:20", "c", "0.01")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((A, B, won(A, "10:00", 10), won(B, "10:00", 20)), 30),
        ((A, B, OVER, won(A, "10:00", 10), won(B, "10:00", 20), won(OVER, "10:00", 40)), 30),
        ((A, B, OVER, won(A, "10:00", 10), won(B, "10:00", 20), won(OVER, "10:00", -40)), -10),
    ],
)
def test_trades_opened_over_the_lots_allowed(events: tuple[Any, ...], expected: int) -> None:
    assert counted(LOTS, *events) == expected


LONG, OPPOSITE = buy("09:00", "l", "2"), sell("10:00", "s")


@pytest.mark.parametrize(
    ("rule", "events", "expected"),
    [
        (NIGHT, (LONG, OPPOSITE, won(OPPOSITE, "23:59", 50), won(LONG, "09:00", 30, day=2)), 80),
        (NIGHT, (LONG, OPPOSITE, won(OPPOSITE, "00:01", 50, day=2), won(LONG, "09:00", 30, day=2)),
         0),
        (NIGHT, (LONG, OPPOSITE, won(OPPOSITE, "00:01", -50, day=2), won(LONG, "09:00", 30, day=2)),
         -50),
        # in parts: each part closed after the night
        (NIGHT, (LONG, OPPOSITE, won(LONG, "00:01", 7, "1", day=2), won(LONG, "00:02", 9, "1",
                 day=2), won(OPPOSITE, "00:03", 50, day=2)), 0),
        # what was closed before the night was not hedged over it
        (NIGHT, (LONG, OPPOSITE, won(LONG, "20:00", 7, "1"), won(LONG, "00:02", 9, "1", day=2),
                 won(OPPOSITE, "00:03", 50, day=2)), 7),
        (DAY, (LONG, OPPOSITE, won(OPPOSITE, "11:00", 50), won(LONG, "12:00", 30)), 0),
        # a new position under the old name is free
        (DAY, (LONG, OPPOSITE, won(OPPOSITE, "11:00", 50), won(LONG, "12:00", 30),
               buy("13:00", "l"), won(buy("13:00", "l"), "14:00", 5)), 5),
        # reported: two longs beside one short, all of them hedged
        (DAY, (reported("09:00", "12:00", "10", id="a"), reported("09:00", "12:00", "20", id="b"),
               reported("10:00", "13:00", "40", id="c", side="sell"),
               reported("14:00", "15:00", "1", id="d")), 1),
    ],
)  # fmt: skip
def test_hedged_profits(rule: Hedging, events: tuple[Any, ...], expected: int) -> None:
    assert counted(rule, *events) == expected


def test_a_hedge_whose_profit_is_taken_breaks_nothing_before_it_closes() -> None:
    result = judge(DAY, [start(), quote("00:00", "10000"), LONG, OPPOSITE])
    assert not result.verdicts
    closing = won(OPPOSITE, "11:00", 50)
    (verdict,) = judge(DAY, [start(), quote("00:00", "10000"), LONG, OPPOSITE, closing]).verdicts
    assert verdict.outcome == "profit_adjust"
    assert verdict.evidence == {"positions": "s, l", "symbols": "ONE, ONE"}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (SHORT, 0),
        (NEWS, 50),
        ((SHORT, NEWS), 0),
        ((NEWS, SHORT), 0),
        ((replace(SHORT, effects=HALVED), NEWS), 50),
    ],
)
def test_of_two_rules_the_harsher_takes_a_profit_once(rules: Any, expected: int) -> None:
    assert counted(rules, RELEASE, reported("12:29", "12:30", "100")) == expected
