"""Order rate, martingale and grid: patterns told from counts, sizes and prices of one account."""

import pytest

from propdesk.domain.events import OrderSeen, TimePassed
from propdesk.domain.rules.grid import Grid, adverse_run, evenly_spaced
from propdesk.domain.rules.martingale import Martingale
from propdesk.domain.rules.order_rate import OrderRate, executions, mean_limit
from propdesk.domain.terms import Effect, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    outcomes,
    reported,
    sell,
    start,
    stop,
)

WARN = (Effect(kind="warn"),)


def order(clock: str, name: str, action: str = "placed", price: str = "9990", **more: object):
    figures = {"kind": "limit", "lots": d(1), "requested_price": d(price), "side": "buy", **more}
    return OrderSeen(ACCOUNT, at(clock), name, action, "ONE", **figures)  # type: ignore[arg-type]


# -- order rate

BIG = buy("09:00", "a", "200")
FILLS = [BIG, close("09:01", BIG, "10000", "100"), close("09:02", BIG, "10000", "100")]


def test_an_order_of_any_size_is_one_execution():
    """Take Profit Trader: buy 200, sell 100, sell 100 are three."""
    assert executions(FILLS) == 3
    parts = [buy("09:00", "a", order="o"), buy("09:01", "a", order="o")]
    assert executions(parts) == 1


@pytest.mark.parametrize(
    ("counted", "most", "events", "broken"),
    [
        ("executions", 3, FILLS, False),
        ("executions", 2, FILLS, True),
        ("trades", 1, FILLS, False),
        ("trades", 1, [*FILLS, buy("09:05", "b")], True),
        ("trades", 1, [reported("09:00", "10:00", "1"), reported("10:00", "11:00", "1")], True),
        ("orders", 1, [order("09:00", "o"), order("09:01", "o", "modified")], False),
        ("orders", 1, [order("09:00", "o"), order("09:01", "p")], True),
        ("modifications", 1, [order("09:00", "o"), order("09:01", "o", "modified")], False),
        (
            "modifications",
            1,
            [order("09:00", "o", "modified"), BIG, stop("09:01", "a", "9000")],
            True,
        ),
    ],
)
def test_what_is_counted(counted, most, events, broken):
    rule = OrderRate(counted=counted, max_per_day=most, effects=WARN)
    assert bool(judge(rule, [start(), *events]).verdicts) is broken


def test_a_day_starts_at_zero_and_says_it_once():
    rule = OrderRate(counted="trades", max_per_day=1, effects=WARN)
    events = [
        start(),
        buy("09:00", "a"),
        buy("10:00", "b"),
        buy("11:00", "c"),
        buy("09:00", "e", day=2),
    ]
    assert outcomes(judge(rule, events)) == [("10:00", "warn")]
    touch = OrderRate(counted="trades", max_per_day=1, effects=WARN, comparison="touch")
    assert outcomes(judge(touch, events))[0] == ("09:00", "warn")


def test_orders_that_no_history_tells_are_not_known():
    rule = OrderRate(counted="modifications", max_per_day=2000, effects=WARN)
    silent = judge(rule, [start(), *FILLS, TimePassed(at("01:00", 2))])
    assert outcomes(silent) == [("24:00", "unknown")]
    told = judge(rule, [start(), order("08:00", "o"), *FILLS, TimePassed(at("01:00", 2))])
    assert outcomes(told) == []


def test_a_day_far_above_the_own_mean():
    assert mean_limit([1, 2], d(100)) == 3
    rule = OrderRate(counted="trades", above_mean_percent=d(100), mean_days_min=2, effects=WARN)
    past = [buy("09:00", "a"), buy("09:00", "b", day=2), buy("10:00", "c", day=2)]
    today = [buy(f"{hour}:00", f"t{hour}", day=3) for hour in (10, 11, 12, 13)]
    assert outcomes(judge(rule, [start(), *past, *today[:3]])) == []
    assert outcomes(judge(rule, [start(), *past, *today])) == [("61:00", "warn")]
    with pytest.raises(TermsError):
        OrderRate(counted="trades")


# -- martingale


def martingale(**more: object) -> Martingale:
    figures: dict[str, object] = {"window_hours": 6, "effects": WARN, **more}
    return Martingale(**figures)  # type: ignore[arg-type]


LOST = [reported("09:00", "09:30", "-1"), reported("10:00", "10:30", "-1", lots=d("1.5"))]


@pytest.mark.parametrize(
    ("rule", "events", "broken"),
    [
        (martingale(), [*LOST, buy("11:00", "c", "2")], True),
        (martingale(), [*LOST, buy("11:00", "c", "1.99")], False),
        (martingale(comparison="cross"), [*LOST, buy("11:00", "c", "2")], False),
        (martingale(reference="last_trade"), [*LOST, buy("11:00", "c", "2.99")], False),
        (martingale(reference="last_trade"), [*LOST, buy("11:00", "c", "3")], True),
        (martingale(), [LOST[0], buy("11:00", "c", "2")], False),
        (martingale(streak_min_losses=1), [LOST[0], buy("11:00", "c", "2")], True),
        # the first loss is six hours old, then more than that
        (martingale(), [*LOST, buy("15:30", "c", "2")], True),
        (martingale(), [*LOST, buy("15:31", "c", "2")], False),
        (martingale(window_hours=None), [*LOST, buy("15:31", "c", "2")], True),
        # a win ends the streak
        (martingale(), [*LOST, reported("10:31", "10:32", "1"), buy("11:00", "c", "2")], False),
        (martingale(), [*LOST, reported("11:00", "12:00", "1", lots=d(2))], True),
        (martingale(), [*LOST, reported("10:29", "12:00", "1", lots=d(2))], False),
    ],
)
def test_raising_the_stake_after_losses(rule, events, broken):
    assert bool(judge(rule, [start(), *events]).verdicts) is broken


@pytest.mark.parametrize(
    ("events", "broken"),
    [
        ([buy("09:00", "a"), buy("09:01", "b", price=d(9999))], True),
        ([buy("09:00", "a"), buy("09:01", "a", price=d(9999))], True),
        ([buy("09:00", "a"), buy("09:01", "b")], False),
        ([buy("09:00", "a"), buy("09:01", "b", price=d(10001))], False),
        ([sell("09:00", "a"), sell("09:01", "b", price=d(10001))], True),
        ([buy("09:00", "a"), sell("09:01", "b", price=d(9999))], False),
        ([buy("09:00", "a"), buy("09:01", "b", price=d(9999), symbol="TWO")], False),
    ],
)
def test_adding_to_a_loser(events, broken):
    rule = martingale(pattern="add_to_loser")
    assert bool(judge(rule, [start(), *events]).verdicts) is broken
    assert not judge(martingale(), [start(), *events]).verdicts


def test_parts_of_a_position_are_one_loss():
    opening = buy("09:00", "a", "2")
    parts = [opening, close("09:10", opening, "9999", "1"), close("09:20", opening, "9999", "1")]
    assert outcomes(judge(martingale(), [start(), *parts, buy("10:00", "b", "4")])) == []


# -- grid


def grid(**more: object) -> Grid:
    return Grid(levels=3, effects=WARN, **more)  # type: ignore[arg-type]


LADDER = [buy(f"09:0{n}", f"p{n}", price=d(10000 - 10 * n)) for n in range(3)]


@pytest.mark.parametrize(
    ("rule", "events", "broken"),
    [
        (grid(), LADDER, True),
        (grid(), LADDER[:2], False),
        (grid(), [*LADDER[:2], buy("09:03", "x", price=d(9990))], False),  # no third price
        (grid(), [*LADDER[:2], sell("09:03", "x", price=d(9980))], False),
        (grid(), [*LADDER[:2], order("09:03", "o", price="9980")], True),
        (
            grid(),
            [*LADDER[:2], order("09:02", "o", price="9000"), order("09:03", "o", "cancelled")],
            True,
        ),
        (grid(pending_orders=False), [*LADDER[:2], order("09:03", "o", price="9980")], False),
        (grid(adverse_only=True), LADDER, True),
        (grid(adverse_only=True), [*LADDER[:2], buy("09:03", "x", price=d(10010))], False),
        (grid(spacing_tolerance_percent=d(10)), LADDER, True),
        (
            grid(spacing_tolerance_percent=d(10)),
            [*LADDER[:2], buy("09:03", "x", price=d(9900))],
            False,
        ),
    ],
)
def test_levels_of_a_grid(rule, events, broken):
    assert bool(judge(rule, [start(), *events]).verdicts) is broken


def test_a_closed_level_is_none():
    gone = close("09:02", LADDER[0], "10000")
    assert outcomes(judge(grid(), [start(), *LADDER[:2], gone, LADDER[2]])) == []


def test_the_figures_of_a_grid():
    assert evenly_spaced([d(1), d(2), d(3)], d(0))
    assert not evenly_spaced([d(1)], d(0))
    assert adverse_run([d(3), d(4), d(2)], "buy") == [3, 2]
    assert adverse_run([d(3), d(4), d(2)], "sell") == [3, 4]
    with pytest.raises(TermsError):
        Grid(levels=1)
