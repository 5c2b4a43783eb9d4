"""Activity days: every way of counting, every filter, and the cent around the threshold."""

from datetime import date
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import DayReported, PayoutMoved, StateReported, TimePassed
from propdesk.domain.judging import Objective
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.day_counts import (
    closing_balance_needed,
    day_counts,
    days_missing,
)
from propdesk.domain.rules.trade_filter import TradeFilter
from propdesk.domain.terms import Amount, TermsError
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, reported, start

HALF_PERCENT = Amount(percent=d("0.5"))


def terms(count_kind: str, required: int = 1, **more: object) -> ActivityDays:
    return ActivityDays(count_kind=count_kind, required=required, **more)  # type: ignore[arg-type]


def goal(result: Evaluation) -> Objective:
    (only,) = (each for each in result.objectives if each.rule == "activity_days")
    return only


def on(day: int, profit: str, **more: object) -> DayReported:
    return DayReported(ACCOUNT, at("12:00", day), profit=d(profit), **more)  # type: ignore[arg-type]


def counted(rule: ActivityDays, *events: object, until: int = 8) -> object:
    return goal(judge(rule, [start(), *events, TimePassed(at("00:00", until))])).current


BOUGHT = buy("10:00", "p", day=1)
OVER_NIGHT = (
    BOUGHT,
    quote("11:00", "10000", day=1),
    quote("11:00", "10000", day=2),
    close("12:00", BOUGHT, "10700", day=3),
)


@pytest.mark.parametrize(
    ("kind", "days"),
    [
        ("trade_opened", 1),
        ("executed", 2),
        ("opened_and_closed", 0),
        ("position_open", 3),
        ("closed_profit", 1),
        ("balance_delta", 1),
        ("equity_delta", 1),
        ("opened_profit", 1),
    ],
)
def test_one_trade_over_three_days(kind: str, days: int) -> None:
    profit = {"closed_profit", "balance_delta", "equity_delta", "opened_profit"}
    more: dict[str, Any] = {"threshold": HALF_PERCENT} if kind in profit else {}
    assert counted(terms(kind, **more), *OVER_NIGHT) == days


def test_a_reported_trade_across_days_counts_as_the_same_trade_would() -> None:
    trade = reported("10:00", "12:00", "700", day=1)
    later = type(trade)(**{f: getattr(trade, f) for f in trade.__slots__} | {"at": at("12:00", 3)})
    found = {
        kind: counted(terms(kind), later)
        for kind in ("trade_opened", "executed", "opened_and_closed", "position_open")
    }
    assert found == {
        "trade_opened": 1,
        "executed": 2,
        "opened_and_closed": 0,
        "position_open": 3,
    }


@pytest.mark.parametrize(
    ("operator", "profit", "counts"),
    [
        ("at_least", "499.99", 0),
        ("at_least", "500", 1),
        ("above", "500", 0),
        ("above", "500.01", 1),
    ],
)
@pytest.mark.parametrize("kind", ["closed_profit", "balance_delta"])
def test_the_cent_around_the_threshold(kind: str, operator: str, profit: str, counts: int) -> None:
    rule = terms(kind, threshold=HALF_PERCENT, operator=operator)
    assert counted(rule, on(1, profit)) == counts
    assert goal(judge(rule, [start(), on(1, profit)])).current == counts  # a reported day is final


def test_a_percentage_of_the_previous_balance() -> None:
    rule = terms("closed_profit", threshold=Amount(percent=d("0.5"), of="base"))
    assert counted(rule, on(1, "10000"), on(2, "549.99")) == 1
    assert counted(rule, on(1, "10000"), on(2, "550")) == 2


def test_profit_belongs_to_the_day_the_trade_was_opened() -> None:
    first, second = buy("10:00", "a"), buy("11:00", "b")
    trades = (
        first,
        second,
        close("12:00", first, "10300"),
        close("12:00", second, "10200", day=2),
    )
    assert counted(terms("opened_profit", threshold=HALF_PERCENT), *trades) == 1
    assert counted(terms("closed_profit", threshold=HALF_PERCENT), *trades) == 0


def test_a_profit_counts_only_when_its_day_is_over() -> None:
    rule = terms("closed_profit", threshold=HALF_PERCENT)
    won = reported("09:00", "10:00", "600")
    assert goal(judge(rule, [start(), won])).met is False
    assert goal(judge(rule, [start(), won, TimePassed(at("00:00", 2))])).met is True


def test_open_losses_reduce_the_days_profit() -> None:
    bought = buy("10:00", "p")
    won = reported("09:00", "11:00", "600")
    losing = (bought, won, quote("12:00", "9899.99"))
    rule = terms("closed_profit", threshold=HALF_PERCENT, open_loss_offsets=True)
    assert counted(rule, *losing, until=2) == 0
    assert counted(rule, bought, won, quote("12:00", "9900"), until=2) == 1
    blind = goal(judge(rule, [start(), bought, won, TimePassed(at("00:00", 2))]))
    assert (blind.current, blind.met) == (0, None)


def hyro(day: int, notional: str | None, profit: str) -> object:
    value = None if notional is None else d(notional)
    return reported("10:00", "11:00", profit, day=day, notional=value, id=f"t{day}")


def test_small_trades_and_small_results_make_no_day() -> None:
    large = TradeFilter(min_notional_percent=d(5), min_result_percent=d(1))
    rule = terms("trade_opened", required=2, filters=large)
    assert counted(rule, hyro(1, "6000", "900"), hyro(2, "5000", "-600")) == 2
    assert counted(rule, hyro(1, "4999.99", "900"), hyro(2, "5000", "49.99")) == 0
    assert counted(rule, hyro(1, "5000", "50")) == 1
    unknown = goal(judge(rule, [start(), hyro(1, "6000", "900"), hyro(2, None, "900")]))
    assert (unknown.current, unknown.met) == (1, None)


@pytest.mark.parametrize(("closed", "days"), [("10:00:59", 0), ("10:01:00", 1)])
def test_a_trade_is_held_long_enough(closed: str, days: int) -> None:
    rule = terms("trade_opened", filters=TradeFilter(min_hold_seconds=60))
    assert counted(rule, reported("10:00", closed, "1")) == days


def test_micro_lots_and_lots_far_below_the_average() -> None:
    micro = TradeFilter(min_lots=d(1))
    small = reported("10:00", "11:00", "1", lots=d("0.99"))
    assert counted(terms("trade_opened", filters=micro), small) == 0
    average = TradeFilter(min_percent_of_average_size=d(70))
    sizes = [
        reported("10:00", "11:00", "1", day=day, lots=d(lots), id=f"s{day}")
        for day, lots in enumerate(("1", "0.7", "1.3"), 1)
    ]
    assert counted(terms("trade_opened", filters=average), *sizes) == 3
    assert counted(terms("trade_opened", filters=average), sizes[0], sizes[1]) == 2
    far = reported("10:00", "11:00", "1", day=4, lots=d(5), id="far")  # 2 on average, 1.4 needed
    assert counted(terms("trade_opened", filters=average), *sizes, far) == 1


def test_after_the_target_only_its_instruments_count() -> None:
    same = TradeFilter(instruments_of_target=Amount(money=d(1000)))
    trades = [
        reported("10:00", "11:00", "1000", day=1, symbol="ONE", id="a"),
        reported("10:00", "11:00", "1", day=2, symbol="TWO", id="b"),
        reported("10:00", "11:00", "1", day=3, symbol="ONE", id="c"),
    ]
    assert counted(terms("trade_opened", filters=same), *trades) == 2


def test_half_days_and_weekends() -> None:
    half = on(1, "600", half_day=True)
    assert counted(terms("closed_profit", threshold=HALF_PERCENT), half) == 1
    excluded = terms("closed_profit", threshold=HALF_PERCENT, half_days="excluded")
    assert counted(excluded, half) == 0
    saturday = reported("10:00", "11:00", "1", day=6)
    assert date(2021, 3, 6).weekday() == 5
    assert counted(terms("trade_opened"), saturday) == 1
    assert counted(terms("trade_opened", weekends="excluded"), saturday) == 0


def test_five_profitable_of_eight_trading_days() -> None:
    fifty = Amount(money=d(50))
    rule = terms("closed_profit", required=5, threshold=fifty, trading_days=8)
    profits = ("75", "-30", "120", "60", "-15", "80", "25", "90")
    days = [on(number, profit) for number, profit in enumerate(profits, 1)]
    found = goal(judge(rule, [start(), *days]))
    assert (found.current, found.figures["trading_days"], found.met) == (5, 8, True)
    short = goal(judge(rule, [start(), *days[1:]]))
    assert short.met is False


def test_a_payout_begins_a_new_count() -> None:
    fifty = Amount(money=d(50))
    paid = PayoutMoved(ACCOUNT, at("13:00", 2), "paid", "x", d(100))
    days = (on(1, "60"), on(2, "60"), paid, on(3, "60"))
    cycle = terms("closed_profit", threshold=fifty, per="payout_cycle", required_by_payout=(2, 3))
    after = goal(judge(cycle, [start(), *days]))
    assert (after.current, after.required, after.met) == (1, 3, False)
    assert counted(terms("closed_profit", threshold=fifty), *days) == 3


@pytest.mark.parametrize(("required", "done", "missing"), [(5, 3, 2), (10, 2, 8), (5, 6, 0)])
def test_days_brought_along_count(required: int, done: int, missing: int) -> None:
    state = StateReported(ACCOUNT, at("09:00"), days_done=done)
    found = goal(judge(terms("executed", required=required), [start(), state]))
    assert (found.current, found.figures["missing"]) == (done, missing)
    assert days_missing(required, done) == missing


def test_a_bare_result_cannot_say_when_the_trade_was_opened() -> None:
    found = goal(judge(terms("trade_opened"), [start(), on(1, "5")]))
    assert (found.current, found.met) == (0, None)
    assert goal(judge(terms("executed"), [start(), on(1, "5")])).met is True


def test_thresholds_in_money() -> None:
    assert closing_balance_needed(d(99600), d(500)) == 100100
    assert day_counts(d("0.6"), d("0.5"))
    assert not day_counts(d("0.3"), d("0.5"))


def test_terms_that_mean_nothing_are_refused() -> None:
    with pytest.raises(TermsError, match="needs 'threshold'"):
        terms("closed_profit")
    with pytest.raises(TermsError, match="has no 'threshold'"):
        terms("executed", threshold=HALF_PERCENT)
    with pytest.raises(TermsError, match="closed profit only"):
        terms("executed", open_loss_offsets=True)
