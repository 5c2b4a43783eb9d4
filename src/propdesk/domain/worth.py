"""What the open positions are worth while prices move: one number, or a span, or not known.

It keeps one compiled valuer per position and the sum of their values, so that a quote costs the
positions it concerns and nothing else. It judges nothing.
"""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Catalogue
from propdesk.domain.positions import Position
from propdesk.domain.situation import Span
from propdesk.domain.valuation import (
    Arithmetic,
    Conversion,
    ExactPrice,
    MissingRate,
    ValuationError,
    Valuer,
    compile_valuer,
    conversion_for,
    worst_and_best,
)

NEVER = Decimal("Infinity")  # a position that was never valued has no worst
Prices = tuple[Decimal, Decimal, Decimal, Decimal]  # bid low, bid high, ask low, ask high


@dataclass(slots=True, eq=False)
class Holding:
    """An open position with its valuer and its latest value; ``known`` is False without one."""

    position: Position
    symbol: str  # as the catalogue names it, whatever suffix the platform adds
    is_long: bool
    value: Valuer
    conversion: Conversion | None
    lots: Decimal
    low: Decimal = ZERO
    high: Decimal = ZERO
    known: bool = False
    worst: Decimal = NEVER


def average_of(position: Position) -> ExactPrice:
    """The price most positions are valued from: the average of their fills."""
    return position.average


class NoOpeningPrice(ValuationError):
    """The price to value a position from is not known; its value is unknown until it is."""


def never_valued(close: Decimal, bid: Decimal | None, ask: Decimal | None) -> Decimal:
    """The valuer of a position without an opening price."""
    del close, bid, ask
    raise NoOpeningPrice


@dataclass(frozen=True, slots=True)
class Market:
    """The prices now, by the catalogue's names. Accounts judged live share one."""

    prices: MutableMapping[str, Prices] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    """Symbols inside a gap: their last price proves nothing."""


class Worth:
    """The floating profit of all open positions of one account, from the price ``opened`` says."""

    def __init__(
        self,
        currency: str,
        arithmetic: Arithmetic,
        catalogue: Catalogue,
        opened: Callable[[Position], ExactPrice | None] = average_of,
        market: Market | None = None,
    ) -> None:
        self.opened = opened
        self.currency = currency
        self.arithmetic = arithmetic
        self.catalogue = catalogue
        self.holdings: dict[str, Holding] = {}
        self.by_symbol: dict[str, list[Holding]] = {}
        market = Market() if market is None else market
        self.prices, self.silent = market.prices, market.silent
        self.low = ZERO
        self.high = ZERO
        self.unknown = 0  # holdings without a value

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the compiled valuers, which are compiled again."""
        kept = self.__dict__.copy()
        del kept["by_symbol"]
        kept["holdings"] = [
            (each.position, each.low, each.high, each.known, each.worst)
            for each in self.holdings.values()
        ]
        return kept

    def __setstate__(self, kept: dict[str, Any]) -> None:
        holdings = kept.pop("holdings")
        self.__dict__.update(kept)
        self.holdings, self.by_symbol = {}, {}
        for position, low, high, known, worst in holdings:
            holding = self._holding(position, worst)
            holding.low, holding.high, holding.known = low, high, known
            self._enter(holding)

    # -- positions
    def sync(self, positions: Iterable[Position]) -> None:
        """Take over the book after a deal: new, changed and closed positions."""
        now = {each.id: each for each in positions}
        for gone in [each for each in self.holdings if each not in now]:
            self._drop(self.holdings.pop(gone))
        for position in now.values():
            holding = self.holdings.get(position.id)
            if holding is None or holding.lots != position.lots or holding.position is not position:
                self._replace(position, NEVER if holding is None else holding.worst)

    def revalue_by(self, catalogue: Catalogue) -> None:
        """Value every position anew by another catalogue."""
        positions = [each.position for each in self.holdings.values()]
        self.sync(())
        self.catalogue = catalogue
        self.sync(positions)

    def value_anew(self, position: str) -> None:
        """The price a position is valued from has become known."""
        holding = self.holdings[position]
        self._replace(holding.position, holding.worst)

    def _replace(self, position: Position, worst: Decimal) -> None:
        old = self.holdings.get(position.id)
        if old is not None:
            self._drop(old)
        holding = self._holding(position, worst)
        self._enter(holding)
        self.unknown += 1
        self._revalue(holding)

    def _enter(self, holding: Holding) -> None:
        self.holdings[holding.position.id] = holding
        for symbol in self._symbols(holding):
            self.by_symbol.setdefault(symbol, []).append(holding)

    def _holding(self, position: Position, worst: Decimal) -> Holding:
        """The position with its valuer, not valued yet."""
        instrument = self.catalogue.get(position.symbol)
        conversion = conversion_for(instrument.profit_currency, self.currency, self.catalogue)
        opened = self.opened(position)
        return Holding(
            position=position,
            symbol=instrument.symbol,
            is_long=position.side == "buy",
            value=never_valued
            if opened is None
            else compile_valuer(
                instrument,
                position.side,
                position.lots,
                opened,
                self.currency,
                self.arithmetic,
                conversion,
            ),
            conversion=conversion,
            lots=position.lots,
            worst=worst,
        )

    def _drop(self, holding: Holding) -> None:
        for symbol in self._symbols(holding):
            self.by_symbol[symbol].remove(holding)
            if not self.by_symbol[symbol]:
                del self.by_symbol[symbol]
        self._forget(holding)
        self.unknown -= 1

    def _symbols(self, holding: Holding) -> tuple[str, ...]:
        """The symbols the value depends on, by their catalogue names."""
        conversion = holding.conversion
        if conversion is None or conversion.symbol == holding.symbol:
            return (holding.symbol,)
        return (holding.symbol, conversion.symbol)

    # -- prices
    def note(self, symbol: str, bid: Decimal, ask: Decimal) -> None:
        """A quote on which nothing open depends."""
        if symbol not in self.silent:
            self.prices[symbol] = (bid, bid, ask, ask)

    def quote(self, symbol: str, bid: Decimal, ask: Decimal) -> None:
        """Apply an exact quote. The hot path."""
        if symbol in self.silent:
            return
        self.prices[symbol] = (bid, bid, ask, ask)
        moved = ZERO
        for holding in self.by_symbol[symbol]:
            if holding.known and holding.conversion is None and holding.low is holding.high:
                value = holding.value(bid if holding.is_long else ask, None, None)
                moved += value - holding.low
                holding.low = holding.high = value
                holding.worst = min(holding.worst, value)
            else:
                self._revalue(holding)
        if moved:
            self.low += moved
            self.high += moved

    def catch_up(self, worst: Mapping[str, Decimal]) -> None:
        """Value everything at the prices now; ``worst``: by position, since the last time."""
        for name, low in worst.items():
            holding = self.holdings[name]
            holding.worst = min(holding.worst, low)
        for symbol in self.by_symbol:
            prices = self._prices_of(symbol)
            if prices is not None:
                self.quote(symbol, prices[0], prices[2])

    def range(self, symbol: str, prices: Prices) -> None:
        """Apply a price range (a bar)."""
        if symbol in self.silent:
            return
        self.prices[symbol] = prices
        for holding in self.by_symbol.get(symbol, ()):
            self._revalue(holding)

    def fall_silent(self, symbol: str) -> None:
        """Quotes are missing from now on: what depends on them is not known."""
        self.silent.add(symbol)
        self.prices.pop(symbol, None)
        for holding in self.by_symbol.get(symbol, ()):
            self._forget(holding)

    def speak(self, symbol: str) -> None:
        """The gap is over; the next quote makes the value known again."""
        self.silent.discard(symbol)
        self.prices.pop(symbol, None)

    def _forget(self, holding: Holding) -> None:
        if holding.known:
            self.low -= holding.low
            self.high -= holding.high
            holding.low = holding.high = ZERO
            holding.known = False
            self.unknown += 1

    def _revalue(self, holding: Holding) -> None:
        own = self._prices_of(holding.symbol)
        conversion = holding.conversion
        rates = None if conversion is None else self._prices_of(conversion.symbol)
        if own is None or (conversion is not None and rates is None):
            self._forget(holding)
            return
        price = (own[0], own[1]) if holding.is_long else (own[2], own[3])
        try:
            if rates is None:
                low, high = worst_and_best(holding.value, price)
            else:
                low, high = worst_and_best(
                    holding.value, price, (rates[0], rates[1]), (rates[2], rates[3])
                )
        except (MissingRate, NoOpeningPrice):  # a rate of zero or below converts nothing
            self._forget(holding)
            return
        if not holding.known:
            holding.known = True
            self.unknown -= 1
        self.low += low - holding.low
        self.high += high - holding.high
        holding.low, holding.high = low, low if low == high else high
        holding.worst = min(holding.worst, low)

    def _prices_of(self, symbol: str) -> Prices | None:
        return None if symbol in self.silent else self.prices.get(symbol)

    # -- what is shown
    def floating(self) -> dict[str, Span]:
        """Floating profit by position, for those that have one."""
        return {
            name: Span(each.low, each.high) for name, each in self.holdings.items() if each.known
        }

    def missing(self) -> tuple[str, ...]:
        """The symbols whose quotes are missing for a value, sorted."""
        found: set[str] = set()
        for holding in self.holdings.values():
            if not holding.known:
                found.update(
                    each for each in self._symbols(holding) if self._prices_of(each) is None
                )
        return tuple(sorted(found))

    def without_opening(self) -> tuple[str, ...]:
        """The symbols of the positions whose price to be valued from is not known, sorted."""
        return tuple(sorted({e.symbol for e in self.holdings.values() if e.value is never_valued}))
