"""Position size: who is said to be over, how often, when, and what happens to the profit."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import OrderSeen, TimePassed
from propdesk.domain.rules.exposure import Cap
from propdesk.domain.terms import AppliesTo, Effect
from tests.domain.rules.exposure_rows import cap, over, terms
from tests.domain.rules.histories import (
    ACCOUNT,
    SIZE,
    at,
    buy,
    close,
    d,
    judge,
    reported,
    sell,
    start,
)
from tests.domain.rules.verdicts import counted_profit, rows

LATER = TimePassed(at("23:00"))
BIG = buy("09:00", "a", "11")
FOUR, SHORT = buy("09:00", "a", "4"), sell("09:01", "b", "3")
OTHER = buy("09:01", "b", "3", symbol="TWO")
BY_POSITION = {"counting": "per_position"}


@pytest.mark.parametrize(
    ("more", "events", "said"),
    [
        ({}, [BIG], [over("09:00", "11", "10", "a")]),
        # closed in the same moment, it was open all the same
        ({}, [BIG, close("09:00", BIG, "10000")], [over("09:00", "11", "10", "a")]),
        # lots need no equity, whatever margin would be a part of
        ({"percent_of": "equity"}, [BIG], [over("09:00", "11", "10", "a")]),
        ({"cap": Cap(by_size={d(50000): d(20), SIZE: d(7)})}, [BIG],
         [over("09:00", "11", "7", "a")]),
        ({"aggregation": "instrument", "caps": {"ONE": cap(12), "TWO": cap(2)}}, [BIG, OTHER],
         [over("09:01", "3", "2", "b", "TWO")]),
        ({"cap": cap(11), "comparison": "touch"}, [BIG],
         [over("09:00", "11", "11", "a", comparison="touch")]),
        ({"aggregation": "instrument", "cap": cap(5)}, [FOUR, SHORT],
         [over("09:01", "7", "5", "b", "ONE")]),
        ({"aggregation": "group", "cap": cap(5)}, [FOUR, OTHER],
         [over("09:01", "7", "5", "b", "indices")]),
        ({"aggregation": "absolute_sum", "cap": cap(6)}, [FOUR, OTHER],
         [over("09:01", "7", "6", "b")]),
        ({"aggregation": "absolute_sum", "cap": cap(6)}, [FOUR, SHORT], []),
        # what is named keeps its own cap until it is under it
        ({"aggregation": "instrument", "caps": {"ONE": cap(5)}, "cap": cap(20)},
         [BIG, buy("09:01", "b")], [over("09:00", "11", "5", "a", "ONE")]),
        # orders are never added up
        ({"aggregation": "order", "when": "while_open", "cap": cap(5)},
         [FOUR, SHORT, TimePassed(at("10:00"))], []),
        # each instrument has its own event
        ({"aggregation": "instrument", "cap": cap(2)}, [FOUR, OTHER],
         [over("09:00", "4", "2", "a", "ONE"), over("09:01", "3", "2", "b", "TWO")]),
        # once from going over until being back under, once for each position
        ({}, [BIG, SHORT], [over("09:00", "11", "10", "a")]),
        (BY_POSITION, [BIG, SHORT],
         [over("09:00", "11", "10", "a"), over("09:01", "14", "10", "b")]),
        # adding to a position that was said is no position more
        (BY_POSITION, [BIG, replace(BIG, at=at("09:05"), id="m")],
         [over("09:00", "11", "10", "a")]),
        # under again by the cap itself, then over again
        ({}, [BIG, close("09:05", BIG, "10000", "1"), buy("09:06", "c", "0.01")],
         [over("09:00", "11", "10", "a"), over("09:06", "10.01", "10", "c")]),
        ({}, [BIG, close("09:05", BIG, "10000", "0.99"), buy("09:06", "c", "0.01")],
         [over("09:00", "11", "10", "a")]),
        ({}, [BIG, close("09:05", BIG, "10000"), buy("09:06", "c", "11")],
         [over("09:00", "11", "10", "a"), over("09:06", "11", "10", "c")]),
    ],
)  # fmt: skip
def test_who_is_over_and_how_often(more, events, said):
    assert rows(judge(terms(**more), [start(), *events, LATER])) == said
    assert rows(judge(terms(**more), [start(), *events, LATER], fast=False)) == said


LONG = buy("09:00", "n", "4")
TURNED = sell("10:00", "n", "10", entry="inout")
BACK = buy("11:00", "n", "6", entry="out", profit=d(70))


@pytest.mark.parametrize(
    ("more", "events", "said"),
    [
        ({}, [LONG, TURNED], [over("10:00", "6", "5", "n")]),
        # the reversal is another position
        ({}, [replace(LONG, lots=d(6)), replace(TURNED, lots=d(12))],
         [over("09:00", "6", "5", "n")]),
        (BY_POSITION, [replace(LONG, lots=d(6)), replace(TURNED, lots=d(12))],
         [over("09:00", "6", "5", "n"), over("10:00", "6", "5", "n")]),
        # what is said at the close is said at its own
        ({"when": "at_close"}, [LONG, TURNED], []),
        ({"when": "at_close"}, [LONG, TURNED, BACK], [over("11:00", "6", "5", "n")]),
        ({"when": "at_close"}, [replace(LONG, lots=d(6)), replace(TURNED, lots=d(8))],
         [over("10:00", "6", "5", "n")]),
        # a reversal of exactly what is open opens nothing
        ({"aggregation": "order", "cap": cap(3)}, [LONG, replace(TURNED, lots=d(4))],
         [over("09:00", "4", "3", "n")]),
    ],
)  # fmt: skip
def test_a_reversal_is_a_position_of_its_own(more, events, said):
    rule = terms(**{"cap": cap(5), **more})
    assert rows(judge(rule, [start(netting=True), *events, LATER])) == said


REMOVED = (Effect(kind="profit_adjust", factor=d(0)),)
AT_CLOSE = terms(when="at_close", cap=cap(5), effects=REMOVED)


@pytest.mark.parametrize(
    ("events", "said", "counted"),
    [
        # two parts of six lots earn 10 each: none of it counts
        ([six := buy("09:00", "a", "6"), close("09:05", six, "10005", "2"),
          close("09:06", six, "10002.5", "4")],
         [over("09:06", "6", "5", "a", outcome="profit_adjust")], 0),
        # the position that went over loses its profit, not the one before it
        ([FOUR, SHORT, close("09:05", FOUR, "10010"), close("09:06", SHORT, "9990")],
         [over("09:06", "7", "5", "b", outcome="profit_adjust")], 40),
        ([FOUR, close("09:05", FOUR, "10010")], [], 40),
        # it waits for its close
        ([six], [], 0),
    ],
)  # fmt: skip
def test_said_at_the_close_its_profit_is_taken_out(events, said, counted):
    assert rows(judge(AT_CLOSE, [start(), *events, LATER])) == said
    assert counted_profit(AT_CLOSE, [start(), *events, LATER]) == counted


def test_twice_enlarged_it_is_said_once_with_the_first_excess():
    six = buy("09:00", "a", "6")
    rule = replace(AT_CLOSE, counting="per_position")
    more = [replace(six, at=at("09:01"), id="m"), close("09:05", six, "10000", "12")]
    (row,) = rows(judge(rule, [start(), six, *more]))
    assert row[2] == 6


def order(clock: str, lots: str, action: Any = "placed", **more: Any) -> OrderSeen:
    figures = {"symbol": "ONE", "side": "buy", "kind": "limit", "lots": d(lots), **more}
    return OrderSeen(ACCOUNT, at(clock), "o", action, **figures)


FILLED = buy("09:05", "a", "6", order="o")
ALONE = terms(aggregation="order", cap=cap(5))


@pytest.mark.parametrize(
    ("more", "events", "said"),
    [
        ({}, [order("09:00", "5")], []),
        ({}, [order("09:00", "5.01"), FILLED], [over("09:00", "5.01", "5", "o")]),
        ({}, [order("09:00", "5"), order("09:01", "6", "modified")],
         [over("09:01", "6", "5", "o")]),
        ({}, [order("09:00", "6", "cancelled"), order("09:00", "6", "rejected")], []),
        ({"applies_to": AppliesTo(instruments=("TWO",))}, [order("09:00", "6"), FILLED], []),
        ({}, [replace(FILLED, order=None)], [over("09:05", "6", "5", "a")]),
        # filled in parts: the order as a whole
        ({}, [replace(FILLED, lots=d(3)), replace(FILLED, lots=d(3), at=at("09:06"), id="2")],
         [over("09:06", "6", "5", "a")]),
        ({}, [replace(FILLED, lots=d(3), order=None), replace(FILLED, lots=d(3), id="2")], []),
        # another aggregation asks what is open, not what is ordered
        ({"aggregation": "instrument"}, [order("09:00", "6")], []),
        # at close: said with the position it became
        ({"when": "at_close"}, [order("09:00", "6")], []),
        ({"when": "at_close"}, [order("09:00", "6"), FILLED, close("09:10", FILLED, "10001")],
         [over("09:10", "6", "5", "a")]),
        # with a price its value is known, without one only its fill tells
        ({"unit": "notional"}, [order("09:00", "1", requested_price=d(6))],
         [over("09:00", "6", "5", "o", unit="notional")]),
        ({"unit": "notional"}, [order("09:00", "1"), replace(FILLED, price=d(7))],
         [over("09:05", "42", "5", "a", unit="notional")]),
    ],
)  # fmt: skip
def test_each_order_alone(more, events, said):
    assert rows(judge(replace(ALONE, **more), [start(), *events, LATER])) == said


def trip(name: str, opened: str, closed: str, lots: str, **more: Any) -> Any:
    return reported(opened, closed, "10", lots=d(lots), id=name, **more)


T = trip("t", "09:00", "11:00", "4")


@pytest.mark.parametrize(
    ("more", "trips", "said"),
    [
        # only those open at the same moment: four of nine to ten, four of half past ten
        ({"cap": cap(8)}, [trip("a", "09:00", "10:00", "4"), trip("b", "10:30", "10:50", "4"), T],
         []),
        ({"cap": cap(7)}, [trip("a", "09:00", "10:00", "4"), T], [over("11:00", "8", "7", "t")]),
        # from the opening on, at the close no more
        ({"cap": cap(7)}, [trip("a", "08:00", "09:00", "4"), T], []),
        ({"cap": cap(7)}, [trip("a", "08:00", "09:00:01", "4"), T], [over("11:00", "8", "7", "t")]),
        # told later, it may show that one opened beside it was too much
        ({"cap": cap(7)}, [trip("b", "10:30", "10:50", "4"), T], [over("11:00", "8", "7", "b")]),
        # two stretches are two events, and two positions
        ({"cap": cap(7)},
         [trip("a", "09:30", "10:00", "4"), trip("b", "10:30", "10:50", "4"), T],
         [over("11:00", "8", "7", "a"), over("11:00", "8", "7", "b")]),
        # one stretch is one event, though two positions opened in it
        ({"cap": cap(7)},
         [trip("b", "10:00", "10:20", "4"), trip("a", "09:30", "10:30", "4"), T],
         [over("10:30", "8", "7", "b")]),
        ({"cap": cap(3)}, [trip("a", "09:00", "10:00", "4"), trip("b", "09:30", "11:00", "1")],
         [over("10:00", "4", "3", "a")]),
        ({"cap": cap(3), **BY_POSITION},
         [trip("a", "09:00", "10:00", "4"), trip("b", "09:30", "11:00", "1")],
         [over("10:00", "4", "3", "a"), over("11:00", "5", "3", "b")]),
        # each position once
        ({"cap": cap(3), **BY_POSITION}, [trip("b", "10:00", "10:20", "4"), T],
         [over("10:20", "4", "3", "b"), over("11:00", "4", "3", "t")]),
        # opened and closed in one moment, it was open for that moment
        ({"cap": cap(7)}, [trip("z", "10:00", "10:00", "4"), T], [over("11:00", "8", "7", "z")]),
        ({"cap": cap(3)}, [trip("z", "10:00", "10:00", "4")], [over("10:00", "4", "3", "z")]),
        # opened in the same moment, only one was too much
        ({"cap": cap(7), **BY_POSITION}, [trip("a", "09:00", "10:00", "4"), T],
         [over("11:00", "8", "7", "t")]),
        # a buy and a sell are nothing net
        ({"cap": cap(3), "aggregation": "absolute_sum"},
         [trip("a", "09:00", "10:00", "2"), trip("c", "09:00", "11:00", "2", side="sell")], []),
        ({"cap": cap(3), "aggregation": "absolute_sum"},
         [trip("a", "09:00", "10:00", "2"), trip("c", "09:00", "11:00", "2")],
         [over("11:00", "4", "3", "c")]),
        # each instrument has its own stretch
        ({"cap": cap(3), "aggregation": "instrument"},
         [trip("a", "09:00", "10:00", "4"), trip("c", "09:00", "11:00", "4", symbol="TWO")],
         [over("10:00", "4", "3", "a", "ONE"), over("11:00", "4", "3", "c", "TWO")]),
        # a stretch goes on when one closes and the others are still too much
        ({"cap": cap(7)},
         [trip("x", "09:00", "09:30", "4"), trip("z", "10:00", "10:30", "1"),
          trip("y", "09:15", "11:00", "4"), trip("l", "09:00", "12:00", "4")],
         [over("11:00", "8", "7", "y")]),
        # another bucket is another sum
        ({"cap": cap(7), "aggregation": "instrument"},
         [trip("a", "09:00", "10:00", "4", symbol="TWO"), T], []),
        ({"cap": cap(3), "aggregation": "instrument"}, [trip("a", "09:00", "10:00", "4"), T],
         [over("10:00", "4", "3", "a", "ONE")]),
        ({"cap": cap(7), "aggregation": "order"}, [trip("a", "09:00", "10:00", "4"), T], []),
        ({"cap": cap(3), "aggregation": "order"}, [trip("a", "09:00", "10:00", "4"), T],
         [over("10:00", "4", "3", "a"), over("11:00", "4", "3", "t")]),
        # the worth that was told
        ({"cap": cap(3), "unit": "notional"}, [trip("a", "09:00", "10:00", "1", notional=d(4))],
         [over("10:00", "4", "3", "a", unit="notional")]),
    ],
)  # fmt: skip
def test_round_trips_told_afterwards(more, trips, said):
    assert rows(judge(terms(**more), [start(), *trips])) == said


def test_the_end_of_a_stretch_is_where_the_sum_falls():
    """Over from 9 to 9:30; a second time from 10 on, while the last is still open."""
    first, low = trip("a", "09:00", "09:30", "4"), trip("l", "09:00", "12:00", "4")
    again = trip("c", "10:00", "11:00", "4")
    rule = terms(cap=cap(7))
    assert rows(judge(rule, [start(), first, again, low])) == [
        over("12:00", "8", "7", "l"),
        over("12:00", "8", "7", "c"),
    ]


def test_the_profit_of_a_round_trip_over_the_cap():
    rule = terms(cap=cap(7), effects=REMOVED)
    beside = trip("b", "10:30", "10:50", "4")
    assert counted_profit(rule, [start(), replace(beside, profit=d(3)), T]) == 10
    alone = terms(cap=cap(3), aggregation="order", effects=REMOVED)
    assert counted_profit(alone, [start(), T, trip("s", "12:00", "13:00", "3")]) == 10


def test_a_worth_that_was_not_told_is_not_known():
    rule = terms(unit="notional", cap=cap(3))
    reason = "a price, a rate or an instrument is missing"
    detail = {"of": "all", "unit": "notional", "position": "t", "reason": reason}
    row = ("1 11:00:00", "unknown", None, d(3), "cross", detail)
    assert rows(judge(rule, [start(), T])) == [row]
    assert rows(judge(replace(rule, counting="per_position"), [start(), T])) == [row]
    known = replace(T, notional=d(3))
    assert rows(judge(rule, [start(), known])) == []
