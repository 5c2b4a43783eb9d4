"""The trigger index against the kernel that values every term at every tick.

The logs are tiny, so that blocks of every level begin, end and are passed over; the compiled
functions check every index. What is compared stands in ``side_by_side``.
"""

from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.valuation import ARITHMETIC, Platform
from propdesk.engine.book import Book
from propdesk.engine.builds import Build, build_kernel
from propdesk.engine.fixed_point import LinearForm, linear_form
from propdesk.engine.index_parts import LogSize
from propdesk.engine.one_pass import OnePass
from propdesk.engine.shapes import Bounds, Seen, Trail
from propdesk.engine.trigger_index import TriggerIndex
from tests.engine.side_by_side import SideBySide
from tests.engine.streams import first_difference, new_book, prepared
from tests.engine.test_the_book_by_hand import (
    CATALOGUE,
    CEILING,
    book_of,
    form,
    run,
    shape,
    term,
)

SIZES = (LogSize(1, 1, 1), LogSize(2, 2, 1), LogSize(4, 2, 2), LogSize(6, 1, 1))
SEEDS = range(24)


@pytest.fixture(scope="module")
def checked() -> Any:
    return build_kernel(Build.CHECKED)


@pytest.mark.parametrize("seed", SEEDS)
def test_they_touch_the_same_at_the_same_tick_and_saw_the_same(checked: Any, seed: int) -> None:
    size = SIZES[seed % len(SIZES)]
    both = SideBySide(checked, seed, size, odd=0.003 if seed % 3 else 0.0)
    for _ in range(4):
        both.phase(500, event=0.1 if seed % 2 else 0.02)
    assert both.judged > 4 * 500


def test_the_streams_leave_zones_reach_bounds_and_mostly_rest(checked: Any) -> None:
    wakes = touches = awake = accounts = 0
    for seed in SEEDS:
        both = SideBySide(checked, seed, SIZES[seed % len(SIZES)])
        both.phase(300, event=0.05)
        wakes += both.index.wakes()
        touches += both.touches
        both.tell(both.ticks(1))
        awake += both.index.on_the_exact_path()
        accounts += both.accounts
    assert wakes > 500
    assert touches > 200
    assert awake < accounts / 2


@pytest.mark.parametrize("seed", range(8))
def test_it_says_what_the_domain_says(checked: Any, seed: int) -> None:
    steps, answers = prepared(seed, ticks=200)
    way = TriggerIndex(checked, SIZES[seed % len(SIZES)])
    assert first_difference(new_book(checked, 5, way), steps, answers, seed=seed) is None


def test_a_slot_that_rests_is_woken_where_it_reaches_its_bound(checked: Any) -> None:
    bounds = Bounds(low=999_000, high=1_001_000)  # ten points of a dollar on either side
    book = book_of(checked, shape(term(), bounds=bounds), way=TriggerIndex(checked))
    assert run(book, 108000) == (1, (0,)), "its value became known"
    assert run(book, 108001) == (1, ()), "it goes to rest before, and has a zone"
    assert (book.on_the_exact_path(), book.wakes()) == (0, 0)
    assert run(book, 107992, 108008, 107991) == (3, ())
    assert book.wakes() <= 2, "the zone ends some points before the bounds at most"
    assert run(book, 108009, 107995, 107990) == (3, (0,))
    assert book.settle(0).sums[0] == Seen(999_000, 999_000, 1_000_900)
    assert book.on_the_exact_path() == 0, "it waits for a zone"
    assert run(book, 107990) == (1, (0,))
    assert run(book, 107989) == (1, (0,)), "beyond its bound there is none"


def test_who_has_no_zone_is_counted_and_judged_at_every_tick(checked: Any) -> None:
    exposed = shape(term(), exposed=True)
    unknown = shape(term(form=None))
    book = book_of(checked, exposed, unknown, shape(term()), shape(), way=TriggerIndex(checked))
    assert run(book, 108000) == (1, (0, 1, 2))
    assert run(book, 108001) == (1, (0, 1))
    assert book.on_the_exact_path() == 0, "those that were touched may find one before the next"
    way = TriggerIndex(checked)
    again = Book.from_parts(book.to_parts(), checked, way)
    assert run(again, 108002) == (1, (0, 1))
    assert (again.exposed_count(), again.value(2)) == (2, 1_000_200)


def test_what_a_book_in_one_pass_kept_goes_on_with_the_index_and_back(checked: Any) -> None:
    trail = Bounds(low=999_000, trail=Trail(1_000_000, 500))
    book = book_of(checked, shape(term(), bounds=trail), shape(term(form=form("2.00"))))
    run(book, 108000)
    book = Book.from_parts(book.to_parts(), checked, TriggerIndex(checked, SIZES[0]))
    run(book, 108001, 108004, 108002)
    assert book.bounds(0) == ((999_900, None),)
    book = Book.from_parts(book.to_parts(), checked, OnePass(checked))
    assert book.settle(0).sums[0] == Seen(1_000_200, 1_000_000, 1_000_400)
    assert book.settle(1).terms[0] == Seen(400, 0, 800)
    assert run(book, 107999) == (1, (0,))


def test_a_hedge_is_bounded_by_what_is_open_beyond_it(checked: Any) -> None:
    """Two lots bought, one sold: between a bid and an ask that move together."""
    short = linear_form(
        CATALOGUE.get("EURUSD"),
        "sell",
        Decimal(1),
        Decimal("1.08"),
        account_currency="USD",
        arithmetic=ARITHMETIC[Platform.MT5],
        conversion=None,
        price_digits=5,
        price_ceiling=CEILING,
    )
    assert isinstance(short, LinearForm)
    hedge = shape(term(form=form("2.00")), term(form=short))
    books = [
        book_of(checked, hedge, way=way)
        for way in (OnePass(checked), TriggerIndex(checked, SIZES[1]))
    ]
    path = [108000, 108001, *range(108040, 107960, -1), *range(107960, 108060)]
    for book in books:
        run(book, 108000)
        run(book, *path)
    assert books[0].settle(0) == books[1].settle(0)
