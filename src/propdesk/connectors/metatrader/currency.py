"""The account's currency, told by what was booked where an export does not name it.

A profit that comes out of price and lots to the minor unit, unconverted, was booked in the
currency its instrument is quoted in. It must not guess: one trade that does not fit rules a
currency out, and two that fit are none.
"""

from collections.abc import Iterable

from propdesk.connectors.metatrader.tickets import Ticket
from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Catalogue
from propdesk.domain.valuation import ARITHMETIC, Platform, floating_profit


def told_by(trades: Iterable[Ticket], catalogue: Catalogue) -> str | None:
    """The one currency in which every trade quoted in it booked exactly its profit, or None."""
    fits: dict[str, bool] = {}
    for trade in trades:
        instrument = catalogue.find(trade.symbol)
        if instrument is None or trade.profit == ZERO:
            continue
        currency = instrument.profit_currency
        made = floating_profit(
            instrument,
            trade.side,
            trade.lots,
            trade.open_price,
            trade.close_price,
            account_currency=currency,
            arithmetic=ARITHMETIC[Platform.MT4],
        )
        fits[currency] = fits.get(currency, True) and made == trade.profit
    found = [currency for currency, each in fits.items() if each]
    return found[0] if len(found) == 1 else None
