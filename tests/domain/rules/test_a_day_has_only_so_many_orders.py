"""Order rate: what counts, the step at the limit, the own mean, and what no history tells."""

from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.events import OrderSeen, TimePassed
from propdesk.domain.instants import SECOND
from propdesk.domain.rules.order_rate import OrderRate
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, AppliesTo, Effect, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    sell,
    start,
    stop,
)

WARN = (Effect(kind="warn"),)


def rate(counted: str, most: int | None = 1, **more: Any) -> OrderRate:
    return OrderRate(counted=counted, max_per_day=most, effects=WARN, **more)  # type: ignore[arg-type]


def order(clock: str, name: str, action: str = "placed", *, day: int = 1, **more: Any) -> OrderSeen:
    figures = {"symbol": "ONE", "side": "buy", "kind": "limit", **more}
    return OrderSeen(ACCOUNT, at(clock, day), name, action, **figures)  # type: ignore[arg-type]


def told(rule: OrderRate, *events: Any) -> list[tuple[Any, ...]]:
    """Each verdict: when (as ``day HH:MM``), what, how many, against how many."""
    return [
        (
            datetime.fromtimestamp(each.at // SECOND, UTC).strftime("%-d %H:%M"),
            each.outcome,
            each.observed,
            each.limit,
        )
        for each in judge(rule, [start(), quote("00:00", "10000"), *events]).verdicts
    ]


A = buy("09:00", "a", "3")
OF_ONE_ORDER = [buy("09:00", "a", order="o"), buy("09:01", "a", order="o")]
NETTING = [start(netting=True), quote("00:00", "10000")]


@pytest.mark.parametrize(
    ("counted", "most", "events", "verdicts"),
    [
        # a fill in, a fill out: two executions; the parts of one order are one
        ("executions", 1, [A, close("09:05", A, "10000")], [("1 09:05", "warn", 2, 1)]),
        ("executions", 2, [A, close("09:05", A, "10000")], []),
        ("executions", 1, OF_ONE_ORDER, []),
        ("executions", 0, OF_ONE_ORDER, [("1 09:00", "warn", 1, 0)]),
        # a position is one trade however often it is enlarged or reduced
        ("trades", 1, [A, buy("09:01", "a"), close("09:02", A, "10000", "1")], []),
        ("trades", 1, [A, sell("09:01", "b")], [("1 09:01", "warn", 2, 1)]),
        # only reported: one that opened yesterday was no trade of today
        (
            "trades",
            0,
            [reported("00:00", "10:00", "1")],
            [("1 10:00", "warn", 1, 0)],
        ),
        (
            "trades",
            0,
            [TimePassed(at("01:00", 2)), reported("23:59", "23:59", "1", id="x")],
            [],
        ),
        # an order and what becomes of it are one order, on the day it was first heard of
        ("orders", 1, [order("09:00", "o"), order("09:01", "o", "filled")], []),
        ("orders", 1, [order("09:00", "o"), buy("09:01", "a", order="o")], []),
        ("orders", 1, [buy("09:01", "a", order="o"), order("09:02", "o")], []),
        ("orders", 1, [order("09:00", "o"), A], []),
        (
            "orders",
            1,
            [order("09:00", "o"), buy("09:01", "a", order="p")],
            [("1 09:01", "warn", 2, 1)],
        ),
        ("orders", 0, [order("09:00", "o", "modified"), order("09:01", "o", "cancelled")], []),
        (
            "orders",
            0,
            [order("09:00", "o"), buy("09:01", "a", day=2, order="o")],
            [("1 09:00", "warn", 1, 0)],
        ),
        # changes of orders and of stops
        (
            "modifications",
            1,
            [order("09:00", "o", "modified"), order("09:01", "o", "modified")],
            [("1 09:01", "warn", 2, 1)],
        ),
        ("modifications", 0, [A, stop("09:01", "a", "9000")], [("1 09:01", "warn", 1, 0)]),
        ("modifications", 0, [order("09:00", "o"), A], []),
        ("executions", 1, [A, stop("09:01", "a", "9000"), order("09:02", "o", "modified")], []),
    ],
)
def test_what_is_counted(
    counted: str, most: int, events: list[Any], verdicts: list[tuple[Any, ...]]
) -> None:
    assert told(rate(counted, most), *events) == verdicts


def test_a_netting_position_is_a_trade_when_it_turns_not_when_it_shrinks() -> None:
    turned = sell("09:02", "s", "2", entry="inout")
    shrunk = sell("09:01", "t", "1", entry="inout")
    events = [*NETTING, buy("09:00", "a", "2"), shrunk, turned]
    (verdict,) = judge(rate("trades"), events).verdicts
    assert (verdict.at, verdict.observed) == (turned.at, 2)


def test_a_stop_may_be_named_by_the_symbol_of_a_netting_account() -> None:
    events = [*NETTING, buy("09:00", "a"), stop("09:01", "ONE", "9000"), stop("09:02", "a", "9001")]
    (verdict,) = judge(rate("modifications"), events).verdicts
    assert (verdict.at, verdict.observed) == (at("09:02"), 2)


@pytest.mark.parametrize(
    ("comparison", "verdicts"),
    [("cross", [("1 09:02", "warn", 3, 2)]), ("touch", [("1 09:01", "warn", 2, 2)])],
)
def test_the_limit_itself_and_one_more(comparison: str, verdicts: list[tuple[Any, ...]]) -> None:
    changes = [order(f"09:0{n}", "o", "modified") for n in range(5)]
    rule = rate("modifications", 2, comparison=comparison)
    assert told(rule, *changes) == verdicts
    (verdict,) = judge(rule, [start(), *changes]).verdicts
    assert verdict.comparison == comparison
    assert verdict.evidence == {"counted": "modifications"}


def test_every_day_has_its_own_count() -> None:
    events = [buy(f"{hour}:00", f"{day}-{hour}", day=day) for day in (1, 2) for hour in (10, 11)]
    assert told(rate("trades", 1), *events) == [
        ("1 11:00", "warn", 2, 1),
        ("2 11:00", "warn", 2, 1),
    ]


def test_only_what_the_rule_is_about() -> None:
    about_one = rate("orders", 0, applies_to=AppliesTo(instruments=("ONE",)))
    assert told(about_one, order("09:00", "o", symbol="TWO")) == []
    assert told(about_one, order("09:00", "o", symbol="ONE")) == [("1 09:00", "warn", 1, 0)]
    # by the broker's name of it too
    assert told(about_one, order("09:00", "o", symbol="ONE.pro")) == [("1 09:00", "warn", 1, 0)]
    stops = rate("modifications", 0, applies_to=AppliesTo(asset_classes=("metals",)))
    history = [A, buy("09:00", "g", symbol="GOLD"), stop("09:01", "a", "9000")]
    assert told(stops, *history) == []
    assert told(stops, *history, stop("09:02", "g", "9000")) == [("1 09:02", "warn", 1, 0)]


def days(*counts: int) -> list[Any]:
    """So many trades on each of the days, from the first of March."""
    return [
        buy(f"{9 + n:02d}:00", f"{day}-{n}", day=day)
        for day, count in enumerate(counts, start=1)
        for n in range(count)
    ]


@pytest.mark.parametrize(
    ("comparison", "counts", "verdicts"),
    [
        # the mean of 1 and 2 is 1½, 100 % above it is 3
        ("cross", (1, 2, 3), []),
        ("cross", (1, 2, 4), [("3 12:00", "warn", 4, 3)]),
        ("touch", (1, 2, 3), [("3 11:00", "warn", 3, 3)]),
        # a day without trades is no day of the mean; (1 + 2 + 1) ÷ 3 × 2 is 2⅔
        ("cross", (1, 0, 2, 1, 3), [("5 11:00", "warn", 3, Fraction(8, 3))]),
        ("cross", (1, 0, 9), []),
    ],
)
def test_far_above_the_own_mean(
    comparison: str, counts: tuple[int, ...], verdicts: list[tuple[Any, ...]]
) -> None:
    rule = rate("trades", None, above_mean_percent=d(100), mean_days_min=2, comparison=comparison)
    assert told(rule, *days(*counts)) == verdicts


TOMORROW = TimePassed(at("01:00", 2))
UNTOLD = [("2 00:00", "unknown", None, 5)]


@pytest.mark.parametrize(
    ("counted", "events", "verdicts"),
    [
        ("orders", [A], UNTOLD),
        ("modifications", [A], UNTOLD),
        ("orders", [reported("09:00", "10:00", "1")], UNTOLD),
        ("executions", [reported("09:00", "10:00", "1")], UNTOLD),
        ("executions", [A, close("10:00", A, "10000")], []),
        ("trades", [A], []),
        ("trades", [reported("09:00", "10:00", "1")], []),
        ("orders", [], []),
        ("orders", [order("08:00", "o", symbol="TWO"), A], []),
        ("modifications", [A, stop("09:01", "a", "9000")], []),
        ("orders", [A, stop("09:01", "a", "9000")], []),
    ],
)
def test_what_no_history_tells_is_not_known(
    counted: str, events: list[Any], verdicts: list[tuple[Any, ...]]
) -> None:
    assert told(rate(counted, 5), *events, TOMORROW) == verdicts


def test_why_it_is_not_known_and_on_which_days() -> None:
    first, second = A, close("09:00", A, "10000", day=3)
    late = TimePassed(at("01:00", 4))
    result = judge(rate("orders", 5, comparison="touch"), [start(), first, second, late])
    assert result.status == "unknown"
    assert [(each.outcome, each.at) for each in result.verdicts] == [
        ("unknown", at("00:00", 2)),
        ("unknown", at("00:00", 4)),
    ]
    for each in result.verdicts:
        assert each.evidence == {"reason": "orders are not part of the history"}
        assert each.comparison == "touch"


WON = close("10:00", A, "10001")
GOAL = ProfitTarget(target=Amount(money=d(3)), measured_on="balance")


@pytest.mark.parametrize(
    ("rule", "events", "status"),
    [
        (rate("orders", 9), [A, WON], "active"),
        (rate("modifications", 9), [A, WON], "active"),
        (rate("modifications", 9), [order("08:00", "o"), A, WON], "passed"),
        (rate("executions", 9), [reported("09:00", "10:00", "3")], "active"),
        (rate("executions", 9), [A, WON], "passed"),
        (rate("trades", 9), [A, WON], "passed"),
    ],
)
def test_nobody_passes_on_the_first_day_by_what_is_not_told(
    rule: OrderRate, events: list[Any], status: str
) -> None:
    result = judge((rule, GOAL), [start(), quote("00:00", "10000"), *events])
    assert result.status == status
    waiting = [each for each in result.objectives if each.rule == "order_rate"]
    assert bool(waiting) is (status == "active")
    for each in waiting:
        assert (each.required, each.current, each.met) == (rule.formula(), None, None)
        assert each.blocks == "both"


def test_executions_are_told_again_the_day_after() -> None:
    events = [reported("09:00", "10:00", "1"), buy("09:00", "b", day=2)]
    result = judge(rate("executions", 5), [start(), *events, TimePassed(at("01:00", 3))])
    assert [(each.outcome, each.at, each.comparison) for each in result.verdicts] == [
        ("unknown", at("00:00", 2), "cross")
    ]


@pytest.mark.parametrize(
    ("rule", "sentence", "formula"),
    [
        (
            rate("executions", 50),
            "A day may not have more than 50 executions.",
            "executions per day ≤ 50",
        ),
        (
            rate("modifications", 2000, comparison="touch"),
            "A day must have fewer than 2000 modifications.",
            "modifications per day < 2000",
        ),
        (
            rate("trades", None, above_mean_percent=d(100)),
            (
                "A day's trades may not exceed the trader's own daily mean by more than 100 %, "
                "judged once there are 5 days to compare with."
            ),
            "trades today ≤ mean × (1 + 100 %)",
        ),
        (
            rate("orders", None, above_mean_percent=d("12.5"), mean_days_min=3, comparison="touch"),
            (
                "A day's orders may not exceed the trader's own daily mean by 12.5 % or more, "
                "judged once there are 3 days to compare with."
            ),
            "orders today < mean × (1 + 12.5 %)",
        ),
    ],
)
def test_it_says_itself(rule: OrderRate, sentence: str, formula: str) -> None:
    assert rule.sentence() == sentence
    assert rule.formula() == formula


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"most": None}, "an order rate is exactly one of max_per_day, above_mean_percent"),
        (
            {"most": 1, "above_mean_percent": d(1)},
            "an order rate is exactly one of max_per_day, above_mean_percent",
        ),
        (
            {"most": None, "above_mean_percent": d(1), "mean_days_min": 0},
            "a mean needs at least 1 day before",
        ),
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: dict[str, Any], why: str) -> None:
    with pytest.raises(TermsError) as refused:
        rate("trades", **terms)
    assert str(refused.value) == why
    assert rate("trades", None, above_mean_percent=d(1), mean_days_min=1).mean_days_min == 1
