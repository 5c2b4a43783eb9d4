"""Accounts ask for a price many times between two ticks: it is made once, and never a tick old."""

from decimal import Decimal

import numpy as np
import pytest

from propdesk.engine.book import Book
from propdesk.engine.market import Instruments
from propdesk.wire.catalogue import load_catalogue

NAME = "EURUSD"


@pytest.fixture
def market() -> tuple[Book, Instruments, int]:
    book = Book()
    instruments = Instruments(book, load_catalogue())
    number = instruments.number_of(NAME)
    told(book, number, 108_000)
    return book, instruments, number


def told(book: Book, number: int, bid: int) -> None:
    """A tick of a spread of ten points."""
    at = np.zeros(1, np.int64)
    book.run(np.array([number], np.int32), at, np.array([bid]), np.array([bid + 10]))


def bid_in(instruments: Instruments) -> Decimal | None:
    prices = instruments.prices.get(NAME)
    return None if prices is None else prices[0]


def test_it_is_the_same_object_until_a_tick(market: tuple[Book, Instruments, int]) -> None:
    book, instruments, number = market
    first = instruments.prices[NAME]
    assert first == (Decimal("1.08"), Decimal("1.08"), Decimal("1.0801"), Decimal("1.0801"))
    assert instruments.prices[NAME] is first
    told(book, number, 108_001)
    assert bid_in(instruments) == Decimal("1.08001")


def test_a_silence_and_other_points_make_it_forgotten(
    market: tuple[Book, Instruments, int],
) -> None:
    book, instruments, number = market
    assert bid_in(instruments) is not None
    book.silence(number)
    assert bid_in(instruments) is None
    book.speak(number)
    told(book, number, 108_000)
    assert bid_in(instruments) == Decimal("1.08")
    book.rescale(number, 6, 2**24)
    assert bid_in(instruments) is None
    told(book, number, 1_080_005)
    assert bid_in(instruments) == Decimal("1.080005")


def test_an_earlier_tick_is_shown_meanwhile_alone(market: tuple[Book, Instruments, int]) -> None:
    book, instruments, number = market
    quotes = book.quotes()
    told(book, number, 108_001)
    assert bid_in(instruments) == Decimal("1.08001")
    with instruments.prices.as_of(quotes):
        assert bid_in(instruments) == Decimal("1.08")
    assert bid_in(instruments) == Decimal("1.08001")
