"""The daily floor: what it is measured from, where it breaks, and what moves it."""

from typing import Any

import pytest

from propdesk.domain.events import BalanceAdjusted, PayoutMoved, Scaled, StateReported, TimePassed
from propdesk.domain.rules.daily_loss import DailyLoss, StepUp
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    outcomes,
    quote,
    reported,
    start,
)

FIVE = Amount(percent=d(5))
PAUSE = Effect(kind="pause_until", until="next_day")


def daily(**more: Any) -> DailyLoss:
    terms = {"base": "day_start_balance", "allowance": FIVE, "comparison": "touch", **more}
    return DailyLoss(**terms)


def floor_of(rule: DailyLoss, *events: Any, **more: Any) -> tuple[object, object] | None:
    """What the floor is measured from, and the floor, after these events."""
    result = judge(rule, [start(), *events], **more)
    lines = [each for each in result.limits if each.rule == "daily_loss"]
    return (lines[0].base, lines[0].floor) if lines else None


def lost(amount: str, clock: str = "10:00", *, day: int = 1) -> object:
    return reported("09:00", clock, f"-{amount}", day=day, id=f"{day}-{clock}")


def made(amount: str, clock: str = "10:00", *, day: int = 1) -> object:
    return reported("09:00", clock, amount, day=day, id=f"{day}-{clock}")


def until(day: int) -> TimePassed:
    return TimePassed(at("00:00", day))


# Day 1 closes +2,000 (balance 102,000); its position rises to +1,800 (equity 103,800, the peak of
# the account) and ends the day at +1,000 (103,000). Day 2 rises to +1,500 (103,500).
WON, HELD = buy("08:00", "a"), buy("09:00", "b")
TWO_DAYS: list[Any] = [
    quote("07:00", "10000"),
    WON,
    close("08:30", WON, "12000"),
    HELD,
    quote("10:00", "11800"),
    quote("11:00", "11000"),
    quote("12:00", "11500", day=2),
]
BALANCE = 102000


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    ("comparison", "cents", "broken"),
    [
        ("touch", 1, False),
        ("touch", 0, True),
        ("touch", -1, True),
        ("cross", 1, False),
        ("cross", 0, False),
        ("cross", -1, True),
    ],
)
@pytest.mark.parametrize(
    ("base", "anchor"),
    [
        ("initial", 100000),
        ("day_start_balance", 102000),
        ("day_start_equity", 103000),
        ("max_balance_equity", 103000),
        ("day_peak_equity", 103500),
        ("account_peak_equity", 103800),
    ],
)
def test_a_cent_either_side_of_every_floor(
    base: str, anchor: int, comparison: str, cents: int, broken: bool, fast: bool
) -> None:
    equity = d(anchor - 5000) + d(cents).scaleb(-2)
    low = quote("13:00", str(equity - BALANCE + 10000), day=2)
    rule = daily(base=base, comparison=comparison)
    result = judge(rule, [start(), *TWO_DAYS, low], fast=fast)
    assert result.status == ("breached" if broken else "active")
    told = [
        (each.observed, each.limit, each.comparison, dict(each.evidence))
        for each in result.verdicts
    ]
    evidence = {"base": str(anchor), "allowance": "5000.00", "tested": "equity"}
    assert told == [(equity, anchor - 5000, comparison, evidence)] * broken


@pytest.mark.parametrize(
    ("base", "anchor"),
    [
        ("day_start_balance", 102000),
        ("day_start_equity", 101000),
        ("max_balance_equity", 102000),
        ("day_peak_equity", 101500),
        ("account_peak_equity", 102000),
    ],
)
def test_a_night_with_an_open_loss(base: str, anchor: int) -> None:
    night = [*TWO_DAYS[:4], quote("11:00", "9000"), quote("12:00", "9500", day=2)]
    assert floor_of(daily(base=base), *night) == (anchor, anchor - 5000)


@pytest.mark.parametrize(
    ("base", "allowance", "floor"),
    [
        # 5 % of 102,000, of 103,500 and, from the initial balance, of the balance now.
        ("day_start_balance", Amount(percent=d(5), of="base"), 102000 - 5100),
        ("day_peak_equity", Amount(percent=d(5), of="peak"), 103500 - 5175),
        ("initial", Amount(percent=d(5), of="balance"), 100000 - 5100),
        ("day_start_balance", Amount(by_size={d(100000): d(4000)}), 98000),
    ],
)
def test_what_an_allowance_is_a_part_of(base: str, allowance: Amount, floor: int) -> None:
    line = floor_of(daily(base=base, allowance=allowance), *TWO_DAYS)
    assert line is not None
    assert line[1] == floor


@pytest.mark.parametrize(
    ("horizon", "days", "anchor"),
    [
        # 1 March 2021 is a Monday; every day loses 100.
        ("day", [1, 2, 8], 99800),
        ("week", [1, 2, 7], 100000),
        ("week", [1, 2, 8], 99800),
        ("month", [1, 8, 31], 100000),
    ],
)
def test_how_long_an_anchor_stays(horizon: str, days: list[int], anchor: int) -> None:
    losses = [lost("100", day=each) for each in days]
    assert floor_of(daily(horizon=horizon), *losses) == (anchor, anchor - 5000)


def test_a_month_ends_with_its_last_day() -> None:
    april = TimePassed(at("00:00", 31) + 86_400_000_000)
    assert floor_of(daily(horizon="month"), lost("100"), april) == (99900, 94900)
    short = TimePassed(april.at - 1)
    assert floor_of(daily(horizon="month"), lost("100"), short) == (100000, 95000)


DEPOSIT = BalanceAdjusted(ACCOUNT, at("12:00"), d(1000), "deposit")
FEE = BalanceAdjusted(ACCOUNT, at("12:00"), d(-1000), "fee")  # a cost of trading: a loss
PAID = PayoutMoved(ACCOUNT, at("13:00"), "paid", "P", d(4000))


@pytest.mark.parametrize(
    ("base", "on_payout", "event", "anchor"),
    [
        ("day_start_balance", "shift", DEPOSIT, 101000),
        ("day_start_balance", "shift", FEE, 100000),
        ("day_start_balance", "shift", PAID, 96000),
        ("day_start_balance", "unchanged", DEPOSIT, 100000),
        ("day_start_balance", "unchanged", PAID, 100000),
        ("initial", "shift", PAID, 100000),
        # The trade of +2,000 made 102,000 the peak; money moved is neither gain nor loss.
        ("day_peak_equity", "shift", PAID, 98000),
        ("account_peak_equity", "shift", PAID, 98000),
        ("account_peak_equity", "shift", DEPOSIT, 103000),
        ("account_peak_equity", "unchanged", PAID, 102000),
    ],
)
def test_money_moved_in_or_out(base: str, on_payout: str, event: Any, anchor: int) -> None:
    rule = daily(base=base, on_payout=on_payout)
    assert floor_of(rule, made("2000"), event) == (anchor, anchor - 5000)


def test_the_money_of_a_day_is_followed_once_and_the_next_day_starts_anew() -> None:
    again = BalanceAdjusted(ACCOUNT, at("12:00", 2), d(500), "deposit")
    assert floor_of(daily(), DEPOSIT, PAID) == (97000, 92000)
    assert floor_of(daily(), DEPOSIT, PAID, again) == (97500, 92500)
    third = BalanceAdjusted(ACCOUNT, at("14:00"), d(300), "deposit")
    assert floor_of(daily(), DEPOSIT, PAID, third) == (97300, 92300)
    weekly = daily(horizon="week")
    assert floor_of(weekly, DEPOSIT, until(2), again) == (101500, 96500)
    peak = daily(base="account_peak_equity")
    assert floor_of(peak, made("2000"), PAID, until(2)) == (98000, 93000)


def scaled(size: int, balance: int | None) -> Scaled:
    return Scaled(ACCOUNT, at("12:00"), d(size), None if balance is None else d(balance))


@pytest.mark.parametrize(
    ("base", "event", "line"),
    [
        ("initial", scaled(200000, 200000), (200000, 190000)),
        ("initial", scaled(50000, 50000), (50000, 47500)),
        # The day's loss of 1,000 stays one: the anchor moves by the money that came or went.
        ("day_start_balance", scaled(200000, 199000), (200000, 190000)),
        ("day_start_balance", scaled(50000, 49000), (50000, 47500)),
        ("account_peak_equity", scaled(50000, 49000), (50000, 47500)),
        ("day_start_balance", scaled(200000, None), (100000, 90000)),
    ],
)
@pytest.mark.parametrize("on_payout", ["shift", "unchanged"])
def test_a_new_size(base: str, event: Scaled, line: tuple[int, int], on_payout: str) -> None:
    rule = daily(base=base, on_payout=on_payout)
    assert floor_of(rule, lost("1000"), event) == line
    assert judge(rule, [start(), lost("1000"), event]).status == "active"


def test_a_limit_of_a_new_size_can_be_broken_on_the_same_day() -> None:
    rule = daily(effects=(PAUSE,))
    grown = [start(), lost("5000"), scaled(200000, 195000), lost("5000", "13:00")]
    assert outcomes(judge(rule, grown)) == [("10:00", "pause_until"), ("13:00", "pause_until")]


TWICE = StepUp(profit=Amount(percent=d(6)), allowance=Amount(percent=d(10)))
GONE = StepUp(profit=Amount(percent=d(6)))


@pytest.mark.parametrize(
    ("step", "events", "line"),
    [
        (TWICE, [made("5999.99"), until(2)], (d("105999.99"), d("100999.99"))),
        (TWICE, [made("6000")], (100000, 95000)),  # from the next day on
        (TWICE, [made("6000"), until(2)], (106000, 96000)),
        (TWICE, [made("6000"), lost("1000", day=2), until(3)], (105000, 95000)),
        (GONE, [made("6000")], (100000, 95000)),
        (GONE, [made("6000"), until(2)], None),
        (GONE, [made("6000"), lost("50000", day=2), until(3)], None),
        # Money paid in is no profit.
        (GONE, [BalanceAdjusted(ACCOUNT, at("12:00"), d(6000), "deposit"), until(2)],
         (106000, 101000)),
    ],
)  # fmt: skip
def test_a_profit_changes_the_limit_or_ends_it(
    step: StepUp, events: list[Any], line: object
) -> None:
    assert floor_of(daily(step_up=step), *events) == line


@pytest.mark.parametrize(
    ("overall", "clamp", "floor"),
    [("3", True, 97000), ("3", False, 94900), ("5", True, 95000), ("6", True, 94900)],
)
def test_the_tighter_of_the_two_floors(overall: str, clamp: bool, floor: int) -> None:
    """After a loss of 100 the daily floor of the next day is 94,900 by itself."""
    limit = OverallLoss(mode="static", allowance=Amount(percent=d(overall)), comparison="touch")
    result = judge((daily(clamp_to_overall=clamp), limit), [start(), lost("100"), until(3)])
    line = next(each for each in result.limits if each.rule == "daily_loss")
    assert (line.base, line.allowance, line.floor) == (99900, 5000, floor)
    assert line.room == 99900 - floor


def test_a_floor_is_clamped_only_where_there_is_an_overall_one() -> None:
    assert floor_of(daily(clamp_to_overall=True), lost("100")) == (100000, 95000)


@pytest.mark.parametrize(
    ("terms", "applies"),
    [
        ({"sizes": (d(50000), d(100000))}, True),
        ({"sizes": (d(50000),)}, False),
        ({"equity_from": d(103000)}, True),
        ({"equity_from": d("103000.01")}, False),
        ({"equity_below": d("103000.01")}, True),
        ({"equity_below": d(103000)}, False),
        ({"equity_from": d(103000), "equity_below": d(104000)}, True),
        ({"equity_from": d(104000), "equity_below": d(105000)}, False),
    ],
)
def test_whom_it_concerns(terms: dict[str, Any], applies: bool) -> None:
    """Day 2 starts with an equity of 103,000, balance 102,000."""
    assert (floor_of(daily(**terms), *TWO_DAYS) is not None) is applies


@pytest.mark.parametrize(("least", "applies"), [("100000", True), ("100000.01", False)])
def test_a_day_that_starts_without_a_price_goes_by_its_balance(least: str, applies: bool) -> None:
    night = [buy("08:00", "a"), quote("08:00", "10000", day=2)]
    rule = daily(equity_from=d(least))
    assert (floor_of(rule, *night) is not None) is applies


@pytest.mark.parametrize(
    ("base", "given", "anchor"),
    [
        ("account_peak_equity", {"peak_equity": d(104000)}, 104000),
        ("account_peak_equity", {}, 102000),  # the highest it is known to have been
        ("day_peak_equity", {"day_peak_equity": d(103000)}, 103000),
        ("day_peak_equity", {}, 102000),
        ("day_start_equity", {"day_peak_equity": d(103000)}, 101000),
        ("day_start_balance", {}, 99000),
        ("max_balance_equity", {}, 101000),
    ],
)
def test_an_account_known_from_its_middle(base: str, given: dict[str, Any], anchor: int) -> None:
    state = StateReported(
        ACCOUNT,
        at("08:00"),
        balance=d(98000),
        equity=d(102000),
        day_start_balance=d(99000),
        day_start_equity=d(101000),
        **given,
    )
    assert floor_of(daily(base=base), state) == (anchor, anchor - 5000)
