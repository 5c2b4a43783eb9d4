"""A packed list is the list that was put in, and a packed order is what sorting would give."""

from collections.abc import Iterator
from decimal import Decimal
from random import Random

import pytest

from propdesk.connectors.calendars.template import Entry
from propdesk.connectors.packed_list import BLOCK, UNPACKED_MAX, PackedList, packed, unpacked
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.sheet import Row

LENGTHS = (0, 1, UNPACKED_MAX - 1, UNPACKED_MAX, UNPACKED_MAX + 1, 2 * UNPACKED_MAX + 7)


@pytest.mark.parametrize("length", LENGTHS)
def test_what_is_put_in_comes_out(length: int) -> None:
    items = [Row(number, (f"{number}", "x")) for number in range(length)]
    kept = PackedList(items)
    assert (len(kept), list(kept), list(kept)) == (length, items, items)
    for place in {0, 1, BLOCK - 1, BLOCK, UNPACKED_MAX - 1, UNPACKED_MAX, length}:
        assert list(kept.since(place)) == items[place:]
        assert kept[place : place + 3] == tuple(items[place : place + 3])
        if place < length:
            assert (kept[place], kept[place - length]) == (items[place], items[place - length])
    assert list(reversed(kept)) == items[::-1]
    with pytest.raises(IndexError):
        kept[length]


def test_a_list_equals_any_sequence_of_the_same_items() -> None:
    kept = PackedList("abc")
    assert kept == ("a", "b", "c") == kept
    assert kept == PackedList("abc")
    assert kept != ("a", "b")
    assert kept != ("a", "b", "d")
    assert kept != {"a", "b", "c"}
    with pytest.raises(TypeError):
        hash(kept)
    with pytest.raises(ValueError, match="walked forwards"):
        kept[::2]


def test_a_value_comes_out_as_exact_as_it_went_in() -> None:
    entry = Entry(row=1, title="é\udc00", currencies=("USD",), impact="high", release_at=None)
    items = [(Decimal("-0.00"), 10**400, entry), (Decimal("1.0800"), None, Row(1, ()))]
    (block,) = packed(items)
    assert repr(unpacked(block)) == repr(items)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("spread", [0, 3, 10**6])
def test_an_order_gives_what_sorting_gives(length: int, spread: int) -> None:
    """Nearly sorted, of few keys, and in no order at all; items of one key stay as they came."""
    random = Random(f"{length}/{spread}")
    keys = [number // 5 + random.randint(0, spread) for number in range(length)]
    order = PackedOrder[tuple[int, int]](lambda item: item[0])
    for place, key in enumerate(keys):
        order.put((key, place))
    drained = order.drain()
    assert isinstance(drained, Iterator)
    assert list(drained) == sorted((key, place) for place, key in enumerate(keys))
    assert list(order.drain()) == []
