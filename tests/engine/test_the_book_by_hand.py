"""The book's promises one by one: where runs stop, who is exposed, what is refused."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from propdesk.domain.events import Side
from propdesk.domain.valuation import ARITHMETIC, Platform
from propdesk.engine.arrays import TERMS_OF_A_RUN_MIN
from propdesk.engine.book import Book, BookError, OtherLayout
from propdesk.engine.builds import PLAIN
from propdesk.engine.fixed_point import MAGNITUDE_MAX, LinearForm, linear_form
from propdesk.engine.layout import LAYOUT_VERSION, PLACE, RUN, SLOT, SUM
from propdesk.engine.one_pass import WayOfJudging
from propdesk.engine.quote import Quote
from propdesk.engine.shapes import FREE, AccountShape, Bounds, SumShape, TermShape
from propdesk.wire.catalogue import load_catalogue

CATALOGUE = load_catalogue()
CEILING = 10**7
EURUSD = 0


def form(lots: str = "1.00", side: Side = "buy") -> LinearForm:
    """A position of EURUSD from 1.08000: a point of a lot is a dollar."""
    found = linear_form(
        CATALOGUE.get("EURUSD"),
        side,
        Decimal(lots),
        Decimal("1.08"),
        account_currency="USD",
        arithmetic=ARITHMETIC[Platform.MT5],
        conversion=None,
        price_digits=5,
        price_ceiling=CEILING,
    )
    assert isinstance(found, LinearForm)
    return found


def term(**changes: Any) -> TermShape:
    return replace(TermShape(form(), EURUSD, None, (0,)), **changes)


def shape(*terms: TermShape, bounds: Bounds = FREE, exposed: bool = False) -> AccountShape:
    return AccountShape([SumShape(1_000_000, bounds)], terms, exposed)


def book_of(kernel: Any, *shapes: AccountShape, way: WayOfJudging | None = None) -> Book:
    book = Book(kernel, way)
    book.instrument(EURUSD, "EURUSD", 5, CEILING)
    for each in shapes:
        assert book.put(book.open_slot(), each)
    return book


def run(book: Book, *bids: int, until_at: int = 2**63 - 1, number: int = EURUSD) -> Any:
    count = len(bids)
    numbers, at = np.full(count, number, np.int32), np.arange(count, dtype=np.int64)
    bid = np.array(bids, np.int64)
    return book.run(numbers, at, bid, bid, until_at=until_at)


def test_a_run_stops_before_the_moment_it_is_given(kernel: Any) -> None:
    book = book_of(kernel)
    assert run(book, 1, 2, 3, until_at=1) == (1, ())
    assert book.quote(EURUSD) == Quote(1, 1)
    assert run(book, 1, 2, 3, until_at=3) == (3, ())


def test_a_run_stops_after_the_tick_that_touches(kernel: Any) -> None:
    book = book_of(kernel, shape(term(), bounds=Bounds(low=999_900)))
    assert run(book, 108000) == (1, (0,)), "its value became known"
    assert run(book, 107999, 108000) == (1, (0,)), "at the bound"
    assert run(book, 108000, 108001, 107998) == (3, (0,))
    assert book.value(0) == 999_800


@pytest.mark.parametrize(
    ("bid", "counts"),
    [(CEILING, True), (-CEILING, True), (CEILING + 1, False), (-CEILING - 1, False)],
)
def test_a_price_counts_up_to_the_ceiling(kernel: Any, bid: int, counts: bool) -> None:
    book = book_of(kernel, shape(term()))
    run(book, bid)
    assert (book.value(0) is not None) is counts
    assert (book.quote(EURUSD) is not None) is counts


def test_an_account_without_proof_is_exposed_and_only_it(kernel: Any) -> None:
    book = book_of(kernel, shape(term()))
    slot = book.open_slot()
    assert not book.put(slot, AccountShape([SumShape(MAGNITUDE_MAX)], [term()]))
    assert run(book, 108000) == (1, (0, slot))
    assert run(book, 108001) == (1, (slot,))
    assert book.exposed_count() == 1
    assert book.put(slot, shape(term(form=None)))
    assert run(book, 108002) == (1, (slot,))
    assert book.exposed_count() == 1
    assert book.put(slot, shape(term()))
    assert run(book, 108003) == (1, ())
    assert book.exposed_count() == 0


def test_another_scale_asks_for_new_forms(kernel: Any) -> None:
    book = book_of(kernel, shape(term()), shape())
    run(book, 108000)
    assert book.rescale(EURUSD, 6, 10 * CEILING) == (0,)
    assert (book.digits(EURUSD), book.ceiling(EURUSD)) == (6, 10 * CEILING)
    assert book.quote(EURUSD) is None
    assert run(book, 1080000) == (1, (0,))
    assert book.value(0) is None
    with pytest.raises(BookError, match="5 digits"):
        book.put(0, shape(term()))


def test_a_closed_slot_is_not_touched_and_is_used_again(kernel: Any) -> None:
    book = book_of(kernel, shape(term(), exposed=True), shape(term(), exposed=True))
    book.close_slot(0)
    assert run(book, 108000) == (1, (1,))
    with pytest.raises(BookError, match="slot 0"):
        book.value(0)
    assert book.open_slot() == 0


def test_a_term_that_filled_a_gap_is_found_again(kernel: Any) -> None:
    lots = ("1.00", "2.00", "3.00", "4.00")
    book = book_of(kernel, *(shape(term(form=form(each))) for each in lots))
    assert book.put(1, shape()), "the last one fills the gap"
    assert book.put(3, shape()), "where it is taken out of"
    run(book, 108001)
    values = [book.value(slot) for slot in range(4)]
    assert values == [1_000_100, 1_000_000, 1_000_300, 1_000_000]


def test_a_run_of_terms_that_grows_keeps_them(kernel: Any) -> None:
    count = 5 * TERMS_OF_A_RUN_MIN
    book = book_of(kernel, *(shape(term(form=form(f"{each}.00"))) for each in range(1, count)))
    run(book, 108001)
    values = [book.value(slot) for slot in range(count - 1)]
    assert values == [1_000_000 + 100 * each for each in range(1, count)]


def test_an_instrument_keeps_the_prices_of_its_minute(kernel: Any) -> None:
    book = book_of(kernel)
    assert prices_of(book)[1] == 1, "it had no price at its beginning"
    tell(book, 108000, 107990, 108020, 108010)
    assert prices_of(book) == ((107990, 108020, 107992, 108022), 1)
    book.minutes.end()
    assert prices_of(book) == ((108010, 108010, 108012, 108012), 0), "it begins where it stands"
    tell(book, 108005)
    assert prices_of(book) == ((108005, 108010, 108007, 108012), 0)
    tell(book, CEILING + 1)
    assert prices_of(book) == ((108005, 108010, 108007, 108012), 1), "that does not count"
    tell(book, 108011)
    book.minutes.end()
    book.silence(EURUSD)
    assert prices_of(book) == ((108011, 108011, 108013, 108013), 1)
    book.minutes.end()
    book.speak(EURUSD)
    assert prices_of(book)[1] == 1
    tell(book, 108012)
    book.minutes.end()
    book.rescale(EURUSD, 6, 10 * CEILING)
    assert prices_of(book) == ((1080120, 1080120, 1080140, 1080140), 1), "in the points of now"


def tell(book: Book, *bids: int) -> None:
    """The ask is two points above."""
    bid = np.array(bids, np.int64)
    book.run(np.full(len(bid), EURUSD, np.int32), np.zeros(len(bid), np.int64), bid, bid + 2)


def prices_of(book: Book) -> tuple[tuple[int, ...], int]:
    prices, lapsed = book.minutes.prices()
    return prices[EURUSD].item(), int(lapsed[EURUSD])


def test_the_nearest_are_those_of_open_slots_as_they_are_now(kernel: Any) -> None:
    rooms = (1, 40, 20, 30, 10)
    book = book_of(kernel, *(shape(bounds=Bounds(low=1_000_000 - each)) for each in rooms))
    assert book.nearest(3) == (0, 4, 2)
    assert book.put(0, AccountShape([SumShape(1_000_000), SumShape(0)])), "its old row is stale"
    book.close_slot(4)
    assert book.put(3, shape(term(form=None), bounds=Bounds(low=999_999))), "it is not known"
    assert book.nearest(9) == (2, 1)


def test_the_parts_hold_rows_in_use_only(kernel: Any) -> None:
    book = book_of(kernel, shape(term()), shape(term()), shape(term()))
    parts = book.to_parts()
    assert len(parts["slots"]) == 3 * SLOT.itemsize
    assert len(parts["sums"]) == 3 * SUM.itemsize
    assert len(parts["places"]) == 3 * PLACE.itemsize
    assert len(parts["runs"]) == RUN.itemsize
    again = Book.from_parts(parts, kernel)
    assert again.put(again.open_slot(), shape(term(form=form("2.00"))))
    run(again, 108001)
    assert [again.value(slot) for slot in range(4)] == [*3 * [1_000_100], 1_000_200]


def test_a_book_without_accounts_goes_on_from_its_parts(kernel: Any) -> None:
    assert run(Book.from_parts(book_of(kernel).to_parts(), kernel), 1) == (1, ())


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (shape(term(sums=())), "sums"),
        (shape(term(sums=(0, 0))), "sums"),
        (shape(term(sums=(1,))), "there are 1"),
        (AccountShape([SumShape(0), SumShape(0, minutes=True)]), "another sum"),
        (shape(term(instrument=7)), "7 is not registered"),
        (shape(term(rate=EURUSD)), "its form knows"),
        (shape(term(form=replace(form(), price_ceiling=5))), "digits"),
    ],
)
def test_a_shape_that_does_not_fit_changes_nothing(wrong: AccountShape, why: str) -> None:
    book = book_of(PLAIN, shape(term()))
    before = book.to_parts()
    with pytest.raises(BookError, match=why):
        book.put(0, wrong)
    assert book.to_parts() == before


def test_a_tick_of_an_unknown_instrument_is_refused(kernel: Any) -> None:
    with pytest.raises(IndexError):
        run(book_of(kernel), 1, number=9)
    with pytest.raises(IndexError):
        run(book_of(kernel), 1, number=-1)


def test_parts_of_another_layout_are_not_read(kernel: Any) -> None:
    parts = book_of(kernel).to_parts()
    parts["head"] = parts["head"].replace(b'"layout": %d' % LAYOUT_VERSION, b'"layout": 1')
    with pytest.raises(OtherLayout):
        Book.from_parts(parts, kernel)
