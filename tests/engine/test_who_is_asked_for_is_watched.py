"""Whose minutes are kept exactly: who was asked for of late, and no more than so many at once."""

from typing import Any

import pytest

from propdesk.domain.instants import MINUTE
from propdesk.engine import former_shapes, minutes
from propdesk.engine.book import Book
from propdesk.engine.builds import PLAIN
from propdesk.engine.index_parts import LogSize
from propdesk.engine.minutes import WATCHED_MINUTES, EquityMinute, Minutes
from propdesk.engine.shapes import AccountShape, SumShape
from propdesk.engine.trigger_index import TriggerIndex
from tests.engine.test_the_book_by_hand import EURUSD, book_of, form, run, term

SIZE = LogSize(2, 2, 1)


def begun(accounts: int = 3) -> tuple[Book, Minutes]:
    """One lot of EURUSD each: a dollar a point."""
    shape = AccountShape([SumShape(1_000_000, minutes=True)], [term()])
    book = book_of(PLAIN, *(shape for _ in range(accounts)), way=TriggerIndex(PLAIN, SIZE))
    tell(book, 108000)
    kept = Minutes(book)
    kept.pass_to(MINUTE)
    return book, kept


def tell(book: Book, *bids: int) -> None:
    for bid in bids:
        run(book, bid)


def minute(number: int, low: int, high: int, *, exact: bool = True) -> EquityMinute:
    return EquityMinute(number * MINUTE, low, high, exact=exact)


def test_who_is_watched_rests_in_no_zone_and_who_is_not_does() -> None:
    book, kept = begun()
    tell(book, 108001, 108002)
    assert book.on_the_exact_path() == 0
    kept.watch(1)
    tell(book, 108003)
    assert book.on_the_exact_path() == 1
    kept.pass_to((2 + WATCHED_MINUTES) * MINUTE)
    tell(book, 108001, 108002)
    assert book.on_the_exact_path() == 0, "nobody asked for it since"


def test_a_hedge_is_exact_from_the_minute_after_it_was_asked_for() -> None:
    book, kept = begun(1)
    terms = [term(form=form("2.00")), term(form=form(side="sell"))]
    book.put(0, AccountShape([SumShape(1_000_000, minutes=True)], terms))
    tell(book, 108010, 107990)
    kept.pass_to(2 * MINUTE)
    tell(book, 108010, 107990)
    kept.watch(0)
    kept.pass_to(3 * MINUTE)
    tell(book, 108010, 107990)
    assert list(kept.of(0, 0)) == [
        minute(1, 997_000, 1_003_000, exact=False),
        minute(2, 997_000, 1_003_000, exact=False),
        minute(3, 999_000, 1_001_000),
    ]


def test_at_most_so_many_are_watched_and_those_asked_for_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(minutes, "WATCHED_MAX", 2)
    book, kept = begun()
    for slot in (0, 1, 0, 2):
        kept.watch(slot)
    assert book.minutes.watched() == [0, 2]


def test_what_was_kept_of_who_is_forgotten_stays() -> None:
    book, kept = begun()
    kept.watch(0)
    kept.pass_to(2 * MINUTE)
    book.silence(EURUSD)
    book.speak(EURUSD)
    tell(book, 108010, 107995)
    found = [EquityMinute(MINUTE, 1_000_000, 1_000_000, exact=True), minute(2, 999_500, 1_001_000)]
    assert list(kept.of(0, 0)) == found
    kept.pass_to((3 + WATCHED_MINUTES) * MINUTE)
    assert book.minutes.watched() == []
    assert list(kept.of(0, 0))[:2] == found
    assert list(kept.of(1, 0))[1] == EquityMinute(2 * MINUTE, None, None, exact=False)


def test_a_minute_in_other_points_is_not_known() -> None:
    book, kept = begun()
    kept.pass_to(2 * MINUTE)
    assert list(kept.of(0, 0)) == [minute(n, 1_000_000, 1_000_000) for n in (1, 2)]
    book.rescale(EURUSD, 6, 10**9)
    assert [each.low for each in kept.of(0, 0)] == [None, None]


def test_what_was_held_in_too_many_changes_ago_is_not_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(former_shapes, "CHANGES_MAX", 5)
    book, kept = begun()
    book.minutes.former.forget_before(MINUTE)
    for number in range(1, 5):
        kept.pass_to(number * MINUTE)
        for slot in (0, 1):
            book.put(slot, AccountShape([SumShape(number, minutes=True)]))
    kept.pass_to(5 * MINUTE)
    known = {slot: [each.at // MINUTE for each in kept.of(slot, 0) if each.low is not None]
             for slot in (0, 1, 2)}  # fmt: skip
    assert known == {0: [3, 4, 5], 1: [2, 3, 4, 5], 2: [1, 2, 3, 4, 5]}
    assert changes_of(book) == 5


def test_changes_older_than_the_minutes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    book, _ = begun()
    kept = Minutes(book, minutes_kept=2)
    for number in range(1, 9):
        kept.pass_to(number * MINUTE)
        book.put(0, AccountShape([SumShape(number, minutes=True)]))
    assert changes_of(book) == 3
    kept.pass_to(9 * MINUTE)
    assert [(each.at // MINUTE, each.low, each.high) for each in kept.of(0, 0)] == [
        (7, 6, 7), (8, 7, 8), (9, 8, 8),
    ]  # fmt: skip
    kept.pass_to(20 * MINUTE)
    kept.pass_to(21 * MINUTE)
    kept.pass_to(22 * MINUTE)
    assert changes_of(book) == 0


def changes_of(book: Book) -> Any:
    return len(book.minutes.former.to_rows(10**9).records)
