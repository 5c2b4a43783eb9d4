"""Quotes in a CSV table with a header: a time, a symbol, bid and ask, in any order of columns.

It must not read times without a zone unless one was named.
"""

from collections.abc import Callable, Iterator

from propdesk.connectors.quotes.columns import (
    NO_SYMBOL,
    Columns,
    columns_of,
    moment_by,
)
from propdesk.connectors.quotes.naming import symbol_in
from propdesk.connectors.quotes.prices import Prices
from propdesk.connectors.quotes.rows import first_of, prices_of, within
from propdesk.connectors.quotes.template import (
    Glimpse,
    Price,
    QuoteFile,
    QuoteFormat,
    QuoteOptions,
)
from propdesk.domain.events import Quote

_NEEDED = ("bid", "ask")


def _knows(glimpse: Glimpse) -> bool:
    columns = columns_of(glimpse.first_line)
    return columns is not None and all(name in columns.places for name in _NEEDED)


def _open(glimpse: Glimpse, options: QuoteOptions) -> QuoteFile:
    """The table, after a first walk over all of it. Raises ``Unreadable``."""
    path = glimpse.path
    columns = columns_of(glimpse.first_line)
    assert columns is not None  # noqa: S101 - known by its header
    alone = symbol_in(glimpse, options.catalogue)

    def quotes() -> Iterator[Price]:
        return prices_of(path, _maker(columns, alone, options), headers=1)

    first = first_of(quotes(), path.name)
    symbols = dict.fromkeys(quote.symbol for quote in quotes())
    return QuoteFile(
        path=path,
        symbols=tuple(symbols),
        first_at=first.at,
        walk=lambda symbol, since, until: within(quotes(), symbol, since, until),
    )


def _maker(columns: Columns, alone: str, options: QuoteOptions) -> Callable[[str], Price]:
    moment, prices = moment_by(options.zone), Prices()
    when, which = columns.places["time"], columns.places.get("symbol")
    bid, ask = columns.places["bid"], columns.places["ask"]

    def quote(text: str) -> Quote:
        cells = columns.cells(text)
        at = moment(cells[when])
        symbol = alone if which is None else cells[which].strip()
        if not symbol:
            raise ValueError(NO_SYMBOL)
        return Quote(at, symbol, prices[cells[bid]], prices[cells[ask]])

    return quote


FORMAT = QuoteFormat(
    name="quote_table",
    title="table of ticks with a header naming time, bid and ask (CSV)",
    zone="the one written with each time, or the clock that was named; refused without either",
    knows=_knows,
    open=_open,
)
