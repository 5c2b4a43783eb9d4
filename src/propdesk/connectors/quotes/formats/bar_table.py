"""Bars in a CSV table with a header: a time and open, high, low and close, of one side or both.

Columns ``bid_open`` … ``ask_close`` tell both sides; ``open`` … ``close`` those of the side that
the file's name says. The length of a bar is told by its rows. It must not make up the side that
is not there.
"""

from collections.abc import Callable, Iterator

from propdesk.connectors.quotes.columns import (
    NO_SYMBOL,
    SIDES,
    Columns,
    bar_columns,
    columns_of,
    moment_by,
)
from propdesk.connectors.quotes.naming import symbol_in, words_of
from propdesk.connectors.quotes.prices import Prices
from propdesk.connectors.quotes.rows import checked_bar, first_of, prices_of, span_of, within
from propdesk.connectors.quotes.template import (
    Glimpse,
    Known,
    Price,
    QuoteFile,
    QuoteFormat,
    QuoteOptions,
)
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import Bar

SPAN_US_UNKNOWN = 0


def _knows(glimpse: Glimpse) -> bool:
    columns = columns_of(glimpse.first_line)
    if columns is None:
        return False
    return bar_columns(columns.places, "bid") is not None or (
        bar_columns(columns.places, None) is not None and "bid" not in columns.places
    )


def side_named(glimpse: Glimpse) -> Known:
    """The side the file's name says. Raises ``Unreadable`` where it says neither or both."""
    said = [side for side in SIDES if side in words_of(glimpse)]
    if said == ["bid"]:
        return "bid"
    if said == ["ask"]:
        return "ask"
    raise Unreadable(
        glimpse.path.name,
        1,
        "bars of one side; say in the file's name which: EURUSD-bid.csv or EURUSD-ask.csv",
    )


def _open(glimpse: Glimpse, options: QuoteOptions) -> QuoteFile:
    path, columns = glimpse.path, columns_of(glimpse.first_line)
    assert columns is not None  # noqa: S101 - known by its header
    known: Known = "both"
    bids, asks = (bar_columns(columns.places, side) for side in SIDES)
    if bids is None or asks is None:
        known = side_named(glimpse)
        bids = asks = bar_columns(columns.places, None)
    if bids is None or asks is None:
        raise Unreadable(path.name, 1, "the header names the bars of one side only in part")
    alone, sides = symbol_in(glimpse, options.catalogue), (*bids, *asks)

    def bars(span_us: int) -> Iterator[Price]:
        return prices_of(path, _maker(columns, sides, alone, options, span_us), headers=1)

    first = first_of(bars(SPAN_US_UNKNOWN), path.name)
    own = (bar.at for bar in bars(SPAN_US_UNKNOWN) if bar.symbol == first.symbol)
    span_us = span_of(own, path.name)
    symbols = dict.fromkeys(bar.symbol for bar in bars(span_us))
    return QuoteFile(
        path=path,
        symbols=tuple(symbols),
        first_at=first.at,
        walk=lambda symbol, since, until: within(bars(span_us), symbol, since, until),
        span_us=span_us,
        known=known,
    )


def _maker(
    columns: Columns, sides: tuple[int, ...], alone: str, options: QuoteOptions, span_us: int
) -> Callable[[str], Price]:
    moment, prices = moment_by(options.zone), Prices()
    when, which = columns.places["time"], columns.places.get("symbol")

    def bar(text: str) -> Bar:
        cells = columns.cells(text)
        symbol = alone if which is None else cells[which].strip()
        if not symbol:
            raise ValueError(NO_SYMBOL)
        at = moment(cells[when])
        return checked_bar(Bar(at, symbol, span_us, *(prices[cells[place]] for place in sides)))

    return bar


FORMAT = QuoteFormat(
    name="bar_table",
    title="table of bars with a header naming time, open, high, low and close (CSV)",
    zone="the one written with each time, or the clock that was named; refused without either",
    knows=_knows,
    open=_open,
)
