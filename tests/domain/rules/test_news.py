"""News windows: ends, restrictions, exemptions, the version of the calendar, and haircuts."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import NewsScheduled, OrderSeen, PayoutMoved, TimePassed
from propdesk.domain.instants import MINUTE, SECOND
from propdesk.domain.rules.news import News, counted_after_news
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    outcomes,
    quote,
    reported,
    start,
)
from tests.domain.rules.histories import judge as judge_history

ALL_FILLS = ("open", "close", "pending_fill", "sl_tp_fill")
REMOVED = Effect(kind="profit_adjust", factor=d("0.4"))


def judge(rules: object, events: list[Any]) -> Evaluation:
    """The history with one price known, so that only the news can make anything unknown."""
    return judge_history(rules, [events[0], quote("00:00", "10000"), *events[1:]])  # type: ignore[arg-type]


def release(clock: str = "12:30", *, known: str = "00:00", **more: object) -> NewsScheduled:
    figures = {"id": "payrolls", "title": "Non-Farm Payrolls", "currencies": ("USD",), **more}
    return NewsScheduled(at=at(known), release_at=at(clock), **figures)  # type: ignore[arg-type]


def news(**more: object) -> News:
    terms = {
        "window_before_minutes": d(2),
        "window_after_minutes": d(5),
        "restricts": ALL_FILLS,
        "targets": "currency",
        **more,
    }
    return News(**terms)  # type: ignore[arg-type]


def opened_at(moment: int, terms: News) -> Evaluation:
    deal = replace(buy("12:00", "P"), at=moment)
    return judge(terms, [start(), release(), deal])


@pytest.mark.parametrize(
    ("edge", "outside", "inside"),
    [(at("12:28"), -1, 0), (at("12:35"), 1, 0)],
    ids=["before", "after"],
)
def test_the_ends_belong_to_the_window_and_one_microsecond_beyond_does_not(
    edge: int, outside: int, inside: int
) -> None:
    assert opened_at(edge + inside, news()).status == "breached"
    assert opened_at(edge + outside, news()).status == "active"
    assert opened_at(edge + inside, news(comparison="cross")).status == "active"
    assert opened_at(edge - outside, news(comparison="cross")).status == "breached"


@given(st.integers(-600 * SECOND, 600 * SECOND))
def test_asymmetric_windows_hold_for_every_microsecond(distance: int) -> None:
    result = opened_at(at("12:30") + distance, news())
    assert (result.status == "breached") == (-2 * MINUTE <= distance <= 5 * MINUTE)


@pytest.mark.parametrize(
    ("restricts", "reason", "status"),
    [
        (("open",), "manual", "breached"),
        (("open",), "pending", "active"),
        (("pending_fill",), "pending", "breached"),
        (("pending_fill",), "manual", "active"),
        (("pending_fill",), None, "unknown"),
        (("open", "pending_fill"), None, "breached"),
        (("close",), "manual", "active"),
    ],
)
def test_what_is_restricted_when_opening(
    restricts: tuple[Any, ...], reason: str, status: str
) -> None:
    events = [start(), release(), buy("12:30", "P", reason=reason)]
    assert judge(news(restricts=restricts), events).status == status


@pytest.mark.parametrize(
    ("restricts", "reason", "status"),
    [
        (("close",), "manual", "breached"),
        (("close",), "stop_loss", "active"),
        (("sl_tp_fill",), "take_profit", "breached"),
        (("sl_tp_fill",), "manual", "active"),
        (("sl_tp_fill",), None, "unknown"),
        (("close", "sl_tp_fill"), None, "breached"),
        (("open",), "manual", "active"),
    ],
)
def test_what_is_restricted_when_closing(
    restricts: tuple[Any, ...], reason: str, status: str
) -> None:
    opening = buy("09:00", "P")
    closing = replace(close("12:31", opening, "10010"), reason=reason)
    assert judge(news(restricts=restricts), [start(), release(), opening, closing]).status == status


def test_holding_into_the_window_breaks_at_its_first_moment() -> None:
    events = [start(), release(), buy("09:00", "P"), TimePassed(at("13:00"))]
    assert outcomes(judge(news(restricts=("hold",)), events)) == [("12:28", "fail")]


def test_a_pending_order_in_the_window_breaks_and_a_cancelled_one_does_not() -> None:
    order = OrderSeen(ACCOUNT, at("10:00"), "O", "placed", "ONE", "buy", "limit", d(1))
    gone = replace(order, at=at("12:00"), action="cancelled")
    later = TimePassed(at("13:00"))
    terms = news(restricts=("orders",))
    assert judge(terms, [start(), release(), order, later]).status == "breached"
    assert judge(terms, [start(), release(), order, gone, later]).status == "active"


@pytest.mark.parametrize(
    ("more", "event", "status"),
    [
        ({"targets": "currency"}, {"currencies": ("JPY",)}, "active"),
        ({"targets": "all"}, {"currencies": ("JPY",)}, "breached"),
        ({"targets": "listed"}, {"symbols": ()}, "active"),
        ({"targets": "listed"}, {"symbols": ("ONE",)}, "breached"),
        (
            {"targets": "listed", "instruments_by_event": {"crude oil": ("ONE",)}},
            {"title": "Crude Oil Inventories"},
            "breached",
        ),
        (
            {"targets": "listed", "instruments_by_currency": {"JPY": ("ONE",)}},
            {"currencies": ("JPY",)},
            "breached",
        ),
        ({"impacts": ("high",)}, {"impact": "low"}, "active"),
        ({"impacts": ()}, {"impact": "low"}, "breached"),
        ({"stages": ("funded",)}, {}, "active"),
        ({"exempt_account_types": ("swing",)}, {}, "active"),
    ],
)
def test_whom_a_release_targets(more: dict[str, Any], event: dict[str, Any], status: str) -> None:
    account = start(account_type="swing")
    events = [account, release(**event), buy("12:30", "P")]
    assert judge(news(**more), events).status == status


@pytest.mark.parametrize(
    ("opened", "more", "status"),
    [
        ("12:27", {}, "active"),  # more than two minutes before
        ("12:28", {"restricts": ("close",)}, "breached"),  # exactly two: not more than
        ("12:28", {"restricts": ("close",), "exempt_comparison": "touch"}, "active"),
        ("12:27", {"exempt_fills": "sl_tp"}, "breached"),  # closed by hand all the same
    ],
)
def test_positions_opened_long_before_may_be_closed(
    opened: str, more: dict[str, Any], status: str
) -> None:
    opening = buy(opened, "P", reason="manual")
    closing = replace(close("12:31", opening, "10010"), reason="manual")
    terms = news(exempt_if_opened_before_minutes=d(2), **more)
    assert judge(terms, [start(), release(), opening, closing]).status == status


@pytest.mark.parametrize(("closed", "status"), [("12:32", "breached"), ("12:33", "active")])
def test_a_trade_opened_inside_must_last(closed: str, status: str) -> None:
    opening = buy("12:30", "P", reason="manual")
    events = [start(), release(), opening, close(closed, opening, "10001")]
    terms = news(restricts=("open",), min_hold_if_inside_minutes=d(2))
    assert judge(terms, events).status == status


def test_the_calendar_known_at_the_trade_judges_it() -> None:
    moved = release("15:00", known="12:40")
    early, late = buy("12:30", "P"), buy("15:00", "Q")
    assert outcomes(judge(news(), [start(), release(), early, moved])) == [("12:30", "fail")]
    assert outcomes(judge(news(), [start(), release(), moved, late])) == [("15:00", "fail")]
    unseen = [start(), release("08:00", id="other"), early, release(known="12:31")]
    assert judge(news(), unseen).status == "active"
    withdrawn = release(known="11:00", withdrawn=True)
    assert judge(news(), [start(), release(), withdrawn, early]).status == "active"


def test_a_reported_trade_is_judged_by_what_was_known_when_it_was_opened() -> None:
    known, late = release(), release(known="12:45")
    trade = reported("12:29", "14:00", "50")
    other = release("08:00", id="other")
    assert judge(news(), [start(), known, trade]).status == "breached"
    assert judge(news(), [start(), other, late, trade]).status == "active"


def test_without_any_calendar_nothing_is_known() -> None:
    events = [start(), buy("12:30", "P")]
    assert judge(news(), events).status == "unknown"
    assert judge(news(calendar="as_received"), events).status == "active"


def counted(result: Evaluation) -> Decimal:
    return next(Decimal(str(o.current)) for o in result.objectives if o.rule == "profit_target")


GOAL = ProfitTarget(target=Amount(money=d(50000)), measured_on="adjusted_balance")


def test_profits_around_news_count_in_part_and_losses_in_full() -> None:
    trades = [
        reported("09:00", "10:00", "10000"),
        reported("12:29", "14:00", "3000"),
        reported("12:30", "14:30", "-500"),
    ]
    terms = news(effects=(REMOVED,))
    assert counted(judge((terms, GOAL), [start(), release(), *trades])) == d(10700)
    assert counted_after_news((d(3000), d(-500)), d(40)) == d(700)
    assert repr(counted_after_news((), d(40))) == "Decimal('0')"  # money, even of no trade


@pytest.mark.parametrize(("tainted", "expected"), [("order", "120"), ("part", "240")])
def test_a_part_closed_inside_taints_the_whole_order(tainted: str, expected: str) -> None:
    opening = buy("09:00", "P", "3")
    parts = [
        close("10:00", opening, "10100", "1"),
        close("12:30", opening, "10100", "1"),
        close("15:00", opening, "10100", "1"),
    ]
    terms = news(effects=(REMOVED,), tainted=tainted)
    result = judge((terms, GOAL), [start(), release(), opening, *parts])
    assert counted(result) == d(expected)


def test_at_the_cycle_end_the_haircut_comes_with_the_payout() -> None:
    trade, paid = (
        reported("12:29", "14:00", "3000"),
        PayoutMoved(ACCOUNT, at("16:00"), "paid", "1", d(100)),
    )
    terms = news(effects=(REMOVED,), counted="cycle_end")
    before = judge((terms, GOAL), [start(), release(), trade])
    after = judge((terms, GOAL), [start(), release(), trade, paid])
    assert (counted(before), counted(after)) == (d(3000), d(1200))


def test_a_trade_around_news_may_earn_at_most_the_cap() -> None:
    trade = reported("12:29", "14:00", "3000")
    removed = Effect(kind="profit_adjust", factor=d(0))
    terms = news(effects=(removed,), profit_cap=Amount(percent=d(1)))
    assert counted(judge((terms, GOAL), [start(), release(), trade])) == d(1000)
    small = reported("12:29", "14:00", "1000")
    assert counted(judge((terms, GOAL), [start(), release(), small])) == d(1000)


def test_the_third_strike_voids_the_payout() -> None:
    void = Effect(kind="strike", of=3, then=Effect(kind="payout_denied"))
    fills = [buy(f"12:3{n}", f"P{n}") for n in range(3)]
    two = judge(news(effects=(void,)), [start(), release(), *fills[:2]])
    three = judge(news(effects=(void,)), [start(), release(), *fills])
    assert "payout_denied" not in [each.outcome for each in two.verdicts]
    assert three.verdicts[-1].outcome == "payout_denied"


def test_a_calendar_received_before_the_account_opened_is_still_known() -> None:
    opened = start(at=at("01:00"))
    events = [release(), opened, quote("02:00", "10000"), buy("12:30", "P")]
    assert judge_history(news(), events).status == "breached"
