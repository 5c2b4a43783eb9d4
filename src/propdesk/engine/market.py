"""The market as evaluators see it: the book's integer prices as decimals, by catalogue names.

All evaluators of an engine share one. It is written by ticks alone, through the book.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from propdesk.domain.instruments import Catalogue
from propdesk.domain.worth import Market, Prices
from propdesk.engine.book import Book
from propdesk.engine.layout import Ints, Rows, ShortInts
from propdesk.engine.quote import Quote, quote_in
from propdesk.wire.log_records import Ticks

CEILING_POINTS = 2**21
"""The magnitude up to which a price is judged in integers; doubled as prices come near it."""


class LivePrices(MutableMapping[str, Prices]):
    """The price of each instrument now, made from the book's when one is asked for.

    Evaluators write what they are told of a quote; the book knows it already, so writing and
    removing change nothing.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self.numbers: dict[str, int] = {}
        self._former: Rows | None = None
        # Accounts ask for the same prices between two ticks, some five for each deal.
        self._made: dict[str, Prices] = {}
        self._made_at = 0

    @contextmanager
    def as_of(self, quotes: Rows) -> Iterator[None]:
        """Show the prices of an earlier tick meanwhile (``Book.quotes``); digits are the same."""
        self._former, self._made = quotes, {}
        try:
            yield
        finally:
            self._former, self._made = None, {}

    def _quote(self, number: int) -> Quote | None:
        former = self._former
        return self._book.quote(number) if former is None else quote_in(former, number)

    def __getitem__(self, name: str) -> Prices:
        if self._made_at != self._book.moves:
            self._made, self._made_at = {}, self._book.moves
        prices = self._made.get(name)
        if prices is None:
            number = self.numbers[name]
            quote = self._quote(number)
            if quote is None:
                raise KeyError(name)
            digits = -self._book.digits(number)
            bid, ask = Decimal(quote.bid).scaleb(digits), Decimal(quote.ask).scaleb(digits)
            prices = self._made[name] = bid, bid, ask, ask
        return prices

    def __setitem__(self, name: str, prices: Prices) -> None:
        """The book has it."""

    def __delitem__(self, name: str) -> None:
        """The book forgets it by itself."""

    def __iter__(self) -> Iterator[str]:
        return (name for name, number in self.numbers.items() if self._quote(number))

    def __len__(self) -> int:
        return sum(1 for _ in self)


@dataclass(frozen=True, slots=True)
class JudgedTicks:
    """Ticks as the book takes them, with the feed's name of each tick's symbol.

    ``rows`` are their places in the batch they are of: unknown symbols are left out.
    """

    instrument: ShortInts
    at: Ints
    bid: Ints
    ask: Ints
    symbol: ShortInts
    rows: Ints


@dataclass(frozen=True, slots=True)
class Rescaled:
    """An instrument whose points or ceiling became others: these slots must be put anew, then
    its price, which the book forgot, must be told again."""

    number: int
    slots: tuple[int, ...]
    quote: Quote | None


class Instruments:
    """Which of the book's instruments a feed's symbol is, and in which points it is quoted."""

    def __init__(self, book: Book, catalogue: Catalogue) -> None:
        self._book = book
        self.catalogue = catalogue
        self.prices = LivePrices(book)
        self.market = Market(self.prices, set())
        self.symbols: dict[int, tuple[str, int]] = {}
        """By the market stream's number: the feed's symbol and its digits."""
        self._number_of = np.full(0, -1, np.int32)
        self._scale_of = np.ones(0, np.int64)

    def define(self, number: int, symbol: str, digits: int) -> Rescaled | None:
        """A symbol of the market stream, or more digits of one."""
        self.symbols[number] = (symbol, digits)
        instrument = self.catalogue.find(symbol)
        if instrument is None:
            return None
        own = self.number_of(instrument.symbol)
        rescaled = None
        finer = digits - self._book.digits(own)
        if finer > 0:
            rescaled = self._rescale(own, digits, self._book.ceiling(own) * 10**finer)
        self._map()
        return rescaled

    def recall(
        self, numbers: Mapping[str, int], symbols: Mapping[int, tuple[str, int]], silent: list[str]
    ) -> None:
        """Go on where a snapshot was; the book is the snapshot's already."""
        self.prices.numbers.update(numbers)
        self.symbols.update(symbols)
        self.market.silent.update(silent)
        self._map()

    def learn(self, catalogue: Catalogue) -> None:
        """Instruments are other ones from here on, or more."""
        self.catalogue = catalogue
        for symbol, _digits in self.symbols.values():
            instrument = catalogue.find(symbol)
            if instrument is not None:
                self.number_of(instrument.symbol)
        self._map()

    def number_of(self, name: str) -> int:
        """The book's number of an instrument, registered at the first asking."""
        number = self.prices.numbers.get(name)
        if number is None:
            number = self.prices.numbers[name] = len(self.prices.numbers)
            digits = self.catalogue.get(name).digits
            self._book.instrument(number, name, digits, CEILING_POINTS)
        return number

    def judged(self, ticks: Ticks) -> JudgedTicks:
        """The ticks of a batch whose symbols are known, in the book's points."""
        if ticks.symbol.size and int(ticks.symbol.max()) >= len(self._number_of):
            self._map(int(ticks.symbol.max()) + 1)
        instrument = self._number_of[ticks.symbol]
        rows = np.flatnonzero(instrument >= 0)
        if len(rows) == len(instrument):
            symbol, at, bid, ask = ticks.symbol, ticks.at, ticks.bid, ticks.ask
        else:
            instrument = instrument[rows]
            symbol, at = ticks.symbol[rows], ticks.at[rows]
            bid, ask = ticks.bid[rows], ticks.ask[rows]
        scale = self._scale_of[symbol]
        return JudgedTicks(instrument, at, bid * scale, ask * scale, symbol, rows)

    def raise_ceilings(self, ticks: JudgedTicks) -> list[Rescaled]:
        """Make room for prices beyond what was proved."""
        if not len(ticks.bid):
            return []
        most = np.maximum(np.abs(ticks.bid), np.abs(ticks.ask))
        beyond = ticks.instrument[most > self._book.ceilings(ticks.instrument)]
        rescaled = []
        for number in np.unique(beyond).tolist() if len(beyond) else ():
            mine = ticks.instrument == number
            wider = 1 << (4 * int(most[mine].max())).bit_length()
            rescaled.append(self._rescale(number, self._book.digits(number), wider))
        return rescaled

    def _rescale(self, number: int, digits: int, ceiling: int) -> Rescaled:
        before, finer = self._book.quote(number), digits - self._book.digits(number)
        slots = self._book.rescale(number, digits, ceiling)
        quote = before and Quote(before.bid * 10**finer, before.ask * 10**finer)
        return Rescaled(number, slots, quote)

    def _map(self, size: int = 0) -> None:
        """Write down, by the market stream's numbers, where their ticks go."""
        size = max(size, max(self.symbols, default=-1) + 1)
        self._number_of = np.full(size, -1, np.int32)
        self._scale_of = np.ones(size, np.int64)
        for number, (symbol, digits) in self.symbols.items():
            instrument = self.catalogue.find(symbol)
            if instrument is not None:
                own = self.prices.numbers[instrument.symbol]
                self._number_of[number] = own
                self._scale_of[number] = 10 ** (self._book.digits(own) - digits)
