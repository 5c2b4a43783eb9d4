"""Trade ideas: which trades are one bet, told as they come and by comparing all with all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.instants import MINUTE
from propdesk.domain.trade_ideas import Grouping, Leg, TradeIdeas, group_ideas

LONG, SHORT = "buy", "sell"


def leg(key, opened, closed, side=LONG, symbol="XAUUSD", *, lost=True):
    end = None if closed is None else closed * MINUTE
    return Leg(key, symbol, side, opened * MINUTE, end, lost)


@pytest.mark.parametrize(
    ("grouping", "legs", "ideas"),
    [
        # PipFarm: 09:00–11:00 and 10:00–12:00, the same way
        (Grouping(gap_minutes=60), [leg("a", 540, 660), leg("b", 600, 720)], 1),
        (Grouping(gap_minutes=60), [leg("a", 0, 10), leg("b", 70, 80)], 1),
        (Grouping(gap_minutes=60), [leg("a", 0, 10), leg("b", 71, 80)], 2),
        (Grouping(gap_minutes=60), [leg("a", 0, 10), leg("b", 20, 80, SHORT)], 2),
        (Grouping(gap_minutes=60, direction="any"), [leg("a", 0, 10), leg("b", 20, 80, SHORT)], 1),
        (Grouping(), [leg("a", 0, 10), leg("b", 10, 20)], 2),
        (Grouping(gap_minutes=0), [leg("a", 0, 10), leg("b", 10, 20)], 1),
        (Grouping(), [leg("a", 0, None), leg("b", 900, None)], 1),
        (Grouping(overlap=False), [leg("a", 0, 10), leg("b", 5, 20)], 2),
        (Grouping(), [leg("a", 0, 10), leg("b", 5, 20, symbol="EURUSD")], 2),
        (Grouping(symbol="any"), [leg("a", 0, 10), leg("b", 9, 20, symbol="EURUSD")], 1),
        (Grouping(symbol="any"), [leg("a", 0, 10), leg("b", 10, 20, symbol="EURUSD")], 2),
        (Grouping(symbol="any"), [leg("a", 0, None), leg("b", 9, 20, symbol="EURUSD")], 1),
        (Grouping(symbol="any", gap_minutes=5), [leg("a", 0, 9), leg("b", 14, 20, symbol="X")], 1),
        (Grouping(symbol="any", gap_minutes=5), [leg("a", 0, 9), leg("b", 15, 20, symbol="X")], 2),
        # Blueberry: only after a loser
        (
            Grouping(gap_minutes=10, gap_after="losing_close"),
            [leg("a", 0, 10, lost=False), leg("b", 15, 20)],
            2,
        ),
        (
            Grouping(gap_minutes=10, gap_after="losing_close"),
            [leg("a", 0, 10), leg("b", 20, 30)],
            1,
        ),
        # Top Tier: overlaps chain
        (Grouping(), [leg("a", 0, 10), leg("b", 5, 20), leg("c", 15, 30)], 1),
        (Grouping(transitive=False), [leg("a", 0, 10), leg("b", 5, 20), leg("c", 15, 30)], 2),
    ],
)
def test_what_is_one_idea(grouping, legs, ideas):
    assert len(group_ideas(legs, grouping)) == ideas


GROUPINGS = st.builds(
    Grouping,
    direction=st.sampled_from(["same", "any"]),
    overlap=st.booleans(),
    gap_minutes=st.sampled_from([None, 0, 2, 5]),
    gap_after=st.sampled_from(["any_close", "losing_close"]),
    transitive=st.booleans(),
)
SPANS = st.lists(
    st.tuples(
        st.integers(0, 30),
        st.integers(1, 8),
        st.sampled_from([LONG, SHORT]),
        st.sampled_from(["XAUUSD", "EURUSD"]),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda span: span[0],
)


@given(GROUPINGS, SPANS)
def test_told_as_they_come_the_ideas_are_the_same(grouping, spans):
    legs = [
        leg(str(no), opened, opened + lasted, side, symbol, lost=lost)
        for no, (opened, lasted, side, symbol, lost) in enumerate(spans)
    ]
    running = TradeIdeas(grouping)
    moments = [(each.opened_at, 1, each) for each in legs]
    moments += [(each.closed_at, 0, each) for each in legs]
    for at, opens, each in sorted(moments, key=lambda moment: (*moment[:2], moment[2].key)):
        if opens:
            running.add(Leg(each.key, each.symbol, each.side, at))
        else:
            running.close(each.key, at, lost=each.lost)
    told = {frozenset(running.idea_of(each.key)) for each in legs}
    assert told == {frozenset(idea) for idea in group_ideas(legs, grouping)}
