"""Loss limits: between which values of equity they need not be asked, and what they learn after."""

from typing import Any

import pytest

from propdesk.domain.events import Bar, StateReported
from propdesk.domain.instants import MINUTE
from propdesk.domain.judging import Calm, Trail, Watches
from propdesk.domain.rules.daily_loss import DailyLoss, DailyLossJudge, StepUp
from propdesk.domain.rules.overall_loss import OverallLoss, OverallLossJudge
from propdesk.domain.situation import Span
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import ACCOUNT, at, buy, d, evaluator_of, quote, start
from tests.domain.rules.overall_losses import (
    FIVE,
    THREE,
    ZERO,
    lock,
    made,
    money,
    paid,
    static,
    trailing,
    until,
)

WARN = (Effect(kind="warn"),)
HELD = [quote("08:00", "10000"), buy("09:00", "a")]


def judge_of(rule: DailyLoss | OverallLoss, *events: Any) -> DailyLossJudge | OverallLossJudge:
    evaluator = evaluator_of(rule)
    evaluator.feed([start(), *events])
    (found,) = evaluator.judges
    assert isinstance(found, DailyLossJudge | OverallLossJudge)
    return found


def calm(low: Any = None, high: Any = None, trail: tuple[Any, ...] | None = None) -> Calm:
    """In whole money; the trail as peak, gap and cap."""
    low, high = (None if each is None else d(each) for each in (low, high))
    if trail is None:
        return Calm(low, high)
    return Calm(low, high, Trail(*(None if each is None else d(each) for each in trail)))  # type: ignore[arg-type]


def bar(low: str, high: str) -> Bar:
    """A minute between two prices that ended at the higher one."""
    prices = (d(low), d(high), d(low), d(high))
    return Bar(at("09:02"), "ONE", MINUTE, *prices, *prices)


def live(**more: Any) -> OverallLoss:
    return trailing("live_equity", **more)


PERCENT_OF_PEAK = Amount(percent=d(5), of="peak")
AT_3000 = lock(ZERO, "equity_profit", profit=THREE)
EITHER: dict[str, Any] = {"tested": "balance_or_equity"}


# -- the overall limit: 5 % of 100,000 below the start or the peak
@pytest.mark.parametrize(
    ("rule", "events", "expected"),
    [
        (static(), [], calm(95000)),
        (static(), [made("1000")], calm(95000)),
        (static(news_buffer=money(1000)), [], calm(94000)),
        (static(warn_at=(d(50),)), [], calm(97500)),
        (static(warn_at=(d(50),)), [made("-2500")], calm(95000)),
        # half of 6,000 above 94,000
        (static(warn_at=(d(50),), news_buffer=money(1000)), [], calm(97000)),
        (static(effects=WARN), [made("-5000")], calm()),
        (trailing("closed_balance"), [made("1000")], calm(96000)),
        # the floor climbs with every new high, 5,000 below it
        (live(), [], calm(95000, trail=(100000, 5000))),
        (live(), [made("1000")], calm(96000, trail=(101000, 5000))),
        (trailing("live_max_balance_equity"), [], calm(95000, trail=(100000, 5000))),
        (live(news_buffer=money(1000)), [], calm(94000, trail=(100000, 6000))),
        # and so does a warning, 2,500 below it
        (live(warn_at=(d(50),)), [], calm(97500, trail=(100000, 2500))),
        (live(warn_at=(d(50),)), [made("-2500")], calm(95000, trail=(100000, 5000))),
        # to where it is locked
        (live(lock=lock(ZERO)), [], calm(95000, trail=(100000, 5000, 105000))),
        (live(lock=lock(money(100))), [], calm(95000, trail=(100000, 5000, 105100))),
        (live(lock=lock(ZERO)), [made("5000")], calm(100000, trail=(105000,))),
        (live(lock=lock(ZERO)), [made("6000")], calm(100000, trail=(106000,))),
        # a lock by profit is a height of its own, until it is locked
        (static(lock=AT_3000), [], calm(95000, 103000)),
        (live(lock=AT_3000), [], calm(95000, 103000, (100000, 5000))),
        (static(lock=lock(ZERO, "equity_profit", profit=Amount(percent=d(3)))), [],
         calm(95000, 103000)),
        (live(lock=AT_3000), [made("3000")], calm(100000, trail=(103000,))),
        (static(lock=lock(ZERO, "realised_profit", profit=THREE)), [], calm(95000)),
        (live(lock=lock(ZERO, "payout")), [], calm(95000, trail=(100000, 5000))),
        # today's high counts tomorrow
        (live(peak_update="day_reset"), [made("1000")], calm(95000, trail=(101000,))),
        (live(peak_update="day_reset"), [made("1000"), until(2)], calm(96000, trail=(101000,))),
        (live(peak_update="day_reset", lock=AT_3000), [], calm(95000, 103000, (100000,))),
        # a floor that does not trail is none the higher
        (static(peak_source="live_equity"), [made("1000")], calm(95000, trail=(101000,))),
        # a part of the peak is another sum at each: every new high is asked about
        (live(allowance=PERCENT_OF_PEAK), [made("1000")], calm(95950, 101000)),
        (live(allowance=Amount(percent=d(5), of="base")), [], calm(95000, 100000)),
        (live(allowance=PERCENT_OF_PEAK, lock=AT_3000), [], calm(95000, 100000)),
        # a high of 100,500 to 101,000: the lower one is asked about, the upper one's floor held
        (live(), [*HELD, bar("10500", "11000")], calm(96000, 100500)),
        # a floor that reaches the balance breaks it there
        (live(**EITHER), [], calm(95000, 105000, (100000, 5000))),
        (live(tested="balance"), [], calm(95000, 105000, (100000, 5000))),
        (live(**EITHER), [*HELD, quote("09:01", "10700")], calm(95700, 105000, (100700, 5000))),
        (live(**EITHER, lock=lock(ZERO)), [], calm(95000, 105000, (100000, 5000, 105000))),
        (live(**EITHER, lock=lock(money(-1))), [], calm(95000, None, (100000, 5000, 104999))),
        (live(**EITHER, lock=AT_3000), [], calm(95000, 103000, (100000, 5000))),
        # said once, and then only highs matter
        (live(effects=WARN), [made("-5000")], calm(trail=(100000,))),
        (live(effects=WARN, lock=AT_3000), [made("-5000")], calm(None, 103000, (100000,))),
    ],
)  # fmt: skip
def test_until_where_an_overall_limit_is_silent(
    rule: OverallLoss, events: list[Any], expected: Calm
) -> None:
    found = judge_of(rule, *events)
    assert found.calm() == expected
    assert found.watches() == Watches(expected)


def test_a_peak_told_above_the_lock_leaves_the_lock_to_be_watched() -> None:
    told = StateReported(ACCOUNT, at("09:00"), peak_equity=d(104000))
    assert judge_of(live(lock=AT_3000), told).calm().high == 103000
    part = live(lock=AT_3000, allowance=PERCENT_OF_PEAK)
    assert judge_of(part, told).calm() == calm(98800, 103000)


def test_a_payout_that_locks_ends_the_watch() -> None:
    rule = static(lock=AT_3000, also_locks_on_payout=True)
    assert judge_of(rule, made("2000"), paid("1000")).calm() == calm(100000)


@pytest.mark.parametrize(
    ("rule", "high", "floor", "locked"),
    [
        (live(), "103000", 98000, False),
        (live(), "99000", 95000, False),
        (trailing("live_max_balance_equity"), "103000", 98000, False),
        (trailing("closed_balance"), "103000", 95000, False),
        (static(), "103000", 95000, False),
        (live(peak_update="day_reset"), "103000", 95000, False),
        (live(lock=lock(ZERO)), "104999.99", d("99999.99"), False),
        (live(lock=lock(ZERO)), "105000", 100000, True),
    ],
)
def test_what_an_overall_limit_learns_afterwards(
    rule: OverallLoss, high: str, floor: Any, locked: bool
) -> None:
    """The floor, which the daily limits are clamped to, is where asking would have put it."""
    found = judge_of(rule)
    found.catch_up(Span(d(99000), d(high)), ())
    line = found.limit()
    assert line is not None
    assert (line.floor, line.locked) == (floor, locked)
    assert found.situation.day.overall_floor == floor


def test_a_peak_learnt_afterwards_counts_from_the_next_day() -> None:
    evaluator = evaluator_of(live(peak_update="day_reset"))
    evaluator.feed([start()])
    evaluator.judges[0].catch_up(Span(d(99000), d(103000)), ())
    evaluator.apply(until(2))
    (line,) = evaluator.result().limits
    assert line.floor == 98000


# -- the daily limit
def daily(base: str = "day_peak_equity", **more: Any) -> DailyLoss:
    terms = {"allowance": money(2000), "comparison": "touch", "effects": WARN, **more}
    return DailyLoss(base=base, **terms)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "events", "expected"),
    [
        (daily("initial"), [], calm(98000)),
        (daily("day_start_balance"), [made("-500")], calm(98000)),
        (daily("day_start_equity", warn_at=(d(50),)), [], calm(99000)),
        (daily("day_start_equity", warn_at=(d(50),)), [made("-1000")], calm(98000)),
        (daily("initial"), [made("-2000")], calm()),
        (daily("initial", sizes=(d(50000),)), [], calm()),
        # the day's high carries its floor
        (daily(), [], calm(98000, trail=(100000, 2000))),
        (daily(), [made("1000")], calm(99000, trail=(101000, 2000))),
        (daily(), [made("1000"), made("-500", "11:00"), until(2)],
         calm(98500, trail=(100500, 2000))),
        (daily("account_peak_equity"), [made("1000"), made("-500", "11:00"), until(2)],
         calm(99000, trail=(101000, 2000))),
        (daily(allowance=FIVE), [], calm(95000, trail=(100000, 5000))),
        (daily(warn_at=(d(50),)), [], calm(99000, trail=(100000, 1000))),
        (daily(warn_at=(d(50),)), [made("-1000")], calm(98000, trail=(100000, 2000))),
        # where another high is another sum, each is asked about
        (daily(allowance=PERCENT_OF_PEAK), [], calm(95000, 100000)),
        (daily(allowance=Amount(percent=d(5), of="base")), [], calm(95000, 100000)),
        (daily(clamp_to_overall=True), [made("1000")], calm(99000, 101000)),
        (daily(), [*HELD, bar("10500", "11000")], calm(99000, 100500)),
        # a floor that reaches the balance breaks it there
        (daily(**EITHER), [], calm(98000, 102000, (100000, 2000))),
        (daily(**EITHER), [*HELD, quote("09:01", "10700")], calm(98700, 102000, (100700, 2000))),
        # while nothing can be broken, or it was said, the high is still kept
        (daily(), [made("-2000")], calm(trail=(100000,))),
        (daily(sizes=(d(50000),)), [], calm(trail=(100000,))),
        (daily(step_up=StepUp(profit=money(1000))), [made("1000"), until(2)],
         calm(trail=(101000,))),
        (daily(step_up=StepUp(profit=money(1000), allowance=money(500))), [made("1000"), until(2)],
         calm(100500, trail=(101000, 500))),
    ],
)  # fmt: skip
def test_until_where_a_daily_limit_is_silent(
    rule: DailyLoss, events: list[Any], expected: Calm
) -> None:
    assert judge_of(rule, *events).calm() == expected


def test_a_day_that_started_unknown_has_nothing_to_be_asked_about() -> None:
    """No price since before midnight: what the account was worth then is not known."""
    found = judge_of(daily(), buy("09:00", "a"), until(2), quote("09:00", "10000", day=2))
    assert found.calm() == Calm()


@pytest.mark.parametrize(
    ("rule", "high", "floor"),
    [
        (daily(), "103000", 101000),
        (daily(), "99000", 98000),
        (daily("account_peak_equity"), "103000", 101000),
        (daily("day_start_equity"), "103000", 98000),
        (daily("initial"), "103000", 98000),
    ],
)
def test_what_a_daily_limit_learns_afterwards(rule: DailyLoss, high: str, floor: int) -> None:
    found = judge_of(rule)
    found.catch_up(Span(d(99000), d(high)), ())
    line = found.limit()
    assert line is not None
    assert line.floor == floor


@pytest.mark.parametrize(
    ("comparison", "loss", "said"),
    [("touch", "1999.99", 0), ("touch", "2000", 1), ("cross", "2000", 0), ("cross", "2000.01", 1)],
)
def test_without_equity_the_balance_proves_it_by_the_same_comparison(
    comparison: str, loss: str, said: int
) -> None:
    """A position without a price is open; what was closed is known to the cent."""
    rule = daily("initial", comparison=comparison, **EITHER)
    evaluator = evaluator_of(rule)
    evaluator.feed([start(), buy("09:00", "a"), made(f"-{loss}")])
    assert [each.outcome for each in evaluator.result().verdicts] == ["warn"] * said
