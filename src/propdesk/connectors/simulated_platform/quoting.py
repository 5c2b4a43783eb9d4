"""A quote arrives: who waited for it is served. Orders first, then stops, then margins.

Prices outside a symbol's market hours are not taken. It must not make prices.
"""

from decimal import Decimal

import msgspec

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import Books
from propdesk.connectors.simulated_platform.facts import OrderTold, Protected, Ticked
from propdesk.connectors.simulated_platform.fills import close, fill, market_price, other_side
from propdesk.connectors.simulated_platform.price_triggers import Waiting
from propdesk.connectors.simulated_platform.stop_out import look_at_margin
from propdesk.connectors.simulated_platform.waiting import (
    Kind,
    forget_order,
    trailing_level,
    watch_order,
    watch_position,
)
from propdesk.domain.positions import Position
from propdesk.ports.platform import Reason, Rights


def quote(books: Books, symbol: str, bid: Decimal, ask: Decimal, at: int) -> bool:
    """Take a quote of the market's time ``at``. False: its market is closed, or it is none."""
    if not 0 < bid <= ask or not books.is_open(symbol, at):
        return False
    stamp = books.stamp(at)
    books.emit(Ticked(books.tick + 1, symbol, stamp, bid, ask, at))
    for who in books.triggers.due(symbol, bid, ask):
        _serve(books, who, stamp)
    return True


def _serve(books: Books, who: Waiting, at: int) -> None:
    """Somebody's price is there. What was served before him may have ended him."""
    account = books.accounts[who.account]
    match who.kind:
        case Kind.ORDER:
            order = account.orders.get(who.id)
            if order is not None:
                _trigger(books, account, order, at)
        case Kind.STOP:
            position = account.book.find(who.id)
            if position is not None:
                _protect(books, account, position, at)
        case Kind.TRAIL:
            position = account.book.find(who.id)
            if position is not None:
                _trail(books, account, position)
        case _:
            look_at_margin(books, account, at)


def _trigger(books: Books, account: Account, order: OrderTold, at: int) -> None:
    """A pending order's price is there."""
    if order.kind == "stop_limit":
        waiting = msgspec.structs.replace(
            order,
            at=books.stamp(at),
            action="modified",
            kind="limit",
            price=order.limit_price,
            limit_price=None,
        )
        books.emit(waiting)
        watch_order(books, waiting)
        return
    if account.rights is not Rights.TRADE:
        refused = msgspec.structs.replace(
            order, at=books.stamp(at), action="rejected", reason=Reason.NOT_ALLOWED.value
        )
        books.emit(refused)
        return
    price = market_price(books, order.symbol, order.side)
    if price is not None:
        fill(books, account, msgspec.structs.replace(order, reason="pending"), price, at)
        look_at_margin(books, account, at)
    forget_order(books, account.id, order.id)


def _protect(books: Books, account: Account, position: Position, at: int) -> None:
    """The stop or the target is there; where a gap jumped over both ways, the stop."""
    price = market_price(books, position.symbol, other_side(position.side))
    if price is None:
        return
    is_long = position.side == "buy"
    is_stopped = position.stop is not None and (
        price <= position.stop if is_long else price >= position.stop
    )
    reason = "stop_loss" if is_stopped else "take_profit"
    close(books, account, position, position.lots, price, at, reason=reason)
    look_at_margin(books, account, at)


def _trail(books: Books, account: Account, position: Position) -> None:
    """The price went on: the stop follows."""
    price = market_price(books, position.symbol, other_side(position.side))
    distance = account.trails[position.id]
    if price is None:
        return
    level = trailing_level(books, position, distance)
    if (price >= level) if position.side == "buy" else (price <= level):
        stop = price - distance if position.side == "buy" else price + distance
        stamp = books.stamp(books.now)
        books.emit(Protected(account.id, stamp, position.id, stop, position.target, distance))
    watch_position(books, account, position.id)
