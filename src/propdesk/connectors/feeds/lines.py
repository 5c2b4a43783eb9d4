"""The symbols of the feeds: numbers, digits, and what was last heard of each.

A feed's name for a symbol becomes the catalogue's. It must not take two names of one feed for one
symbol: they may be two contracts.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from propdesk.connectors.feeds.fillable import Fillable
from propdesk.connectors.feeds.points import Points, places_of
from propdesk.connectors.feeds.quote_policy import QuotePolicy, SymbolPolicy
from propdesk.connectors.feeds.silence import Listening
from propdesk.connectors.market_hours import hours_of
from propdesk.domain.instruments import Catalogue
from propdesk.wire.log_records import SymbolDefined, SymbolStood


@dataclass(slots=True)
class Line:
    """One symbol of one feed. ``digits_max`` is how fine its prices may ever be."""

    number: int
    feed: str
    symbol: str
    points: Points
    digits_max: int
    policy: SymbolPolicy
    listening: Listening
    printed: str = ""
    sequence: int = -1
    """The feed's number of its last tick; -1: not known."""
    fillable: Fillable = field(default_factory=Fillable)

    def finer_for(self, bid: Decimal, ask: Decimal) -> Points | None:
        """Points fine enough for both prices; None: finer than the symbol may be quoted."""
        places = max(places_of(bid), places_of(ask))
        if places <= self.points.digits:
            return self.points
        return Points(places) if places <= self.digits_max else None

    def defined(self) -> SymbolDefined:
        return SymbolDefined(self.number, self.feed, self.symbol, self.points.digits)

    def stood(self) -> SymbolStood:
        return SymbolStood(
            self.number,
            self.feed,
            self.symbol,
            self.points.digits,
            self.listening.at,
            self.listening.gap,
            self.sequence,
            tuple(self.fillable.gaps),
        )


DIGITS_MORE_MAX = 3
"""A feed may quote a symbol so many digits finer than its instrument. One absurd quote must not
make every later price of the symbol a number too long for fast arithmetic."""


@dataclass(slots=True)
class Lines:
    """Every symbol of every feed. Mutable: it learns symbols."""

    catalogue: Catalogue
    policy: QuotePolicy
    _by_symbol: dict[tuple[str, str], Line] = field(default_factory=dict)
    _by_printed: dict[str, dict[str, Line]] = field(default_factory=dict)

    def restore(self, stood: Iterable[SymbolStood], now: int) -> None:
        """The symbols of an earlier run; silence counts from now."""
        for each in stood:
            line = self._add(each.number, each.feed, each.symbol, each.digits)
            line.listening.at, line.listening.gap = each.at, each.gap
            line.listening.listen_from(now)
            line.sequence = each.sequence
            line.fillable.recall(each.gaps)

    def of_feed(self, feed: str) -> dict[str, Line]:
        """The feed's symbols by the names it prints, as far as it has printed them."""
        return self._by_printed.setdefault(feed, {})

    def named(self, feed: str, printed: str) -> tuple[Line | None, bool]:
        """The line of a name not printed before and whether it is new; None: it is unknown."""
        instrument = self.catalogue.find(printed)
        if instrument is None:
            return None, False
        line = self._by_symbol.get((feed, instrument.symbol))
        is_new = line is None
        if line is None:
            line = self._add(len(self._by_symbol) + 1, feed, instrument.symbol, instrument.digits)
        elif line.printed:
            return None, False
        line.printed = printed
        self.of_feed(feed)[printed] = line
        return line, is_new

    def found(self, feed: str, printed: str) -> Line | None:
        """The line of a name that was printed before, now or in an earlier run."""
        line = self.of_feed(feed).get(printed)
        instrument = self.catalogue.find(printed)
        if line is not None or instrument is None:
            return line
        earlier = self._by_symbol.get((feed, instrument.symbol))
        # One that has a name now is known by another name of this feed.
        return None if earlier is None or earlier.printed else earlier

    def __iter__(self) -> Iterator[Line]:
        return iter(self._by_symbol.values())

    def _add(self, number: int, feed: str, symbol: str, digits: int) -> Line:
        policy = self.policy.of(symbol)
        instrument = self.catalogue.find(symbol)
        usual = digits if instrument is None else instrument.digits
        line = self._by_symbol[feed, symbol] = Line(
            number=number,
            feed=feed,
            symbol=symbol,
            points=Points(digits),
            digits_max=max(digits, usual + DIGITS_MORE_MAX),
            policy=policy,
            listening=Listening(hours_of(symbol, self.catalogue), policy.silence_s_max),
        )
        return line
