"""Days, trades and ideas as units of profit: what each earned, and which was the best."""

from collections.abc import Sequence
from typing import Any

import pytest

from propdesk.domain.events import PayoutMoved
from propdesk.domain.judging import Objective
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.trade_ideas import Grouping
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, reported, sell, start


def goal(events: Sequence[object], **more: Any) -> Objective:
    rule = Consistency(limit=ShareLimit(percent=d(50)), operator="at_most", **more)
    (only,) = judge(rule, [start(), *events]).objectives
    return only


def best(events: Sequence[object], **more: Any) -> object:
    return goal(events, **more).figures["best"]


def trade(hour: int, profit: str) -> object:
    return reported(f"{hour:02d}:00", f"{hour:02d}:30", profit, id=f"t{hour}")


P, Q = buy("09:00", "p", "2"), buy("09:00", "q", "2")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), 0),
        ((trade(9, "-50"),), 0),  # the best of losses is nothing
        ((trade(9, "50"), trade(10, "80"), trade(11, "60")), 80),
        # a trade in parts is one trade: 300 − 100, then 250 − 250
        ((P, close("10:00", P, "10300", "1"), close("11:00", P, "9900", "1")), 200),
        ((P, close("10:00", P, "10250", "1"), close("11:00", P, "9750", "1")), 0),
        # the best trade loses again and another becomes the best
        (
            (
                P,
                Q,
                close("10:00", P, "10300", "1"),
                close("10:30", Q, "10250", "1"),
                close("11:00", P, "9900", "1"),
            ),
            250,
        ),
        # a trade grows past the best one in parts
        (
            (
                P,
                Q,
                close("10:00", P, "10300", "1"),
                close("10:30", Q, "10200", "1"),
                close("11:00", Q, "10150", "1"),
            ),
            350,
        ),
    ],
)
def test_the_best_trade(events: Sequence[object], expected: int) -> None:
    assert best(events, unit="trade") == expected


def test_the_best_trade_is_asked_between_the_closes() -> None:
    """The sum is the same whether or not the best was looked at before."""
    moments = (
        P,
        close("10:00", P, "10300", "1"),
        close("11:00", P, "10100", "1"),
        trade(12, "350"),
    )
    found = [best(moments[:count], unit="trade") for count in range(1, 5)]
    assert found == [0, 300, 400, 400]


A, B = buy("09:00", "a"), buy("09:30", "b")
LATER = buy("11:10", "c")
OTHER_WAY = sell("09:30", "s")
GOLD = buy("09:30", "g", symbol="GOLD")


@pytest.mark.parametrize(
    ("grouping", "events", "expected"),
    [
        # two that overlap are one idea, also while the second is still open
        (Grouping(), (A, B, close("10:00", A, "10060"), close("10:30", B, "10040")), 100),
        (Grouping(), (A, B, close("10:00", A, "10060")), 60),
        (Grouping(), (A, B, close("10:00", A, "10060"), close("10:30", B, "9980")), 40),
        # the other direction or another instrument is another idea
        (
            Grouping(),
            (A, OTHER_WAY, close("10:00", A, "10060"), close("10:30", OTHER_WAY, "9960")),
            60,
        ),
        (
            Grouping(direction="any"),
            (A, OTHER_WAY, close("10:00", A, "10060"), close("10:30", OTHER_WAY, "9960")),
            100,
        ),
        (Grouping(), (A, GOLD, close("10:00", A, "10060"), close("10:30", GOLD, "10040")), 60),
        # one after the other: only within the gap, to the minute
        (
            Grouping(gap_minutes=70),
            (A, close("10:00", A, "10060"), LATER, close("12:00", LATER, "10040")),
            100,
        ),
        (
            Grouping(gap_minutes=69),
            (A, close("10:00", A, "10060"), LATER, close("12:00", LATER, "10040")),
            60,
        ),
        # and where the gap counts after a loss, only after a loss
        (
            Grouping(gap_minutes=70, gap_after="losing_close"),
            (A, close("10:00", A, "10060"), LATER, close("12:00", LATER, "10040")),
            60,
        ),
        (
            Grouping(gap_minutes=70, gap_after="losing_close"),
            (A, close("10:00", A, "10000"), LATER, close("12:00", LATER, "10040")),
            40,  # nothing lost is no loss: 0 + 40 either way
        ),
        (
            Grouping(gap_minutes=70, gap_after="losing_close"),
            (A, close("10:00", A, "9970"), LATER, close("12:00", LATER, "10040")),
            10,
        ),
    ],
)
def test_the_best_idea(grouping: Grouping, events: Sequence[object], expected: int) -> None:
    assert best(events, unit="trade_idea", grouping=grouping) == expected


@pytest.mark.parametrize(("price", "expected"), [("10000", 50), ("9999.99", d("89.99"))])
def test_a_close_at_the_price_of_the_opening_is_no_loss(price: str, expected: object) -> None:
    """35 minutes after a loss join: only through the second trade, and only where it lost."""
    grouping = Grouping(gap_minutes=35, gap_after="losing_close")
    first, second, third = buy("09:00", "a"), buy("09:30", "b"), buy("10:30", "c")
    events = (
        first,
        second,
        close("09:50", first, "10050"),
        close("10:00", second, price),
        third,
        close("12:00", third, "10040"),
    )
    assert best(events, unit="trade_idea", grouping=grouping) == expected


def test_a_trade_reported_in_parts_is_one_trade() -> None:
    def part(closed: str, profit: str) -> object:
        return reported("09:00", closed, profit, position="p", id=closed)

    parts = (part("10:00", "60"), part("11:00", "40"))
    for unit in ("trade", "trade_idea"):
        assert best(parts, unit=unit) == 100
    beside = reported("10:30", "11:30", "20", id="q")  # while the later part was open
    assert best((*parts, beside), unit="trade_idea") == 120
    after = reported("11:30", "12:00", "-20", id="r")
    assert best((*parts, after), unit="trade_idea") == 100
    other = reported("10:30", "11:30", "20", id="t", symbol="TWO")
    assert best((*parts, other, part("12:00", "5")), unit="trade_idea") == 105


def test_a_position_is_over_with_its_last_part() -> None:
    """A trade opened while a part is still open overlaps it; the first close ends nothing."""
    opened, late = buy("09:00", "p", "2"), buy("10:30", "q")
    events = (
        opened,
        close("10:00", opened, "10030", "1"),
        late,
        close("11:00", opened, "10020", "1"),
        close("12:00", late, "10010"),
    )
    assert best(events, unit="trade_idea") == 60
    after = buy("11:30", "r")
    apart = (
        opened,
        close("10:00", opened, "10030", "1"),
        close("11:00", opened, "10020", "1"),
        after,
        close("12:00", after, "10010"),
    )
    assert best(apart, unit="trade_idea") == 50


def test_a_position_that_is_added_to_stays_one_leg() -> None:
    more = buy("09:30", "p", "1")
    closed = close("10:00", P, "10030", "3")
    assert best((P, more, closed), unit="trade_idea") == 90


def test_reported_trades_are_ideas_by_their_times() -> None:
    def told(opened: str, closed: str, profit: str, **more: Any) -> object:
        return reported(opened, closed, profit, id=f"{opened}{more}", **more)

    overlapping = [told("09:00", "10:00", "60"), told("09:30", "10:30", "40")]
    assert best(overlapping, unit="trade_idea") == 100
    other = [told("09:00", "10:00", "60"), told("09:30", "10:30", "40", symbol="TWO")]
    assert best(other, unit="trade_idea") == 60
    against = [told("09:00", "10:00", "60"), told("09:30", "10:30", "40", side="sell")]
    assert best(against, unit="trade_idea") == 60
    hour = Grouping(gap_minutes=60, gap_after="losing_close")
    again = [told("09:00", "10:00", "-30"), told("11:00", "11:30", "90")]
    assert best(again, unit="trade_idea", grouping=hour) == 60
    won = [told("09:00", "10:00", "30"), told("11:00", "11:30", "90")]
    assert best(won, unit="trade_idea", grouping=hour) == 90


def test_the_first_trade_of_an_idea_is_the_one_that_opened_first() -> None:
    """60 from 9 to 12, 40 within it, 30 soon after the first alone, which closed last."""
    first, inner, after = buy("09:00", "a"), buy("09:30", "b"), buy("12:10", "c")
    events = (
        first,
        inner,
        close("10:00", inner, "10040"),
        close("12:00", first, "10060"),
        after,
        close("12:30", after, "10030"),
    )
    grouping = Grouping(gap_minutes=30, transitive=False)
    assert best(events, unit="trade_idea", grouping=grouping) == 130


def test_a_later_part_of_a_reported_trade_stays_in_its_idea() -> None:
    """60 and 40 in two parts, and a trade beside the first part that lost 20."""
    events = (
        reported("09:00", "10:00", "60", position="p", id="p1"),
        reported("09:30", "10:30", "-20", id="q"),
        reported("09:00", "11:00", "40", position="p", id="p2"),
    )
    assert best(events, unit="trade_idea", grouping=Grouping(transitive=False)) == 80


def paid(clock: str, day: int = 1) -> PayoutMoved:
    return PayoutMoved(ACCOUNT, at(clock, day), "paid", f"P{day}", d(10))


@pytest.mark.parametrize(
    ("since", "unit", "expected", "total"),
    [
        ("last_payout", "day", 70, 70),  # what today earned before the payout is not counted
        ("start", "day", 170, 170),
        ("last_payout", "trade", 40, 70),
        ("start", "trade", 100, 170),
        ("last_payout", "trade_idea", 40, 70),
    ],
)
def test_a_payout_in_the_middle_of_the_day(
    since: str, unit: str, expected: int, total: int
) -> None:
    events = (trade(9, "100"), paid("10:15"), trade(11, "40"), trade(12, "30"))
    figures = goal(events, since=since, unit=unit).figures
    assert (figures["best"], figures["total"]) == (expected, total)


@pytest.mark.parametrize(("since", "wins"), [("last_payout", 120), ("start", 220)])
def test_winning_days_are_summed_without_the_losing_ones(since: str, wins: int) -> None:
    events = (
        trade(9, "100"),
        paid("10:15"),
        trade(11, "70"),  # 170 on the first day, 70 of it after the payout
        reported("09:00", "10:00", "-30", day=2, id="l"),
        reported("09:00", "10:00", "50", day=3, id="w"),
    )
    found = goal(events, since=since, denominator="positive_days")
    assert found.figures["total"] == wins
    assert found.figures["best"] == (70 if since == "last_payout" else 170)


def test_a_losing_day_so_far_takes_nothing_from_the_winning_ones() -> None:
    events = (trade(9, "100"), reported("09:00", "10:00", "-30", day=2, id="l"))
    assert goal(events, denominator="positive_days").figures["total"] == 100
