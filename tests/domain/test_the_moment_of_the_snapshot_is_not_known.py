"""A firm that takes the day's first figures somewhere in a window (The Funded Trader: 16:57–17:03).

What every possible moment agrees on is known; a verdict that hangs on the moment is not.
"""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propdesk.domain.clock import SnapshotWindow
from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import PayoutMoved, TimePassed
from propdesk.domain.rulebook import Accounting, Clock
from propdesk.domain.rules.daily_loss import Base, DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss, PeakSource
from propdesk.domain.terms import Amount, Effect, RuleTerms, TermsError
from tests import story
from tests.domain.rules.histories import (
    ACCOUNT,
    CATALOGUE,
    SIZE,
    at,
    buy,
    d,
    quote,
    reported,
    start,
)

FIVE = Amount(money=d(5000))
WINDOW = SnapshotWindow(before_minutes=3, after_minutes=3)
REASON = "which of the values inside the window the firm's snapshot took is not known"


def daily(base: Base = "day_start_balance", **more: Any) -> DailyLoss:
    return DailyLoss(base=base, allowance=FIVE, comparison="touch", **more)


def trailing(source: PeakSource = "eod_balance", **more: Any) -> OverallLoss:
    return OverallLoss(
        mode="trailing", allowance=FIVE, comparison="touch", peak_source=source, **more
    )


def told(
    rule: RuleTerms, *events: Any, window: SnapshotWindow | None = WINDOW, fast: bool = True
) -> Evaluation:
    clock = Clock(zone="UTC", reset=time(0), snapshot_window=window)
    book = replace(story.rulebook(rule), clock=clock, accounting=Accounting(platform="exact"))
    evaluator = Evaluator(book, book.phases[0], size=SIZE, catalogue=CATALOGUE, fast=fast)
    evaluator.feed([start(), *events])
    return evaluator.result()


def verdicts(result: Evaluation) -> list[tuple[str, str]]:
    found = []
    for each in result.verdicts:
        seconds = (each.at - at("00:00")) // 1_000_000
        found.append((f"{seconds // 3600}:{seconds // 60 % 60:02d}", each.outcome))
    return found


def equity(clock: str, level: int, day: int = 1) -> Any:
    """A quote at which the account is worth ``level``: 104,000 and one position from 10,000."""
    return quote(clock, str(level - 104000 + 10000), day=day)


def exactly(clock: str, amount: int, day: int = 2) -> Any:
    """A round trip that leaves ``amount`` more."""
    return reported(clock, clock, str(amount), day=day, id=f"{day}{clock}")


WON = exactly("10:00", 4000, 1)
HELD = (quote("08:00", "10000"), WON, buy("11:00", "p"))
LATER = TimePassed(at("12:00", 2))


@pytest.mark.parametrize(
    ("events", "instant", "windowed"),
    [
        # the old floor is 95,000, the new one 99,000 wherever in the window it is taken
        ((equity("23:50", 99001),), [], []),
        ((equity("23:50", 99000),), [("24:00", "fail")], [("24:00", "unknown"), ("24:03", "fail")]),
        # gone for a moment inside the window
        ((equity("23:56:59", 98000), equity("23:56:59.5", 104000)), [], []),
        ((equity("23:58", 98000), equity("23:59", 104000)), [], [("23:58", "unknown")]),
        (
            (equity("00:01", 98000, 2), equity("00:02", 104000, 2)),
            [("24:01", "fail")],
            [("24:01", "unknown")],
        ),
        ((equity("00:03", 98000, 2),), [("24:03", "fail")], [("24:03", "fail")]),
        # below every floor that may hold
        ((equity("23:58", 95001), equity("23:59", 104000)), [], [("23:58", "unknown")]),
        ((equity("23:58", 95000),), [("23:58", "fail")], [("23:58", "fail")]),
        ((equity("00:01", 95000, 2),), [("24:01", "fail")], [("24:01", "fail")]),
    ],
)
def test_the_balance_of_the_day_before_or_of_the_new_one(
    events: tuple[Any, ...], instant: Any, windowed: Any
) -> None:
    assert verdicts(told(daily(), *HELD, *events, LATER, window=None)) == instant
    result = told(daily(), *HELD, *events, LATER)
    assert verdicts(result) == windowed
    doubted = [each for each in result.verdicts if each.outcome == "unknown"]
    for each in doubted:
        assert each.evidence["reason"] == REASON
        assert each.evidence["base"] == "100000 … 104000"
    ended = windowed[-1][1] if windowed else ""
    assert result.status == {"fail": "breached", "unknown": "unknown", "": "active"}[ended]


SWAYED = (*HELD, equity("23:50", 104000), equity("23:58", 107000), equity("00:02", 104000, 2))


@pytest.mark.parametrize(
    ("base", "low", "high"),
    [
        ("day_start_equity", 104000, 107000),
        ("max_balance_equity", 104000, 107000),
        ("day_peak_equity", 104000, 107000),
        ("account_peak_equity", 107000, 107000),
        ("day_start_balance", 104000, 104000),
        ("initial", 100000, 100000),
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_after_the_window_the_anchor_is_a_span(base: Base, low: int, high: int, fast: bool) -> None:
    def status(level: int) -> str:
        return told(daily(base), *SWAYED, equity("12:00", level, 2), fast=fast).status

    (line,) = told(daily(base), *SWAYED, LATER, fast=fast).limits
    assert (line.base, line.room) == (d(low), d(104000 - high + 5000))
    assert status(high - 5000 + 1) == "active"
    assert status(low - 5000) == "breached"
    if low != high:
        assert status(high - 5000) == "unknown"
        assert status(low - 5000 + 1) == "unknown"
    on_the_third = equity("12:00", low - 4000, 3)  # the next day's anchor is one value again
    assert told(daily(base), *SWAYED, equity("12:00", high, 2), on_the_third).status != "unknown"


def test_a_peak_that_the_window_ends_above_belongs_to_the_new_day_for_certain() -> None:
    events = (*HELD, equity("23:50", 104000), equity("00:02", 107000, 2))
    assert told(daily("day_peak_equity"), *events, LATER).limits[0].base == d(107000)


@pytest.mark.parametrize(
    ("before", "after", "low", "high"),
    [
        (0, 3, 104000, 105000),
        (3, 0, 102000, 104000),
        (3, 3, 102000, 105000),
        (1, 1, 104000, 104000),
    ],
)
def test_each_side_of_the_reset_counts_for_itself(
    before: int, after: int, low: int, high: int
) -> None:
    window = SnapshotWindow(before_minutes=before, after_minutes=after)
    early = (*HELD, equity("23:56", 102000), equity("23:57:30", 104000))
    late = (*early, equity("00:02:30", 105000, 2))

    def status(level: int) -> str:
        events = (*late, equity("12:00", level, 2))
        return told(daily("day_start_equity"), *events, window=window).status

    assert status(high - 4999) == "active"
    assert status(high - 5000) == ("breached" if low == high else "unknown")
    assert status(low - 4999) == ("active" if low == high else "unknown")
    assert status(low - 5000) == "breached"


def test_inside_a_week_no_snapshot_is_taken() -> None:
    week = daily("day_start_equity", horizon="week")
    assert told(week, *SWAYED, equity("12:00", 95001, 2)).status == "active"
    assert told(week, *SWAYED, equity("12:00", 95000, 2)).status == "breached"


def test_an_account_opened_inside_the_window_starts_with_its_own_figures() -> None:
    window = SnapshotWindow(after_minutes=60)
    result = told(daily(), exactly("00:30", -4999, 1), TimePassed(at("12:00")), window=window)
    assert (result.status, result.limits[0].base) == ("active", SIZE)
    assert told(daily(), exactly("00:30", -5000, 1), window=window).status == "breached"


def test_money_moved_inside_the_window_moves_every_anchor_it_may_have() -> None:
    paid = PayoutMoved(ACCOUNT, at("00:01", 2), "paid", "P", d(2000))
    for loss, status in ((-4999, "active"), (-5000, "breached")):
        result = told(daily(), WON, paid, exactly("12:00", loss))
        assert (result.status, result.limits[0].base) == (status, d(102000))
    stays = daily(on_payout="unchanged")
    for loss, status in ((-2999, "active"), (-3000, "unknown"), (-5000, "breached")):
        assert told(stays, WON, paid, exactly("12:00", loss)).status == status


def test_an_equity_not_known_inside_the_window_leaves_no_anchor() -> None:
    unseen = (quote("08:00", "10000"), buy("23:58", "p", symbol="TWO"))
    seen = (quote("00:01", "10000", "TWO", day=2), quote("12:00", "1", "TWO", day=2))
    assert told(daily("day_start_equity"), *unseen, *seen).limits == ()
    (line,) = told(daily("day_start_balance"), *unseen, *seen).limits
    assert line.base == SIZE
    # Known again before the reset, and money moved while it was not.
    again = (quote("23:59", "10000", "TWO"), quote("12:00", "10000", "TWO", day=2))
    paid = PayoutMoved(ACCOUNT, at("23:58:30"), "paid", "P", d(2000))
    assert told(daily("day_start_equity"), *unseen, *again).limits == ()
    assert told(daily("day_start_equity"), *unseen, paid, *again).limits == ()


def test_a_soft_limit_broken_before_the_window_is_judged_anew_after_it() -> None:
    pause = Effect(kind="pause_until", until="next_day")
    result = told(daily(effects=(pause,)), exactly("12:00", -5000, 1), exactly("12:00", -5000))
    assert verdicts(result) == [("12:00", "pause_until"), ("36:00", "pause_until")]


@pytest.mark.parametrize(
    ("loss", "status"),
    [(-4999, "active"), (-5000, "unknown"), (-5999, "unknown"), (-6000, "breached")],
)
def test_the_mark_of_a_days_end_is_a_span(loss: int, status: str) -> None:
    """104,000 as the window opens, 105,000 as it closes: the floor is 99,000 or 100,000."""
    more = exactly("23:58", 1000, 1)
    result = told(trailing(), WON, more, LATER, exactly("13:00", loss))
    assert result.status == status
    line = result.limits[0]
    assert (line.peak, line.room) == (d(104000), d(105000 + loss - 100000))
    if status == "unknown":
        (verdict,) = result.verdicts
        assert verdict.evidence["peak"] == "104000 … 105000"
        assert verdict.evidence["reason"] == REASON
    exact = told(trailing(), WON, more, LATER, exactly("13:00", loss), window=None)
    assert (exact.status == "breached") is (loss <= -5000)


def test_inside_the_window_the_last_mark_or_a_new_one_holds() -> None:
    """The old floor is 95,000; the new one 99,000 as soon as it may be taken."""
    lost = exactly("23:58", -5000, 1)
    for window, status in ((WINDOW, "unknown"), (None, "active")):
        assert told(trailing(), WON, lost, window=window).status == status
    assert told(trailing(), WON, exactly("23:56", -5000, 1)).status == "active"
    assert told(trailing(), WON, exactly("23:58", -9000, 1)).status == "breached"


@pytest.mark.parametrize(
    ("level", "status"),
    [(102001, "active"), (102000, "unknown"), (101001, "unknown"), (101000, "breached")],
)
def test_equity_counts_for_the_mark_where_it_is_part_of_it(level: int, status: str) -> None:
    """106,000 until 107,000 inside the window; what comes as it closes is of the new day."""
    moved = (equity("23:50", 106000), equity("00:02", 107000, 2), equity("00:03", 109000, 2))
    events = (*HELD, *moved, equity("12:00", level, 2))
    assert told(trailing("eod_max_balance_equity"), *events).status == status


@pytest.mark.parametrize(("effect", "low", "high"), [("reduce_peak", 102000, 102000),
                                                     ("reset", 102000, 102000),
                                                     ("unchanged", 102000, 104000)])  # fmt: skip
def test_a_payout_inside_the_window_moves_the_marks_it_may_have(
    effect: str, low: int, high: int
) -> None:
    paid = PayoutMoved(ACCOUNT, at("23:59"), "paid", "P", d(2000))
    rule = trailing(on_payout=effect)
    assert told(rule, WON, paid, LATER).limits[0].peak == d(low)

    def status(level: int) -> str:
        return told(rule, WON, paid, exactly("13:00", level - 102000)).status

    assert status(high - 4999) == "active"
    assert status(high - 5000) == ("breached" if low == high else "unknown")
    assert status(low - 5000) == "breached"


def test_a_live_peak_knows_no_snapshot() -> None:
    live = trailing("closed_balance")
    events = (WON, exactly("23:58", 1000, 1))
    for loss, status in ((-4999, "active"), (-5000, "breached")):
        assert told(live, *events, exactly("12:00", loss)).status == status


FROM = 23 * 3600 + 54 * 60  # seconds of the first day at which the drawn quotes begin
OPENS, CLOSES = 24 * 3600 - 180, 24 * 3600 + 180
MOMENTS = st.lists(
    st.tuples(st.integers(0, 71), st.integers(93000, 108000)),
    min_size=1,
    max_size=8,
    unique_by=lambda drawn: drawn[0],
).map(lambda drawn: [(FROM + step * 10, level) for step, level in sorted(drawn)])


def as_quotes(moments: list[tuple[int, int]]) -> list[Any]:
    clocks = [(f"{at // 3600 % 24:02d}:{at // 60 % 60:02d}:{at % 60:02d}", at) for at, _ in moments]
    return [
        equity(clock, level, 1 + second // 86400)
        for (clock, second), (_, level) in zip(clocks, moments, strict=True)
    ]


def breaks_if_taken_after(taken: int, moments: list[tuple[int, int]]) -> bool:
    """The definition: the snapshot sees the quote before it, the next quotes its floor.

    ``taken`` is how many of the moments came before the snapshot.
    """
    seen = moments[taken - 1][1] if taken else 104000
    new_floor = seen - 5000
    before, after = moments[:taken], moments[taken:]
    old_floor = 95000
    return (
        any(level <= old_floor for _, level in before)
        or seen <= new_floor
        or any(level <= new_floor for _, level in after)
    )


@settings(max_examples=150, deadline=None)
@given(MOMENTS)
def test_what_every_possible_moment_agrees_on_is_known(moments: list[tuple[int, int]]) -> None:
    first = sum(second < OPENS for second, _ in moments)
    last = sum(second < CLOSES for second, _ in moments)
    possible = {breaks_if_taken_after(taken, moments) for taken in range(first, last + 1)}
    status = told(daily("day_start_equity"), *HELD, *as_quotes(moments), LATER).status
    if status == "breached":
        assert possible == {True}
    if possible == {False}:
        assert status == "active"
    if status == "active":
        assert possible == {False}


@settings(max_examples=50, deadline=None)
@given(MOMENTS, st.sampled_from(["day_start_equity", "day_peak_equity", "max_balance_equity"]))
def test_the_fast_path_sees_what_every_quote_shows(
    moments: list[tuple[int, int]], base: Base
) -> None:
    fast = told(daily(base), *HELD, *as_quotes(moments), LATER)
    slow = told(daily(base), *HELD, *as_quotes(moments), LATER, fast=False)
    assert (fast.status, verdicts(fast)) == (slow.status, verdicts(slow))
    assert fast.limits == slow.limits


def test_the_window_lies_around_the_reset() -> None:
    clock = Clock(zone="UTC", reset=time(0), snapshot_window=WINDOW).day_clock()
    first, second = date(2021, 3, 1), date(2021, 3, 2)
    for moment, day, expected in (
        ("00:02:59.999999", 1, first),
        ("00:03", 1, None),
        ("23:56:59.999999", 1, None),
        ("23:57", 1, second),
        ("00:00", 2, second),
        ("00:02:59.999999", 2, second),
        ("00:03", 2, None),
    ):
        assert clock.snapshot_of(at(moment, day)) == expected
    assert replace(clock, snapshot_window=None).snapshot_of(at("00:00")) is None


@pytest.mark.parametrize(
    "minutes", [(0, 0), (-1, 3), (3, -1), (361, 360)], ids=lambda pair: f"{pair[0]} and {pair[1]}"
)
def test_a_window_that_means_nothing_is_refused(minutes: tuple[int, int]) -> None:
    with pytest.raises(TermsError, match="lasts from 1 to 720 minutes"):
        SnapshotWindow(before_minutes=minutes[0], after_minutes=minutes[1])
    assert SnapshotWindow(before_minutes=360, after_minutes=360).after_minutes == 360
