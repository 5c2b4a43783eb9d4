"""The overall floor: the peak it hangs from, and the lock that stops it."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import Bar, StateReported
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, start
from tests.domain.rules.overall_losses import (
    THREE,
    ZERO,
    floor_of,
    lock,
    made,
    money,
    paid,
    static,
    trailing,
    until,
)

# Closes +3,000 (103,000) and −1,000 (102,000); the open position rises to +4,000 (106,000) and
# ends the day at +700 (102,700).
WON, HELD = buy("08:00", "a"), buy("09:00", "b")
PEAKS: list[Any] = [
    quote("07:00", "10000"),
    WON,
    close("08:30", WON, "13000"),
    made("-1000"),
    HELD,
    quote("11:00", "14000"),
    quote("12:00", "10700"),
    quote("12:00", "10600", day=2),
]


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    ("comparison", "cents", "broken"),
    [
        ("touch", 1, False),
        ("touch", 0, True),
        ("cross", 0, False),
        ("cross", -1, True),
    ],
)
@pytest.mark.parametrize(
    ("source", "peak"),
    [
        ("closed_balance", 103000),
        ("eod_balance", 102000),
        ("eod_max_balance_equity", 102700),
        ("live_equity", 106000),
        ("live_max_balance_equity", 106000),
    ],
)
def test_a_cent_either_side_below_every_peak(
    source: str, peak: int, comparison: str, cents: int, broken: bool, fast: bool
) -> None:
    equity = d(peak - 5000) + d(cents).scaleb(-2)
    low = quote("13:00", str(equity - 102000 + 10000), day=2)
    rule = trailing(source, comparison=comparison)
    result = judge(rule, [start(), *PEAKS, low], fast=fast)
    told = [(v.observed, v.limit, v.comparison, dict(v.evidence)) for v in result.verdicts]
    evidence = {"peak": str(peak), "tested": "equity"}
    assert told == [(equity, peak - 5000, comparison, evidence)] * broken
    (line,) = result.limits
    assert (line.base, line.peak, line.allowance) == (peak, peak, 5000)
    room = equity - (peak - 5000)
    assert (line.comparison, line.locked, line.room) == (comparison, False, room)


@pytest.mark.parametrize(
    ("source", "floor"), [("live_equity", 96000), ("live_max_balance_equity", 97000)]
)
def test_the_higher_of_balance_and_equity_while_a_loss_is_open(source: str, floor: int) -> None:
    events = [quote("07:00", "10000"), HELD, quote("09:30", "9000"), made("2000")]
    assert floor_of(trailing(source), *events) == (floor, False)
    unseen = [buy("08:00", "x", symbol="TWO"), made("2000")]  # no price: equity is not known
    assert floor_of(trailing(source), *unseen) == (floor - 1000 * (source == "live_equity"), False)


@pytest.mark.parametrize(
    ("source", "update", "day", "floor"),
    [
        ("closed_balance", "instant", 1, 97000),
        ("closed_balance", "day_reset", 1, 95000),
        ("closed_balance", "day_reset", 2, 97000),
        ("live_equity", "day_reset", 1, 95000),
        ("live_equity", "day_reset", 2, 97000),
        ("eod_balance", "instant", 1, 95000),
        ("eod_balance", "instant", 2, 96000),  # the day ends with 101,000
    ],
)
def test_when_a_peak_counts(source: str, update: str, day: int, floor: int) -> None:
    events = [made("2000"), made("-1000", "11:00"), until(day)]
    assert floor_of(trailing(source, peak_update=update), *events) == (floor, False)


@pytest.mark.parametrize(
    ("rule", "floor"),
    [
        (static(), 95000),
        (static(allowance=Amount(percent=d(5), of="base")), 95000),
        (static(allowance=Amount(percent=d(5), of="balance")), 100000 - 5100),
        (trailing(allowance=Amount(percent=d(5), of="peak")), 102000 - 5100),
        (trailing(allowance=Amount(percent=d(5), of="base")), 102000 - 5100),
        (trailing(allowance=money(3000)), 99000),
    ],
)
def test_what_an_allowance_is_a_part_of(rule: OverallLoss, floor: int) -> None:
    assert floor_of(rule, made("2000")) == (floor, False)
    (line,) = judge(rule, [start(), made("2000")]).limits
    assert d(str(line.base)) - d(str(line.allowance)) == floor
    assert (line.peak is None) is (rule.mode == "static")


# -- the lock
REALISED = lock(ZERO, "realised_profit", profit=THREE)
MILESTONE = replace(REALISED, level_from="milestone")
AT_CLOSE = lock(ZERO, "day_close_profit", profit=THREE)


@pytest.mark.parametrize(
    ("where", "events", "floor", "locked"),
    [
        (lock(ZERO), [made("4999.99")], d("99999.99"), False),
        (lock(ZERO), [made("5000")], 100000, True),
        (lock(ZERO), [made("9000"), made("-3000", "11:00"), made("9000", "12:00")], 100000, True),
        (lock(money(100)), [made("5099.99")], d("100099.99"), False),
        (lock(money(100)), [made("5200")], 100100, True),
        (lock(money(-750)), [made("4249.99")], d("99249.99"), False),
        (lock(money(-750)), [made("5000")], 99250, True),
        (lock(Amount(percent=d(2))), [made("9000")], 102000, True),
        (REALISED, [made("2999.99")], d("97999.99"), False),
        (REALISED, [made("3000")], 100000, True),
        (MILESTONE, [made("3000"), made("4000", "11:00")], 98000, True),
        (AT_CLOSE, [made("3000"), made("-1000", "11:00"), until(2)], 98000, False),
        (AT_CLOSE, [made("3000")], 98000, False),
        (AT_CLOSE, [made("2999.99"), until(2)], d("97999.99"), False),
        (AT_CLOSE, [made("3000"), until(2)], 100000, True),
        (lock(ZERO, "payout"), [made("3000")], 98000, False),
        (lock(ZERO, "payout"), [made("3000"), paid("1000")], 100000, True),
        (lock(ZERO, "payouts", payouts=2), [made("3000"), paid("1000")], 98000, False),
        (lock(ZERO, "payouts", payouts=2), [made("3000"), paid("1000"), paid("1", clock="13:00")],
         100000, True),
        (lock(ZERO, "payouts", profit=THREE), [made("3999.99"), paid("1000")],
         d("98999.99"), False),
        (lock(ZERO, "payouts", profit=THREE), [made("4000"), paid("1000")], 100000, True),
        (lock(ZERO, "payouts", profit=THREE), [made("4000")], 99000, False),
    ],
)  # fmt: skip
def test_where_a_floor_stops(where: Lock, events: list[Any], floor: Any, locked: bool) -> None:
    assert floor_of(trailing(lock=where), *events) == (floor, locked)


def test_payouts_of_an_earlier_life_count() -> None:
    state = StateReported(ACCOUNT, at("08:00"), payouts=2)
    rule = trailing(lock=lock(ZERO, "payouts", payouts=3))
    assert floor_of(rule, state, made("3000")) == (98000, False)
    assert floor_of(rule, state, made("3000"), paid("1000")) == (100000, True)


def test_a_milestone_of_a_percentage_of_the_peak() -> None:
    rule = trailing(lock=MILESTONE, allowance=Amount(percent=d(5), of="peak"))
    assert floor_of(rule, made("4000"), made("5000", "11:00")) == (104000 - 5200, True)


OPEN = [quote("07:00", "10000"), buy("08:00", "a")]  # equity = 90,000 + the price
BY_EQUITY = lock(ZERO, "equity_profit", profit=THREE)


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize("source", ["closed_balance", "live_equity"])
@pytest.mark.parametrize(("price", "locked"), [("12999.99", False), ("13000", True)])
def test_open_profit_locks_on_the_quote_that_reaches_it(
    source: str, price: str, locked: bool, fast: bool
) -> None:
    path = [*OPEN, quote("09:00", price), quote("10:00", "12000")]
    floor, found = floor_of(trailing(source, lock=BY_EQUITY), *path, fast=fast)
    assert found is locked
    if locked:
        assert floor == 100000


@pytest.mark.parametrize("fast", [True, False])
def test_a_lock_by_equity_is_seen_below_an_older_peak(fast: bool) -> None:
    """The payout sets the peak down to 106,000 and frees the floor; equity is 100,500 then."""
    path = [
        *OPEN,
        quote("09:00", "18000"),
        quote("10:00", "12500"),
        paid("2000", clock="11:00"),
        quote("12:00", "14999.99"),
    ]
    wide = {"allowance": money(9000), "on_payout": "reduce_peak"}
    rule = trailing("live_equity", lock=BY_EQUITY, **wide)
    assert floor_of(rule, *path, fast=fast) == (97000, False)
    assert floor_of(rule, *path, quote("13:00", "15000"), fast=fast) == (100000, True)


def bar(clock: str, low: str, high: str) -> Bar:
    worst, best = d(low), d(high)
    return Bar(at(clock), "ONE", 3_600_000_000, *(worst, best, worst, worst) * 2)


@pytest.mark.parametrize(
    ("where", "low", "locked"),
    [
        (lock(ZERO), "14999.99", False),  # only its best price would carry the floor there
        (lock(ZERO), "15000", True),
        (BY_EQUITY, "12999.99", False),
        (BY_EQUITY, "13000", True),
    ],
)
def test_a_bar_locks_only_by_its_worst_price(where: Lock, low: str, locked: bool) -> None:
    rule = trailing("live_equity", lock=where, effects=(Effect(kind="warn"),))
    assert floor_of(rule, *OPEN, bar("09:00", low, "16000"))[1] is locked


def test_a_lock_of_another_way_of_moving_stops_nothing() -> None:
    assert floor_of(static(lock=lock(money(-6000))), made("9000")) == (94000, True)
    assert floor_of(static(lock=lock(ZERO)), made("9000")) == (95000, False)


def test_an_equity_that_is_not_known_locks_nothing() -> None:
    unseen = buy("08:00", "x", symbol="TWO")
    assert floor_of(trailing(lock=BY_EQUITY), unseen, made("4000")) == (99000, False)


@pytest.mark.parametrize(("price", "said"), [("10000.01", []), ("10000", ["possible"])])
def test_a_floor_that_is_not_locked_yet_is_clipped_all_the_same(price: str, said: Any) -> None:
    """The peak is from 101,000 to 106,000: the floor from 96,000 to 100,000, not to 101,000."""
    rule = trailing("live_equity", lock=lock(ZERO))
    path = [*OPEN, bar("09:00", "11000", "16000"), quote("10:00", price)]
    assert [each.outcome for each in judge(rule, [start(), *path]).verdicts] == said
