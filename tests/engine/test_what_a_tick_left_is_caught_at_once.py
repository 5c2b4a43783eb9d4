"""Many slots copied at one tick, and released: what they say is the book's own, slot by slot."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.engine.quote import Quote, quote_in
from propdesk.engine.shapes import FREE, AccountShape, Bounds, Seen, SumShape, Trail
from tests.engine.test_the_book_by_hand import EURUSD, book_of, form, run, term

LOW = Bounds(low=999_850)
START = 1_000_000


def two_sums(first: Bounds, second: Bounds) -> AccountShape:
    """Equity, and a part of which the same position is the whole."""
    return AccountShape([SumShape(START, first), SumShape(0, second)], [term(sums=(0, 1))])


def test_what_is_caught_is_what_would_be_settled(kernel: Any) -> None:
    shapes = [two_sums(FREE, FREE), AccountShape([SumShape(START)], [term(form=form("2.00"))])]
    book = book_of(kernel, *shapes, two_sums(LOW, FREE))
    run(book, 108000)
    run(book, 108003, 107999, 108001)
    caught = book.caught([2, 1, 0], [1, 1, 1])
    assert (caught.value, caught.highest) == ([1_000_100, 1_000_200, 1_000_100],
                                              [1_000_300, 1_000_600, 1_000_300])  # fmt: skip
    for row, slot in enumerate([2, 1, 0]):
        assert caught.settled(row) == book.settle(slot)
        assert caught.settled(row) != book.settle(slot), "its windows begin anew, the copy stays"


@pytest.mark.parametrize(
    ("shape", "firsts", "alone"),
    [
        (two_sums(LOW, FREE), 1, True),
        (two_sums(LOW, Bounds(low=-201)), 1, True),
        (two_sums(LOW, Bounds(low=-200)), 1, False),
        (two_sums(LOW, Bounds(low=-200)), 2, True),
        (two_sums(LOW, Bounds(high=-199)), 1, True),
        (two_sums(LOW, Bounds(high=-200)), 1, False),
        (two_sums(Bounds(high=999_800), FREE), 1, False),
        (replace(two_sums(LOW, FREE), exposed=True), 1, False),
        (AccountShape([SumShape(START, LOW)], [term(), term(form=None)]), 1, False),
    ],
)
def test_alone_is_whose_other_sums_prove_that_nothing_else_is_said(
    kernel: Any, shape: AccountShape, firsts: int, alone: bool
) -> None:
    book = book_of(kernel, two_sums(LOW, FREE), shape)
    run(book, 108000)
    run(book, 107998)
    assert book.caught([0, 1], [1, firsts]).alone == [True, alone]


def test_what_is_released_has_no_bounds_and_new_windows(kernel: Any) -> None:
    trailing = Bounds(low=999_000, trail=Trail(START, 200))
    held = [two_sums(trailing, Bounds(-500, 500)) for _ in range(3)]
    book = book_of(kernel, *held)
    run(book, 108000)
    run(book, 108003)
    run(book, 107998)
    book.release([0, 2])
    none = (None, None)
    assert [book.bounds(slot) for slot in range(3)] == [
        (none, none), ((1_000_100, None), (-500, 500)), (none, none)
    ]  # fmt: skip
    assert book.settle(0).sums[1] == Seen(-200, -200, -200)
    assert book.settle(0).terms[0] == Seen(-200, -200, -200)
    run(book, 108900)
    run(book, 107000)
    assert book.bounds(2) == (none, none), "no peak is followed any more"
    assert book.settle(2).sums[0] == Seen(900_000, 900_000, 1_090_000)


def test_quotes_of_an_earlier_tick_are_kept(kernel: Any) -> None:
    book = book_of(kernel)
    before = book.quotes()
    run(book, 108000)
    kept = book.quotes()
    run(book, 108001)
    assert quote_in(before, EURUSD) is None
    assert quote_in(kept, EURUSD) == Quote(108000, 108000)
    assert quote_in(kept, EURUSD + 1) is None
