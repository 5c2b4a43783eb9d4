"""The ordered heaps find the same as looking at everybody, whatever comes and goes."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from propdesk.connectors.simulated_platform.price_triggers import PriceTriggers, Waiting, When

PRICES = st.integers(90, 110).map(Decimal)
WHO = st.builds(Waiting, st.integers(0, 2), st.sampled_from("AB"), st.sampled_from("12"))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), WHO, st.sampled_from(When), PRICES),
        st.tuples(st.just("forget"), WHO),
        st.tuples(st.just("quote"), PRICES, st.integers(0, 3).map(Decimal)),
    ),
    max_size=60,
)


def reached(when: When, price: Decimal, bid: Decimal, ask: Decimal) -> bool:
    match when:
        case When.BID_FALLS:
            return bid <= price
        case When.BID_RISES:
            return bid >= price
        case When.ASK_FALLS:
            return ask <= price
        case When.ASK_RISES:
            return ask >= price


@given(STEPS)
def test_it_finds_whom_a_list_would_find(steps: list[tuple]) -> None:
    triggers = PriceTriggers()
    waiting: dict[Waiting, list[tuple[When, Decimal]]] = {}
    for step in steps:
        match step:
            case ("wait", who, when, price):
                triggers.wait(who, "EURUSD", when, price)
                waiting.setdefault(who, []).append((when, price))
            case ("forget", who):
                triggers.forget(who)
                waiting.pop(who, None)
            case (_, bid, spread):
                due = triggers.due("EURUSD", bid, bid + spread)
                expected = sorted(
                    who
                    for who, each in waiting.items()
                    if any(reached(when, price, bid, bid + spread) for when, price in each)
                )
                assert due == expected
                for who in due:
                    del waiting[who]


def test_who_is_forgotten_leaves_no_room_taken() -> None:
    triggers = PriceTriggers()
    for number in range(10_000):
        who = Waiting(0, "A", str(number))
        triggers.wait(who, "EURUSD", When.BID_FALLS, Decimal(1))
        triggers.forget(who)
    assert sum(map(len, triggers._by_symbol["EURUSD"].heaps)) < 200


def test_another_symbols_quote_concerns_nobody() -> None:
    triggers = PriceTriggers()
    triggers.wait(Waiting(0, "A", "1"), "EURUSD", When.BID_FALLS, Decimal(100))
    assert triggers.due("GBPUSD", Decimal(50), Decimal(51)) == []
    assert triggers.due("EURUSD", Decimal(50), Decimal(51)) == [Waiting(0, "A", "1")]
