"""Between which prices each instrument was in each minute, and whether it had a price throughout.

The kernel keeps the running minute's with every tick; here are those that ended. What it costs
follows the instruments: forty bytes for one and a minute. It must not know who holds anything.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from decimal import Decimal

import numpy as np

from propdesk.domain.worth import Prices
from propdesk.engine.book import Book
from propdesk.engine.layout import LEAST, MINUTE_PRICES, MOST, Flags, Rows

MINUTES_KEPT = 480
MinuteRow = tuple[int, bytes, bytes, bytes]
"""When it began; its prices, what lapsed in it, and the digits of its prices."""


class MinutePrices:
    """The last ``minutes_kept`` minutes that ended, and the one that runs."""

    def __init__(self, book: Book, *, minutes_kept: int = MINUTES_KEPT) -> None:
        self._book = book
        self.minute = 0
        """The one that runs; 0: none has begun."""
        self.ended: deque[int] = deque()
        self._kept, self._begun = minutes_kept, 0
        self._places: dict[int, int] = {}
        self._rows, self._lapsed = _without(minutes_kept + 1, 0)
        self._digits: Flags = np.zeros(self._rows.shape, np.int8)

    def pass_to(self, minute: int) -> None:
        """A minute begins. The book's is to be begun with it."""
        if self.minute:
            self._write(self.minute)
            self._end(self.minute)
        self._begin(minute)

    def rows(self) -> tuple[Rows, Flags]:
        """A row for each minute, by ``place``, in it prices for each instrument; and where one had
        none at some moment. What was in other points than those of now has lapsed."""
        if self.minute:
            self._write(self.minute)
        digits = self._book.digits_by_number()
        self._make_room(len(digits))
        self._lapsed[self._digits != digits] = 1
        return self._rows, self._lapsed

    def place(self, minute: int) -> int:
        """Where a minute that ended or runs stands in ``rows``."""
        return self._places[minute]

    def quotes(self, minute: int, numbers: Mapping[str, int]) -> Mapping[str, Prices] | None:
        """By name, bid and ask at their least and greatest in a minute; None: it is not kept."""
        if minute == self.minute:
            self._write(minute)
        elif minute not in self.ended:
            return None
        place = self.place(minute)
        return _Quotes(self._rows[place], self._digits[place], numbers)

    # -- snapshots
    def to_rows(self) -> tuple[int, list[MinuteRow]]:
        """The minute that runs; and those that ended, oldest first."""
        places = ((at, self.place(at)) for at in self.ended)
        return self.minute, [
            (at, *(each[place].tobytes() for each in (self._rows, self._lapsed, self._digits)))
            for at, place in places
        ]

    def recall(self, minute: int, ended: list[MinuteRow]) -> None:
        """Go on where a snapshot was. Raises ``ValueError``."""
        for at, rows, lapsed, digits in ended:
            prices = np.frombuffer(rows, MINUTE_PRICES)
            self._make_room(len(prices))
            self._begin(at)
            self._rows[self.place(at)] = prices
            self._lapsed[self.place(at)] = np.frombuffer(lapsed, np.int8)
            self._digits[self.place(at)] = np.frombuffer(digits, np.int8)
            self._end(at)
        if minute:
            self._begin(minute)

    # -- rows
    def _begin(self, minute: int) -> None:
        self._begun += 1
        self.minute, self._places[minute] = minute, self._begun % len(self._rows)

    def _end(self, minute: int) -> None:
        self.ended.append(minute)
        if len(self.ended) > self._kept:
            del self._places[self.ended.popleft()]

    def _write(self, minute: int) -> None:
        """Copy what the running minute has come to."""
        prices, lapsed = self._book.minutes.prices()
        self._make_room(len(prices))
        self._rows[self.place(minute)], self._lapsed[self.place(minute)] = prices, lapsed
        self._digits[self.place(minute)] = self._book.digits_by_number()

    def _make_room(self, width: int) -> None:
        """An instrument that was not registered in a minute had no price in it."""
        kept, before = self._rows.shape
        if width <= before:
            return
        digits = np.zeros((kept, width), np.int8)
        rows, lapsed = _without(kept, width)
        rows[:, :before], lapsed[:, :before] = self._rows, self._lapsed
        digits[:, :before] = self._digits
        self._rows, self._lapsed, self._digits = rows, lapsed, digits


class _Quotes(Mapping[str, Prices]):
    """One minute; made decimal when it is asked for."""

    def __init__(self, rows: Rows, digits: Flags, numbers: Mapping[str, int]) -> None:
        self._rows, self._digits, self._numbers = rows, digits, numbers

    def __getitem__(self, name: str) -> Prices:
        number = self._numbers[name]
        if number >= len(self._rows):
            raise KeyError(name)
        ends = self._rows[number].item()
        if ends[0] > ends[1]:
            raise KeyError(name)
        low, high, least, most = (Decimal(end).scaleb(-int(self._digits[number])) for end in ends)
        return low, high, least, most

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._numbers if name in self)

    def __contains__(self, name: object) -> bool:
        number = self._numbers.get(name, len(self._rows)) if isinstance(name, str) else MOST
        return number < len(self._rows) and bool(
            self._rows[number]["bid_low"] <= self._rows[number]["bid_high"]
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _without(minutes: int, width: int) -> tuple[Rows, Flags]:
    """Minutes in which nothing had a price."""
    rows = np.zeros((minutes, width), MINUTE_PRICES)
    rows["bid_low"] = rows["ask_low"] = MOST
    rows["bid_high"] = rows["ask_high"] = LEAST
    return rows, np.ones((minutes, width), np.int8)
