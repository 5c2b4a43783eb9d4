"""What payouts, a step, a new size and a told past do to the overall floor."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Scaled, StateReported
from propdesk.domain.rules.overall_loss import OverallLoss, OverallLossJudge
from propdesk.domain.terms import Amount, TermsError
from tests import story
from tests.domain.rules.histories import (
    ACCOUNT,
    CATALOGUE,
    SIZE,
    at,
    buy,
    d,
    judge,
    outcomes,
    start,
)
from tests.domain.rules.overall_losses import (
    FIVE,
    PAUSE,
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


# -- payouts
@pytest.mark.parametrize(
    ("terms", "events", "floor", "locked"),
    [
        # Closed 4,000: the floor trails to 99,000.
        ({"on_payout": "unchanged"}, [paid("1000")], 99000, False),
        ({"on_payout": "set_initial"}, [paid("1000")], 100000, True),
        ({"on_payout": "reset"}, [paid("4000")], 95000, False),
        ({"on_payout": "reduce_peak"}, [paid("1000")], 98000, False),
        ({"on_payout": "reduce_peak"}, [paid("1000"), paid("500", clock="13:00")], 97500, False),
        ({"also_locks_on_payout": True, "lock": lock(money(100))}, [paid("1000")], 100100, True),
        # Locked at 99,000 by then: a payout that lowers the peak frees the floor again.
        ({"on_payout": "reduce_peak", "lock": lock(money(-1000))}, [], 99000, True),
        ({"on_payout": "reduce_peak", "lock": lock(money(-1000))}, [paid("1")], 98999, False),
        ({"on_payout": "reset", "lock": lock(money(-1000))}, [paid("4000")], 95000, False),
        ({"on_payout": "unchanged", "lock": lock(money(-1000))}, [paid("1")], 99000, True),
    ],
)
def test_what_a_payout_does(
    terms: dict[str, Any], events: list[Any], floor: int, locked: bool
) -> None:
    assert floor_of(trailing(**terms), made("4000"), *events) == (floor, locked)


def test_a_payout_lowers_a_peak_that_counts_from_tomorrow() -> None:
    rule = trailing("closed_balance", peak_update="day_reset", on_payout="reduce_peak")
    events = [made("4000"), paid("1000"), until(2)]
    assert floor_of(rule, *events) == (98000, False)
    assert floor_of(replace(rule, on_payout="reset"), *events[:2]) == (95000, False)


@pytest.mark.parametrize("day", [2, 3])
def test_a_payout_lowers_a_mark_of_the_days_end_at_once(day: int) -> None:
    """Day 1 ends with 104,000; 1,000 of it is paid on day 2."""
    rule = trailing("eod_balance", on_payout="reduce_peak")
    assert floor_of(rule, made("4000"), paid("1000", day=2), until(day)) == (98000, False)


RISING = static(mode="payout_trailing", on_payout="raise_by_trader_share")


@pytest.mark.parametrize(
    ("payouts", "floor"),
    [
        ([paid("2000", "1600")], 96600),
        ([paid("2000")], 97000),  # no share told: the whole amount, the tighter floor
        ([paid("2000", "1600"), paid("1000", "800", "13:00")], 97400),
        ([paid("6000", "5000")], 100000),
        ([paid("6000", "5000.01")], 100000),  # never above the start
    ],
)
def test_a_floor_that_follows_payouts(payouts: list[Any], floor: int) -> None:
    assert floor_of(RISING, made("20000"), *payouts) == (floor, False)
    assert floor_of(replace(RISING, on_payout="unchanged"), made("9000"), *payouts)[0] == 95000


def test_a_floor_can_be_asked_for_while_equity_is_not_known() -> None:
    book = story.rulebook(trailing(on_payout="reduce_peak"), zone="UTC")
    evaluator = Evaluator(book, book.phases[0], size=SIZE, catalogue=CATALOGUE)
    evaluator.feed([start(), made("4000"), buy("11:00", "a")])
    (asked,) = evaluator.judges
    assert isinstance(asked, OverallLossJudge)
    assert asked.situation.equity is None
    assert asked.floor_after(d(1000), d(800)) == 98000


@pytest.mark.parametrize(
    "rule",
    [
        static(),
        RISING,
        trailing(on_payout="set_initial"),
        trailing(on_payout="reduce_peak", lock=lock(ZERO)),
        trailing(on_payout="reset"),
        trailing("live_equity", on_payout="reset"),
        trailing(lock=lock(ZERO, "payout")),
        trailing(lock=lock(ZERO, "payouts")),
        trailing(lock=lock(ZERO, "payouts", payouts=2)),
        trailing(lock=lock(ZERO, "payouts", profit=THREE)),
        trailing(lock=lock(ZERO, "payouts", profit=money("3000.01"))),
        trailing(allowance=Amount(percent=d(5), of="balance")),
        trailing(lock=lock(money(50)), also_locks_on_payout=True, news_buffer=money(7)),
    ],
)
def test_the_floor_a_payout_would_leave_is_the_one_it_leaves(rule: OverallLoss) -> None:
    book = story.rulebook(rule, zone="UTC")
    evaluator = Evaluator(book, book.phases[0], size=SIZE, catalogue=CATALOGUE)
    evaluator.feed([start(), made("4000")])
    (asked,) = evaluator.judges
    assert isinstance(asked, OverallLossJudge)
    before, published = asked.limit(), asked.situation.day.overall_floor
    answer = asked.floor_after(d(1000), d(800))
    assert (asked.limit(), asked.situation.day.overall_floor) == (before, published)
    assert asked.situation.balance == 104000
    assert asked.situation.payouts_before == 0
    evaluator.apply(paid("1000", "800"))
    after = asked.limit()
    assert answer == after.floor
    assert asked.situation.day.overall_floor == after.floor


# -- a step, a new size, the middle of a life
STEPPED = static(mode="stepped", step_profit=money(3000), step_allowance=money(2000))


@pytest.mark.parametrize(
    ("rule", "events", "floor", "locked"),
    [
        (STEPPED, [made("2999.99")], 95000, False),
        (STEPPED, [made("3000")], 101000, True),
        (STEPPED, [made("4000"), made("5000", "11:00")], 102000, True),  # once
        (replace(STEPPED, step_allowance=Amount(percent=d(5), of="balance")), [made("4000")],
         104000 - 5200, True),
        (replace(STEPPED, mode="static"), [made("4000")], 95000, False),
        # both by a table of sizes
        (replace(STEPPED, step_profit=Amount(by_size={SIZE: d(3000)}),
                 step_allowance=Amount(by_size={SIZE: d(2000)})), [made("3000")], 101000, True),
    ],
)  # fmt: skip
def test_one_step(rule: OverallLoss, events: list[Any], floor: int, locked: bool) -> None:
    assert floor_of(rule, *events) == (floor, locked)


@pytest.mark.parametrize(
    ("rule", "balance", "base", "floor"),
    [
        (static(), 152000, 150000, 142500),
        (static(on_scale="from_balance"), 152000, 152000, 144500),
        (trailing(), 152000, 152000, 144500),  # the balance is the first new peak
        (trailing("eod_balance"), 152000, 150000, 142500),
        (trailing("eod_balance", on_scale="from_balance"), 152000, 152000, 144500),
        (trailing("eod_balance", lock=lock(ZERO)), 152000, 150000, 142500),  # unlocked again
    ],
)
def test_a_new_size(rule: OverallLoss, balance: int, base: int, floor: int) -> None:
    grown = Scaled(ACCOUNT, at("12:00", 2), d(150000), d(balance))
    (line,) = judge(rule, [start(), made("6000"), until(2), grown]).limits
    assert (line.base, line.floor, line.locked) == (base, floor, False)


def test_a_new_size_of_an_account_that_starts_at_zero() -> None:
    book = story.rulebook(static(allowance=FIVE), zone="UTC", balance_origin="zero")
    grown = Scaled(ACCOUNT, at("12:00"), d(150000), None)
    opened = start(balance=d(0))
    result = story.judged(book, [opened, grown])
    assert [(each.base, each.floor) for each in result.limits] == [(0, -7500)]


def test_a_soft_limit_and_its_warnings_start_anew_with_a_size() -> None:
    rule = static(effects=(PAUSE,), warn_at=(d(50),))
    path = [made("-2500"), made("-2500", "11:00"), made("-1000", "12:00")]
    said = [("10:00", "warn"), ("11:00", "pause_until")]
    assert outcomes(judge(rule, [start(), *path])) == said
    again = [Scaled(ACCOUNT, at("13:00"), d(200000), d(195000)), made("-5000", "14:00")]
    grown = outcomes(judge(rule, [start(), *path, *again]))
    assert grown == [*said, ("13:00", "warn"), ("14:00", "pause_until")]


@pytest.mark.parametrize(
    ("rule", "given", "floor", "locked"),
    [
        (trailing(), {"peak_balance": d(104000)}, 99000, False),
        (trailing("eod_balance"), {"peak_eod": d(104000)}, 99000, False),
        (trailing("eod_max_balance_equity"), {"peak_eod": d(104000)}, 99000, False),
        (trailing("live_equity"), {"peak_equity": d(104000)}, 99000, False),
        (trailing("live_max_balance_equity"), {"peak_equity": d(104000)}, 99000, False),
        (trailing(), {"peak_equity": d(104000), "peak_eod": d(104000)}, 97000, False),
        (trailing(), {"floor": d(98000)}, 98000, False),
        (trailing(), {"floor": d(98000), "locked": False}, 98000, False),
        (trailing(), {"floor": d(98000), "locked": True}, 98000, True),
        (trailing(), {"floor": d(98000), "peak_balance": d(104000)}, 99000, False),
        (trailing(lock=lock(ZERO)), {"peak_balance": d(106000)}, 100000, True),
        (static(), {"floor": d(98000)}, 95000, False),
        (static(), {"floor": d(98000), "locked": True}, 98000, True),
        (static(), {"trader_paid_total": d(1000)}, 95000, False),
        (RISING, {"trader_paid_total": d(1000)}, 96000, False),
    ],
)
def test_an_account_known_from_its_middle(
    rule: OverallLoss, given: dict[str, Any], floor: int, locked: bool
) -> None:
    state = StateReported(ACCOUNT, at("08:00"), balance=d(102000), **given)
    assert floor_of(rule, state) == (floor, locked)


@pytest.mark.parametrize("of", ["peak", "base"])
def test_a_floor_alone_does_not_say_a_peak_it_is_a_percentage_of(of: Any) -> None:
    rule = trailing(allowance=Amount(percent=d(5), of=of))
    state = StateReported(ACCOUNT, at("08:00"), floor=d(98000))
    with pytest.raises(UnusableHistory, match="event 2: an allowance of the peak needs the peak"):
        judge(rule, [start(), state])
    known = replace(state, peak_balance=d(104000))
    assert floor_of(rule, known) == (104000 - 5200, False)


STEP_NEEDS = "mode 'stepped' needs 'step_profit' and 'step_allowance'"


@pytest.mark.parametrize(
    ("terms", "missing"),
    [
        ({"mode": "trailing"}, "mode 'trailing' needs 'peak_source'"),
        ({"mode": "stepped", "step_profit": THREE}, STEP_NEEDS),
        ({"mode": "stepped", "step_allowance": THREE}, STEP_NEEDS),
    ],
)
def test_a_way_of_moving_needs_its_figures(terms: dict[str, Any], missing: str) -> None:
    with pytest.raises(TermsError) as refused:
        static(**terms)
    assert str(refused.value) == missing


def test_half_a_step_is_none() -> None:
    assert static(step_profit=THREE).sentence(SIZE) == static().sentence(SIZE)


def test_the_allowance_of_a_floor_that_stays_is_that_of_the_start() -> None:
    """5 % of 100,000, however high the peak of 110,000 that is kept beside it."""
    rule = static(peak_source="closed_balance", allowance=Amount(percent=d(5), of="base"))
    (line,) = judge(rule, [start(), made("10000")]).limits
    assert (line.allowance, line.floor) == (5000, 95000)


@pytest.mark.parametrize("trigger", ["realised_profit", "equity_profit", "day_close_profit"])
def test_a_lock_by_profit_needs_the_profit(trigger: str) -> None:
    with pytest.raises(TermsError, match=f"lock trigger '{trigger}' needs 'profit'"):
        lock(ZERO, trigger)
