"""Pictures of an account for others: the strip around a breach, a closed trade as rules see it."""

from decimal import Decimal
from typing import TYPE_CHECKING

from propdesk.domain.evaluation import Strip
from propdesk.domain.positions import ClosedTrade
from propdesk.domain.situation import Span, Trade

if TYPE_CHECKING:
    from propdesk.domain.account import Account


def strip_of(account: "Account") -> Strip:
    """Positions and prices as they were at this moment."""
    floating = account.worth.floating()
    positions = tuple(
        {
            "position": each.id,
            "symbol": each.symbol,
            "side": each.side,
            "lots": f"{each.lots:f}",
            "open_price": f"{each.open_price:f}",
            "floating": _shown(floating.get(each.id)),
        }
        for each in account.book.positions.values()
    )
    # Asked one by one: a market that many accounts share has far more symbols than one holds.
    known = {symbol: account.worth.prices.get(symbol) for symbol in account.worth.by_symbol}
    prices = {symbol: (f"{each[0]:f}", f"{each[3]:f}") for symbol, each in known.items() if each}
    return Strip(account.at, positions, prices, account.situation.balance, account.situation.equity)


def _shown(span: Span | None) -> str:
    if span is None:
        return "unknown"
    return f"{span.low:f}" if span.exact else f"{span.low:f} … {span.high:f}"


def trade_of(closed: ClosedTrade, worst: Decimal | None, peak_margin: Decimal | None) -> Trade:
    costs = closed.commission + closed.swap + closed.fee
    return Trade(
        id=closed.id,
        position=closed.position,
        symbol=closed.symbol,
        side=closed.side,
        lots=closed.lots,
        opened_at=closed.opened_at,
        closed_at=closed.closed_at,
        profit=closed.profit,
        costs=costs,
        net=closed.net,
        open_price=closed.open_price,
        close_price=closed.close_price,
        worst_floating=worst,
        stopped_at=closed.first_stop_at,
        partial=closed.partial,
        reason=closed.reason or "",
        peak_margin=peak_margin,
    )
