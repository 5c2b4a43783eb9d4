"""When a market is open, as far as silence is judged: only open time counts.

The hours are those of the public markets (``wire/markets``), early closes and holidays included.
It must not guess more: an instrument nobody lists keeps the hours of its asset class.
"""

from propdesk.domain.instruments import Catalogue
from propdesk.domain.market_hours import MarketHours
from propdesk.wire.markets import market_of, markets

_METALS = ("XAU", "XAG", "XPT", "XPD")


def hours_of(symbol: str, catalogue: Catalogue) -> MarketHours:
    """Which hours a symbol keeps; one that is not known keeps those of currencies."""
    instrument = catalogue.find(symbol)
    if instrument is None and symbol.upper().startswith(_METALS):
        return markets()["metals"].hours
    return market_of(instrument).hours


def open_time(hours: MarketHours, since: int, until: int) -> int:
    """Microseconds between two moments in which the market was open."""
    return hours.open_micros(since, until)


def moment_after(hours: MarketHours, since: int, open_us: int) -> int:
    """The first moment by which the market was open for ``open_us`` microseconds."""
    moment = since + open_us
    while (missing := open_us - open_time(hours, since, moment)) > 0:
        moment += missing
    return moment
