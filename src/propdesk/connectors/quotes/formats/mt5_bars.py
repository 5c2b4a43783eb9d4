"""The bars a MetaTrader 5 terminal exports: of the bid, tab-separated, with one spread a bar.

``<DATE> <TIME> <OPEN> <HIGH> <LOW> <CLOSE> <TICKVOL> <VOL> <SPREAD>``; from days on there is no
``<TIME>``. The spread is in points of the last printed decimal and the least of the bar (source:
www.mql5.com/en/book/applications/timeseries/timeseries_mqlrates, read 2026-11-23). The bid and
that spread is therefore the least the ask can have been, and how high the ask rose is not told:
the bars are of the bid alone. It must not call the least spread the spread.
"""

from collections.abc import Callable, Iterator
from decimal import Decimal

from propdesk.connectors.quotes.naming import symbol_of
from propdesk.connectors.quotes.prices import Prices
from propdesk.connectors.quotes.rows import checked_bar, first_of, prices_of, span_of, within
from propdesk.connectors.quotes.template import (
    Glimpse,
    Price,
    QuoteFile,
    QuoteFormat,
    QuoteOptions,
)
from propdesk.connectors.quotes.wall_clock import WallClock, WallTexts
from propdesk.domain.clock import SERVER, zone_of
from propdesk.domain.events import Bar
from propdesk.domain.exact import exactly

_PRICES = ("<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>")
_MIDNIGHT = "00:00:00"


def _knows(glimpse: Glimpse) -> bool:
    header = glimpse.first_line.split("\t")
    return header[0] == "<DATE>" and all(name in header for name in _PRICES)


def _open(glimpse: Glimpse, options: QuoteOptions) -> QuoteFile:
    path, symbol = glimpse.path, symbol_of(glimpse, options.catalogue)
    header = glimpse.first_line.split("\t")
    server = WallClock(options.zone or zone_of(SERVER))

    def bars(span_us: int, clock: WallClock | None) -> Iterator[Price]:
        return prices_of(path, _maker(header, symbol, span_us, clock), headers=1)

    # Steps are counted on the wall: a day has 23 hours when clocks go forward.
    span_us = span_of((bar.at for bar in bars(0, None)), path.name)
    return QuoteFile(
        path=path,
        symbols=(symbol,),
        first_at=first_of(bars(span_us, server), path.name).at,
        walk=lambda printed, since, until: within(bars(span_us, server), printed, since, until),
        span_us=span_us,
        known="bid",
    )


def _maker(
    header: list[str], symbol: str, span_us: int, clock: WallClock | None
) -> Callable[[str], Price]:
    """``clock`` None: as the wall showed it."""
    texts, prices = WallTexts(), Prices()
    when = header.index("<TIME>") if "<TIME>" in header else None
    places = [header.index(name) for name in _PRICES]
    spread = header.index("<SPREAD>") if "<SPREAD>" in header else None

    def bar(text: str) -> Bar:
        cells = text.split("\t")
        shown = texts.shown(cells[0], _MIDNIGHT if when is None else cells[when])
        bids = [prices[cells[place]] for place in places]
        points = "0" if spread is None else cells[spread]
        ahead = _spread(points, [cells[place] for place in places])
        with exactly():
            asks = [price + ahead for price in bids]
        at = shown if clock is None else clock.moment(shown)
        return checked_bar(Bar(at, symbol, span_us, *bids, *asks))

    return bar


def _spread(points: str, printed: list[str]) -> Decimal:
    decimals = {len(text.partition(".")[2]) for text in printed}
    if len(decimals) != 1:
        raise ValueError("the prices of a bar are printed with different numbers of decimals")
    if not (points.isascii() and points.isdecimal() and len(points) <= 9):
        raise ValueError(f"{points[:40]!r} is not a spread in points")
    return Decimal(int(points)).scaleb(-decimals.pop())


FORMAT = QuoteFormat(
    name="mt5_bars",
    title="bars exported by a MetaTrader 5 terminal (the bid alone)",
    zone="the clock that was named, or else that of the server: New York plus seven hours",
    knows=_knows,
    open=_open,
)
