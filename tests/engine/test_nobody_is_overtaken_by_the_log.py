"""The log of the trigger index is a ring: who is behind is brought up before his ticks are gone.

Rings here hold some dozen ticks; what the index says beside one pass stands in
``test_the_index_says_what_one_pass_says``.
"""

from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.valuation import ARITHMETIC, Platform
from propdesk.engine.book import Book
from propdesk.engine.builds import Build, build_kernel
from propdesk.engine.fixed_point import LinearForm, linear_form
from propdesk.engine.index_parts import LogSize, kept_log, narrowed
from propdesk.engine.index_zones import ZONES_A_TICK
from propdesk.engine.one_pass import OnePass
from propdesk.engine.shapes import Bounds, Trail
from propdesk.engine.trigger_index import TriggerIndex
from tests.engine.side_by_side import SideBySide, columns
from tests.engine.test_the_book_by_hand import CATALOGUE, CEILING, book_of, form, run, shape, term

NEVER = 1 << 60
WIDE = Bounds(low=0, high=2_000_000)


@pytest.fixture(scope="module")
def plain() -> Any:
    return build_kernel(Build.PLAIN)


class Watched(TriggerIndex):
    """Looks after each call whether somebody lacks a tick that the ring has lost."""

    behind = 0

    def run(self, state: Any, ticks: Any, start: int, until_at: int) -> tuple[int, int]:
        judged = super().run(state, ticks, start, until_at)
        head, rests = self._index.head[0], self._index.rests
        lacking = rests["since"][rests["behind"] != 0]
        first_kept = (int(head["ticks"] - 1) // self._size.top + 1) * self._size.top
        first_kept -= self._size.page
        assert (lacking >= max(first_kept, int(head["floor"]))).all()
        assert int(head["due"]) < self._size.top
        self.behind += int((lacking < head["ticks"]).sum())
        return judged


@pytest.mark.parametrize("swept", [True, False], ids=["swept", "settled where it is overtaken"])
@pytest.mark.parametrize("size", [LogSize(1, 1, 1), LogSize(2, 1, 2), LogSize(1, 1, 0)])
def test_no_tick_is_lost_that_somebody_lacks(plain: Any, size: LogSize, swept: bool) -> None:
    both = SideBySide(plain, 5, size, accounts=6)
    way = Watched(plain, size)
    both.index = Book.from_parts(both.index.to_parts(), plain, way)
    if not swept:
        way._index.head["due"] = -NEVER
    ticks = both.ticks(200)
    for at in range(len(ticks)):
        both.both(Book.run, *columns(ticks[at : at + 1]))
    for slot in range(both.accounts):
        both.both(Book.settle, slot)
    assert way.behind > 0
    assert way._index.head[0]["ticks"] > 3 * size.page


def test_a_round_of_the_sweep_looks_at_everybody_and_at_few_at_once(plain: Any) -> None:
    size = LogSize(3, 1, 2)
    way = TriggerIndex(plain, size)
    book = book_of(plain, *(shape(term(), bounds=WIDE) for _ in range(40)), way=way)
    run(book, 108000)
    run(book, *[108000] * 9)
    head, rests = way._index.head[0], way._index.rests
    assert rests["resting"][:40].all()
    since = rests["since"].copy()
    per_tick = -(-len(rests) // size.top)
    for _ in range(3 * size.top):
        run(book, 108001)
        assert (rests["since"] != since).sum() <= per_tick
        since = rests["since"].copy()
    assert (since[:40] >= size.top).all(), "each of them at least twice"
    assert int(head["floor"]) >= int(head["ticks"]) - 3 * size.top


def test_no_more_than_some_seek_a_zone_before_a_tick(plain: Any) -> None:
    way = TriggerIndex(plain)
    book = book_of(plain, *(shape(term(), bounds=WIDE) for _ in range(40)), way=way)
    run(book, 108000)
    for count in (ZONES_A_TICK, 2 * ZONES_A_TICK, 40):
        run(book, 108001)
        assert way._index.rests["resting"].sum() == count
    assert book.value(39) == 1_000_100


def test_a_snapshot_brings_nobody_up_and_who_rested_goes_on_resting(plain: Any) -> None:
    trail = Bounds(low=999_000, trail=Trail(1_000_000, 500))
    size = LogSize(2, 1, 2)
    shapes = [shape(term(), bounds=trail), shape(term(form=form("2.00")), bounds=WIDE), shape()]
    path = [108000, *range(108001, 108004), *[108002] * 30, 108001]
    books = [book_of(plain, *shapes, way=w) for w in (OnePass(plain), TriggerIndex(plain, size))]
    books[1]._way._index.head["due"] = -NEVER  # type: ignore[attr-defined]
    for book in books:
        for price in path:
            run(book, price)
    before = books[1]._way._index  # type: ignore[attr-defined]
    lacking = before.rests["since"].copy()
    way = TriggerIndex(plain)
    again = Book.from_parts(books[1].to_parts(), plain, way)
    assert (before.rests["since"] == lacking).all()
    assert (way._index.rests["since"] == lacking[:3]).all()
    assert way._index.rests["resting"].tolist() == [1, 1, 0]
    assert again.on_the_exact_path() == 0
    wakes = again.wakes()
    run(again, 108002)
    assert again.wakes() == wakes
    run(books[0], 108002)
    assert [again.bounds(n) for n in (0, 1)] == [books[0].bounds(n) for n in (0, 1)]
    assert [again.settle(n) for n in (0, 1)] == [books[0].settle(n) for n in (0, 1)]


def test_the_kept_log_is_from_where_somebody_may_lack_a_tick(plain: Any) -> None:
    way = TriggerIndex(plain, LogSize(2, 1, 2))
    book = book_of(plain, shape(term(), bounds=WIDE), way=way)
    run(book, 108000)
    run(book, *range(108001, 108100))
    kept, head = kept_log(way._index, way._size), way._index.head[0]
    assert kept.begin <= head["floor"] < kept.begin + way._size.top
    assert kept.begin + len(kept.ticks) == head["ticks"] == 100
    assert kept.before["bid"][0] == 108000 + kept.begin - 1
    assert kept.ticks["bid"].tolist() == [*range(108000 + kept.begin, 108100)]


@pytest.mark.parametrize(
    ("most", "width"), [(127, 1), (128, 2), (32767, 2), (32768, 4), (2**31, 8), (-(2**31) - 1, 8)]
)
def test_a_column_is_kept_as_narrow_as_it_is(plain: Any, most: int, width: int) -> None:
    way = TriggerIndex(plain)
    column = way._index.log["bid"][:3].copy()
    column[1] = most
    assert narrowed(column).itemsize == width
    assert narrowed(column).tolist() == [0, most, 0]


def finer() -> LinearForm:
    """A lot of EURUSD at prices of seven digits."""
    found = linear_form(
        CATALOGUE.get("EURUSD"),
        "buy",
        Decimal(1),
        Decimal("1.08"),
        account_currency="USD",
        arithmetic=ARITHMETIC[Platform.MT5],
        conversion=None,
        price_digits=7,
        price_ceiling=100 * CEILING,
    )
    assert isinstance(found, LinearForm)
    return found


def books_that_rest(plain: Any, size: LogSize) -> list[Book]:
    books = []
    for way in (OnePass(plain), TriggerIndex(plain, size)):
        book = book_of(plain, shape(term(), bounds=WIDE), way=way)
        run(book, 108000, 108002, 108004, 108001, 108003)
        books.append(book)
    return books


@pytest.mark.parametrize("size", [LogSize(1, 1, 1), LogSize()])
def test_another_instrument_brings_nobody_up(plain: Any, size: LogSize) -> None:
    books = books_that_rest(plain, size)
    rests = books[1]._way._index.rests  # type: ignore[attr-defined]
    since = rests["since"].copy()
    for book in books:
        book.instrument(9, "another", 2, CEILING)
    assert (rests["since"] == since).all()
    for book in books:
        run(book, 107990, 108000)
    assert books[1].settle(0) == books[0].settle(0)


def test_an_instrument_of_other_digits_is_as_if_it_had_no_price_before(plain: Any) -> None:
    """The new points are a hundredth of the old ones; blocks of the log hold both."""
    books = books_that_rest(plain, LogSize(2, 2, 1))
    for book in books:
        book.settle(0)
        book.rescale(0, 7, 100 * CEILING)
        book.close_slot(0)
        book.speak(0)
        run(book, 10_800_000, 10_800_100)
        slot = book.open_slot()
        assert slot == 0
        book.put(slot, shape(term(form=finer()), bounds=WIDE))
        run(book, *[10_800_100] * 3, 10_800_300, 10_800_000, 10_800_200)
    assert books[1].on_the_exact_path() == 0
    assert books[1].settle(0) == books[0].settle(0)
