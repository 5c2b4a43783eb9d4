"""One-minute bars of HistData's archive: ``20120201 000000;1.3066;1.3066;1.3065;1.3065;0``.

They are bars of the bid alone: while a position closes at the ask its worth is not known. It
must not be read on another clock than the archive's, which keeps no daylight saving.
"""

import re
from collections.abc import Callable, Iterator

from propdesk.connectors.quotes.naming import symbol_of
from propdesk.connectors.quotes.prices import Prices
from propdesk.connectors.quotes.rows import checked_bar, first_of, prices_of, within
from propdesk.connectors.quotes.template import (
    Glimpse,
    Price,
    QuoteFile,
    QuoteFormat,
    QuoteOptions,
)
from propdesk.connectors.quotes.wall_clock import FIXED_EST, WallClock, WallTexts
from propdesk.domain.events import Bar
from propdesk.domain.instants import MINUTE

_ROW = re.compile(r"\d{8} \d{6}(;[^,;]*){4}(;\d+)?")


def _knows(glimpse: Glimpse) -> bool:
    return _ROW.fullmatch(glimpse.first_line) is not None


def _open(glimpse: Glimpse, options: QuoteOptions) -> QuoteFile:
    path, symbol = glimpse.path, symbol_of(glimpse, options.catalogue)

    def bars() -> Iterator[Price]:
        return prices_of(path, _maker(symbol))

    return QuoteFile(
        path=path,
        symbols=(symbol,),
        first_at=first_of(bars(), path.name).at,
        walk=lambda printed, since, until: within(bars(), printed, since, until),
        span_us=MINUTE,
        known="bid",
    )


def _maker(symbol: str) -> Callable[[str], Price]:
    clock, texts, prices = WallClock(FIXED_EST), WallTexts(), Prices()

    def bar(text: str) -> Bar:
        cells = text.split(";")
        day, _, time = cells[0].partition(" ")
        at = clock.moment(texts.shown(day, time))
        bids = [prices[cells[place]] for place in range(1, 5)]
        return checked_bar(Bar(at, symbol, MINUTE, *bids, *bids))

    return bar


FORMAT = QuoteFormat(
    name="histdata_bars",
    title="one-minute bars of HistData (Generic ASCII; the bid alone)",
    zone="fixed UTC-05:00 without daylight saving, as the archive states; a named clock is "
    "for the other files",
    knows=_knows,
    open=_open,
)
