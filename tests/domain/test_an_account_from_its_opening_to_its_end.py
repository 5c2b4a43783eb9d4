"""What is said as an account opens, at the moment it ends, and what still goes on afterwards."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.clock import SnapshotWindow
from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Bar, Event, GroupFormed, Paused, Quote
from propdesk.domain.instants import MINUTE
from propdesk.domain.instruments import Catalogue
from propdesk.domain.rulebook import Promotion, Rulebook
from propdesk.domain.rules.capital import Capital
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.situation import Span
from propdesk.domain.terms import Effect
from tests.domain.rules import histories
from tests.domain.rules.histories import instrument
from tests.story import (
    ACCOUNT,
    CATALOGUE,
    adjusted,
    at,
    deal,
    judged,
    money,
    opened,
    outcomes,
    passed,
    quote,
    rulebook,
)

SIZE = Decimal(100000)
DAILY = DailyLoss(base="day_start_balance", allowance=money("5000"), comparison="touch")
WINDOW = SnapshotWindow(before_minutes=3, after_minutes=3)
WARN = (Effect(kind="warn"),)
OPENING = "2026-03-02 08:00:00"
MIDNIGHT = "2026-03-02 23:00:00"  # the reset, 00:00 in Prague


def long(*between: Event) -> list[Event]:
    """One lot of EURUSD bought at 1.10000: a point is a dollar, 1.05000 is the floor of DAILY."""
    return [
        opened(OPENING),
        quote("2026-03-02 08:00:01", "EURUSD", "1.10000", "1.10000"),
        deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.10000"),
        *between,
    ]


def bid(clock: str, price: str, symbol: str = "EURUSD", *, day: int = 2) -> Quote:
    return quote(f"2026-03-{day:02d} {clock}", symbol, price, "2.00000")


def sampled(book: Rulebook, events: list[Event]) -> list[tuple[int, Any]]:
    """The points of the chart: seconds since the opening, and the lowest equity since the last."""
    evaluator = Evaluator(book, book.phases[0], size=SIZE, catalogue=CATALOGUE, sampled=True)
    evaluator.feed(events)
    points = evaluator.result().samples
    return [((each.at - at(OPENING)) // 1_000_000, each.equity_low) for each in points]


# -- the opening
def test_an_account_that_breaks_a_rule_by_being_opened_still_has_its_days() -> None:
    """It is too large by itself; what is traded with it all the same is shown by day."""
    book = rulebook(Capital(total_max=Decimal(50000)))
    again = deal("2026-03-03 08:00:00", "P2", "buy", "in", "1.00", "1.10000")
    result = judged(book, long(again, passed("2026-03-05 08:00:00")))
    assert [(each.outcome, each.at) for each in result.verdicts] == [("fail", at(OPENING))]
    assert [(each.label.day, each.fills) for each in result.days] == [
        (2, 1),
        (3, 1),
        (4, 0),
        (5, 0),
    ]


def test_a_second_opening_is_refused_by_its_place() -> None:
    with pytest.raises(UnusableHistory, match=f"^event 3: account {ACCOUNT} is opened twice$"):
        judged(rulebook(DAILY), [opened(OPENING), passed(OPENING), opened(OPENING)])


def test_a_group_formed_before_is_judged_at_the_opening_and_a_later_one_at_its_own_place() -> None:
    ring = GroupFormed(at("2026-03-01 09:00:00"), "G1", (ACCOUNT, "B2", "C3"))
    book = rulebook(Capital(accounts_max=2, effects=WARN))
    (verdict,) = judged(book, [ring, opened(OPENING)]).verdicts
    assert (verdict.at, verdict.event, verdict.observed) == (at(OPENING), 2, 3)
    later = replace(ring, at=at("2026-03-02 09:00:00"))
    (verdict,) = judged(book, [opened(OPENING), passed(OPENING), later]).verdicts
    assert (verdict.at, verdict.event, verdict.observed) == (later.at, 3, 3)


def test_a_phase_with_nothing_to_earn_is_passed_as_it_is_opened() -> None:
    (verdict,) = judged(rulebook(ProfitTarget(target=money("0"))), [opened(OPENING)]).verdicts
    assert (verdict.outcome, verdict.at, verdict.event) == ("pass", at(OPENING), 1)


# -- the end
def test_a_breach_of_the_very_moment_stands_before_the_pass() -> None:
    """112,000 closed, 6,000 open against it: by the floor of the new day, 107,000, it is lost at
    the moment the pause ends that held the pass back."""
    book = rulebook(DAILY, ProfitTarget(target=money("10000"), measured_on="balance"))
    phase = replace(book.phases[0], promotion=Promotion(flat_required=False))
    book = replace(book, phases=(phase,))
    pause = Paused(ACCOUNT, at("2026-03-02 09:00:00"), until=at(MIDNIGHT))
    earned = adjusted("2026-03-02 10:00:00", "12000", "correction")
    night = passed(MIDNIGHT)
    lost = judged(book, long(pause, earned, bid("22:00:00", "1.04000"), night))
    assert outcomes(lost) == [("daily_loss", "fail")]
    kept = judged(book, long(pause, earned, bid("22:00:00", "1.05001"), night))
    assert outcomes(kept) == [("phase", "pass")]


def test_a_pause_that_ends_inside_the_firms_snapshot_ends_at_its_time() -> None:
    """The window opens three minutes before the reset; nothing happens between the two."""
    book = rulebook(ProfitTarget(target=money("1000")))
    book = replace(book, clock=replace(book.clock, snapshot_window=WINDOW))
    until = at("2026-03-02 22:58:00")
    pause = Paused(ACCOUNT, at("2026-03-02 09:00:00"), until=until)
    earned = adjusted("2026-03-02 10:00:00", "1000", "correction")
    (verdict,) = judged(book, [opened(OPENING), pause, earned, passed(MIDNIGHT)]).verdicts
    assert (verdict.outcome, verdict.at) == ("pass", until)


def test_only_the_breach_is_photographed() -> None:
    warned = rulebook(replace(DAILY, effects=WARN))
    low = long(bid("09:00:00", "1.04000"))
    assert judged(warned, low).strip is None
    broken = judged(rulebook(DAILY), low)
    assert broken.strip is not None
    assert [each.basis for each in broken.verdicts] == ["ticks"]


# -- the chart
def test_quotes_make_a_point_of_the_chart_each_whole_minute() -> None:
    quotes = [
        bid("08:00:10", "1.10000"),
        bid("08:00:40", "1.09000"),
        bid("08:01:10", "1.09500"),  # a minute after the last point
        bid("08:02:09", "1.08000"),
        bid("08:02:10", "1.09500"),
    ]
    points = sampled(rulebook(DAILY), long(*quotes))
    assert points == [
        (2, SIZE),
        (10, None),  # nothing since the deal
        (70, Decimal(99000)),
        (130, Decimal(98000)),
        (130, Decimal(99500)),
    ]


def test_the_chart_has_the_moment_of_the_breach_and_no_point_twice_after_it() -> None:
    low, calm = bid("08:00:40", "1.04000"), adjusted("2026-03-02 08:05:00", "0", "correction")
    broken = sampled(rulebook(DAILY), long(low))
    assert (40, Decimal(94000)) in broken
    assert len(set(broken)) == len(broken)
    quiet = sampled(rulebook(DAILY), long(calm, calm))
    assert [each for each, _ in quiet].count(300) == 3  # while it lives, every event is a point


# -- spans
def test_a_quote_of_one_symbol_moves_what_a_bar_of_another_left_open() -> None:
    """EURUSD ended between −1,000 and +500, and GBPUSD gains 500: the peak lies between the start
    and 101,000, and so the floor, 5,000 below it, may be 3,500 away."""
    book = rulebook(
        OverallLoss(
            mode="trailing", peak_source="live_equity", allowance=money("5000"), comparison="touch"
        )
    )
    bar = Bar(
        at("2026-03-02 08:10:00"),
        "EURUSD",
        MINUTE,
        *(Decimal(each) for each in ("1.10000", "1.10500", "1.09000", "1.10000")),
        *(Decimal(each) for each in ("1.10010", "1.10510", "1.09010", "1.10010")),
    )
    pound: list[Event] = [
        quote("2026-03-02 08:05:00", "GBPUSD", "1.30000", "1.30000"),
        deal("2026-03-02 08:05:01", "P2", "buy", "in", "1.00", "1.30000", symbol="GBPUSD"),
    ]
    story = long(*pound, bar, bid("08:11:01", "1.30500", "GBPUSD"))
    (line,) = judged(book, story).limits
    assert line.floor == Decimal(95000)
    assert line.room == 99500 - (101000 - 5000)


# -- what came before
def test_a_price_told_before_by_another_name_of_its_symbol_is_the_price() -> None:
    """The feed says UNO, the platform ONE."""
    catalogue = Catalogue((instrument("ONE"),), aliases=(("UNO", "ONE"),))
    early = Quote(histories.at("00:00"), "UNO", Decimal(9900), Decimal(9910))
    for told in ([early], [early, early]):
        found = histories.judge(
            DAILY, [*told, histories.start(), histories.buy("09:00", "a")], catalogue=catalogue
        )
        assert found.equity == Span(SIZE - 100, SIZE - 100)
