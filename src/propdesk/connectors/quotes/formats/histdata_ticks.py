"""Ticks of HistData's archive (Generic ASCII): ``20200101 170000065,1.121200,1.121720,0``.

It must not be read on another clock than the archive's, which keeps no daylight saving.
"""

import re
from collections.abc import Callable, Iterator

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
from propdesk.connectors.quotes.wall_clock import FIXED_EST, WallClock, WallTexts
from propdesk.domain.events import Quote

_ROW = re.compile(r"\d{8} \d{9},[^,;]*,[^,;]*(,\d+)?")


def _knows(glimpse: Glimpse) -> bool:
    return _ROW.fullmatch(glimpse.first_line) is not None


def _open(glimpse: Glimpse, options: QuoteOptions) -> QuoteFile:
    path, symbol = glimpse.path, symbol_of(glimpse, options.catalogue)

    def ticks() -> Iterator[Price]:
        return prices_of(path, _maker(symbol))

    return QuoteFile(
        path=path,
        symbols=(symbol,),
        first_at=first_of(ticks(), path.name).at,
        walk=lambda printed, since, until: within(ticks(), printed, since, until),
    )


def _maker(symbol: str) -> Callable[[str], Price]:
    clock, texts, prices = WallClock(FIXED_EST), WallTexts(), Prices()

    def tick(text: str) -> Quote:
        cells = text.split(",")
        day, _, time = cells[0].partition(" ")
        at = clock.moment(texts.shown(day, time))
        return Quote(at, symbol, prices[cells[1]], prices[cells[2]])

    return tick


FORMAT = QuoteFormat(
    name="histdata_ticks",
    title="ticks of HistData (Generic ASCII)",
    zone="fixed UTC-05:00 without daylight saving, as the archive states; a named clock is "
    "for the other files",
    knows=_knows,
    open=_open,
)
