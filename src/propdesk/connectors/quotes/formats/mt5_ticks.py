"""The ticks a MetaTrader 5 terminal exports: tab-separated, an empty side means it is unchanged.

``<DATE> <TIME> <BID> <ASK> <LAST> <VOLUME> <FLAGS>``. It must not tell a price before both sides
were told once.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from propdesk.connectors.quotes.naming import symbol_of
from propdesk.connectors.quotes.prices import Prices
from propdesk.connectors.quotes.rows import first_of, prices_of, within
from propdesk.connectors.quotes.template import (
    Glimpse,
    Price,
    QuoteFile,
    QuoteFormat,
    QuoteOptions,
)
from propdesk.connectors.quotes.wall_clock import WallClock, WallTexts
from propdesk.domain.clock import SERVER, zone_of
from propdesk.domain.events import Quote

_HEADER = ("<DATE>", "<TIME>", "<BID>", "<ASK>")


def _knows(glimpse: Glimpse) -> bool:
    return tuple(glimpse.first_line.split("\t")[:4]) == _HEADER


def _open(glimpse: Glimpse, options: QuoteOptions) -> QuoteFile:
    path, symbol = glimpse.path, symbol_of(glimpse, options.catalogue)

    def ticks() -> Iterator[Price]:
        return prices_of(path, _maker(symbol, options), headers=1)

    return QuoteFile(
        path=path,
        symbols=(symbol,),
        first_at=first_of(ticks(), path.name).at,
        walk=lambda printed, since, until: within(ticks(), printed, since, until),
    )


def _maker(symbol: str, options: QuoteOptions) -> Callable[[str], Price | None]:
    clock = WallClock(options.zone or zone_of(SERVER))
    texts, prices = WallTexts(), Prices()
    bid: Decimal | None = None
    ask: Decimal | None = None

    def tick(text: str) -> Quote | None:
        nonlocal bid, ask
        cells = text.split("\t")
        at = clock.moment(texts.shown(cells[0], cells[1]))
        bid = prices[cells[2]] if cells[2] else bid
        ask = prices[cells[3]] if cells[3] else ask
        return None if bid is None or ask is None else Quote(at, symbol, bid, ask)

    return tick


FORMAT = QuoteFormat(
    name="mt5_ticks",
    title="ticks exported by a MetaTrader 5 terminal",
    zone="the clock that was named, or else that of the server: New York plus seven hours",
    knows=_knows,
    open=_open,
)
