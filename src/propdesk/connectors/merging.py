"""A history and its quotes as one log, with every hole in the quotes that matters marked.

A hole matters while a position of the symbol, or one whose profit the symbol converts, is open.
It is marked from the last quote on, where the evaluator stops knowing the price. Bars that tell
only one side of the price are a hole while the other side is needed. Merging must not fill a hole
or move an event.
"""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from propdesk.connectors.history import History
from propdesk.connectors.market_hours import hours_of, moment_after, open_time
from propdesk.connectors.quotes.source import LATEST, QuoteSource
from propdesk.connectors.quotes.template import Known
from propdesk.connectors.symbols import built_in_catalogue
from propdesk.domain.events import Bar, Deal, Event, GapClosed, GapOpened, Quote, Side
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import SECOND
from propdesk.domain.instruments import Catalogue
from propdesk.domain.market_hours import MarketHours
from propdesk.domain.valuation import NoConversion, conversion_for

SILENCE_S_MAX = 300
_END = "quotes end"
_CLOSES_AT: dict[Side, Known] = {"buy": "bid", "sell": "ask"}


class _Silence(NamedTuple):
    """From ``at`` on the symbol is silent for longer than is allowed; it ends with a quote."""

    at: int
    symbol: str
    reason: str


def merge(
    history: History,
    quotes: QuoteSource,
    silence_s_max: int = SILENCE_S_MAX,
    catalogue: Catalogue | None = None,
) -> Iterator[Event]:
    """The events of a history and the quotes of its days, by time; a deal before its quotes.

    Quotes from before the account was opened, after a statement was made, and of symbols that
    this account does not need, are left out.
    """
    known = built_in_catalogue() if catalogue is None else catalogue
    since = history.first_at
    until = LATEST if history.platform == "events" else history.last_at
    wanted = _wanted(history, known)
    streams = [
        _marked(
            quotes.stream(symbol, since, until),
            symbol,
            hours_of(symbol, known),
            silence_s_max * SECOND,
        )
        for symbol in quotes.symbols
        if symbol in wanted
    ]
    prices = (
        heapq.merge(*streams, key=_at) if len(streams) > 1 else iter(streams[0] if streams else ())
    )
    told = {symbol: quotes.known(symbol) for symbol in quotes.symbols if symbol in wanted}
    watch = _Watch(history.account, history.currency, known, told)
    booked, ended = iter(history.events), list[_Silence]()
    event = next(booked, None)
    for price in prices:
        while event is not None and event.at <= price.at:
            yield from watch.event(event)
            event = next(booked, None)
        if event is None and isinstance(price, _Silence) and price.reason == _END:
            ended.append(price)  # matters only if something still happens after it
            continue
        while ended:
            yield from watch.price(ended.pop(0))
        yield from watch.price(price)
    while event is not None:
        yield from watch.event(event)
        event = next(booked, None)


def _at(price: Quote | Bar | _Silence) -> int:
    return price.at


def _marked(
    quotes: Iterable[Quote | Bar], symbol: str, hours: MarketHours, allowed: int
) -> Iterator[Quote | Bar | _Silence]:
    """One symbol's quotes with its silences.

    The end of all quotes is a silence too, from when the last one is ``allowed`` old: until then
    it still says what a position was closed at a moment after it.
    """
    known_until: int | None = None
    for quote in quotes:
        # The calendar is asked only after a silence that would be too long on any day.
        if (
            known_until is not None
            and quote.at - known_until > allowed
            and open_time(hours, known_until, quote.at) > allowed
        ):
            yield _Silence(known_until, symbol, "silence")
        yield quote
        known_until = quote.at + quote.span_us if isinstance(quote, Bar) else quote.at
    if known_until is not None:
        yield _Silence(moment_after(hours, known_until, allowed), symbol, _END)


@dataclass(slots=True)
class _Position:
    symbol: str
    lots: Decimal
    side: Side


@dataclass(slots=True)
class _Watch:
    """What is open, which symbols that needs, which of them are silent. Mutable: it walks.

    ``told`` are the sides each symbol's quotes tell. A needed symbol of which they do not tell
    enough is *blind*: a gap, whatever comes.
    """

    account: str
    currency: str
    catalogue: Catalogue
    told: dict[str, Known]
    _open: dict[str, _Position] = field(default_factory=dict)
    _needed: dict[str, Known] = field(default_factory=dict)
    _blind: set[str] = field(default_factory=set)
    _heard: set[str] = field(default_factory=set)
    _silent: dict[str, str] = field(default_factory=dict)
    _gaps: set[str] = field(default_factory=set)

    def event(self, event: Event) -> Iterator[Event]:
        """An event of the history; quotes an event file brings itself count as quotes."""
        if isinstance(event, Quote | Bar):
            yield from self.price(event)
            return
        yield event
        if isinstance(event, Deal) and event.account == self.account:
            yield from self._after(event)

    def price(self, price: Quote | Bar | _Silence) -> Iterator[Event]:
        """A quote ends its symbol's gap; a silence opens one where the symbol is needed."""
        symbol = price.symbol
        if isinstance(price, _Silence):
            self._silent[symbol] = price.reason
            if symbol in self._needed and symbol not in self._blind:
                yield from self._gap(price.at, symbol)
            return
        self._heard.add(symbol)
        self._silent.pop(symbol, None)
        if symbol in self._blind:
            return
        if symbol in self._gaps:
            self._gaps.discard(symbol)
            yield GapClosed(price.at, symbol)
        yield price

    def _after(self, deal: Deal) -> Iterator[Event]:
        """Gaps that begin or end because of a deal: a symbol is needed, or no longer."""
        self._book(deal)
        before, was_blind = self._needed, self._blind
        self._needed = self._needs()
        self._blind = {each for each, side in self._needed.items() if self._lacks(each, side)}
        for symbol in before:
            seen_again = symbol in was_blind - self._blind and symbol not in self._silent
            if symbol in self._gaps and (symbol not in self._needed or seen_again):
                self._gaps.discard(symbol)
                yield GapClosed(deal.at, symbol)
        for symbol in self._needed:
            missing = symbol in self._silent or symbol not in self._heard
            if symbol not in self._gaps and (
                symbol in self._blind or (symbol not in before and missing)
            ):
                yield from self._gap(deal.at, symbol)

    def _lacks(self, symbol: str, needed: Known) -> bool:
        return self.told.get(symbol, "both") not in {"both", needed}

    def _gap(self, at: int, symbol: str) -> Iterator[Event]:
        self._gaps.add(symbol)
        reason = self._silent.get(symbol, "no quotes yet")
        if symbol in self._blind:
            reason = f"the quotes tell only the {self.told[symbol]}"
        yield GapOpened(at, symbol, reason)

    def _book(self, deal: Deal) -> None:
        held = self._open.get(deal.position)
        if deal.entry == "in":
            lots = deal.lots + (held.lots if held else ZERO)
            self._open[deal.position] = _Position(deal.symbol, lots, deal.side)
        elif held is not None:
            left = deal.lots - held.lots if deal.entry == "inout" else held.lots - deal.lots
            if left > ZERO:
                held.lots = left
                held.side = deal.side if deal.entry == "inout" else held.side
            else:
                del self._open[deal.position]

    def _needs(self) -> dict[str, Known]:
        """Every symbol whose price the open positions need and which side of it, as opened."""
        needed: dict[str, Known] = {}
        for position in self._open.values():
            own, converting = _CLOSES_AT[position.side], self._converts(position.symbol)
            needed[position.symbol] = _joined(needed.get(position.symbol), own)
            if converting is not None and converting != position.symbol:
                # Which side converts depends on whether the position gains.
                needed[converting] = "both"
        return needed

    def _converts(self, symbol: str) -> str | None:
        return _conversion_symbol(symbol, self.currency, self.catalogue)


def _joined(before: Known | None, side: Known) -> Known:
    return side if before in {None, side} else "both"


def _conversion_symbol(symbol: str, currency: str, catalogue: Catalogue) -> str | None:
    """The symbol that turns this one's profit into the account's currency, if one is needed."""
    instrument = catalogue.find(symbol)
    if instrument is None:
        return None
    try:
        conversion = conversion_for(instrument.profit_currency, currency, catalogue)
    except NoConversion:
        return None  # the evaluator says so: no quote could help
    return None if conversion is None else conversion.symbol


def _wanted(history: History, catalogue: Catalogue) -> set[str]:
    """Symbols whose quotes can matter to this history; the others are not even read."""
    traded = set(history.symbols)
    converting = {_conversion_symbol(s, history.currency, catalogue) for s in traded}
    return traded | {symbol for symbol in converting if symbol is not None}
