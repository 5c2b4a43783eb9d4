"""What a trader asks for: orders placed, changed and cancelled, positions closed and protected.

Guards first; a refusal is a value and, where it was an order, an order that was rejected. The
same key again is answered as before.
"""

from decimal import Decimal

import msgspec

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import Books
from propdesk.connectors.simulated_platform.facts import OrderTold, Protected
from propdesk.connectors.simulated_platform.fills import (
    close,
    fill,
    is_requoted,
    market_price,
    other_side,
    slipped,
)
from propdesk.connectors.simulated_platform.stop_out import look_at_margin
from propdesk.connectors.simulated_platform.waiting import (
    forget_order,
    watch_order,
    watch_position,
)
from propdesk.domain.events import Side
from propdesk.domain.exact import ZERO, round_half_away
from propdesk.domain.positions import Position
from propdesk.domain.valuation import NoConversion
from propdesk.ports.platform import Reason, Rights
from propdesk.ports.platform_trading import (
    CancelOrder,
    ChangeOrder,
    ClosePosition,
    PlaceOrder,
    ProtectPosition,
    TradeAnswer,
    TradeRequest,
)

LOTS_MAX = Decimal(1000)
PRICE_MAX = Decimal(10) ** 12
ORDERS_MAX = 500
"""Pending orders of one account."""


class Refused(Exception):
    """The request is not done; ``order_desk.trade`` makes an answer of it."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(detail or reason.value)
        self.reason, self.detail = reason, detail


def trade(books: Books, request: TradeRequest, at: int) -> TradeAnswer:
    """Do what a trader asks for, or say why not."""
    account = books.accounts.get(request.account)
    if account is None:
        return TradeAnswer(books.stamp(at), Reason.UNKNOWN_ACCOUNT, request.account)
    try:
        match request:
            case PlaceOrder():
                return _place(books, account, request, at)
            case ChangeOrder():
                return _change(books, account, request, at)
            case CancelOrder():
                return _cancel(books, account, request, at)
            case ClosePosition():
                return _close(books, account, request, at)
            case ProtectPosition():
                return _protect(books, account, request, at)
    except Refused as refused:
        return TradeAnswer(books.stamp(at), refused.reason, refused.detail)


# --- orders ----------------------------------------------------------------------------------
def _place(books: Books, account: Account, request: PlaceOrder, at: int) -> TradeAnswer:
    _check_lots(books, request.symbol, request.lots)
    if account.rights is not Rights.TRADE:
        raise Refused(Reason.NOT_ALLOWED, account.rights.value)
    if request.symbol in books.halted:
        raise Refused(Reason.NOT_ALLOWED, f"{request.symbol} is halted")
    price = _price(books, account, request.symbol, request.side, at)
    _check_levels(books, request, price)
    order = _order(books, request, at)
    if request.kind != "market":
        if len(account.orders) >= ORDERS_MAX:
            raise Refused(Reason.INVALID, f"{ORDERS_MAX} pending orders are the most")
        # After this point the order must be placed.
        books.emit(order)
        watch_order(books, order)
        return TradeAnswer(order.at, order=order.id)
    if is_requoted(books, account, order.id):
        books.emit(msgspec.structs.replace(order, action="rejected", reason=Reason.REQUOTE.value))
        raise Refused(Reason.REQUOTE)
    filled = fill(books, account, order, slipped(books, account, order, price), at)
    if filled.reason is not None:
        return TradeAnswer(filled.at, filled.reason, order=order.id)
    look_at_margin(books, account, at)
    return TradeAnswer(filled.at, order=order.id, position=filled.position, price=filled.price)


def _order(books: Books, request: PlaceOrder, at: int) -> OrderTold:
    stamp = books.stamp(at)
    return OrderTold(
        request.account,
        stamp,
        books.number(),
        "placed",
        request.symbol,
        request.side,
        request.kind,
        request.lots,
        request.price,
        request.requested_at,
        stamp,
        request.limit_price,
        request.stop,
        request.target,
        request.trail,
        request.expires_at,
        client=request.client,
        comment=request.comment,
    )


def _change(books: Books, account: Account, request: ChangeOrder, at: int) -> TradeAnswer:
    order = _pending(account, request.order)
    if account.rights is not Rights.TRADE:
        raise Refused(Reason.NOT_ALLOWED, account.rights.value)
    price = _price(books, account, order.symbol, order.side, at)
    _check_digits(books, order.symbol, request.price, request.stop, request.target)
    changed = msgspec.structs.replace(
        order,
        at=books.stamp(at),
        action="modified",
        price=request.price,
        stop=request.stop,
        target=request.target,
    )
    _check_pending(order.kind, order.side, request.price, price)
    _check_sides(order.side, request.price, request.stop, request.target)
    books.emit(changed)
    watch_order(books, changed)
    return TradeAnswer(changed.at, order=order.id)


def _cancel(books: Books, account: Account, request: CancelOrder, at: int) -> TradeAnswer:
    order = _pending(account, request.order)
    if account.rights not in {Rights.TRADE, Rights.CLOSE_ONLY}:
        raise Refused(Reason.NOT_ALLOWED, account.rights.value)
    return TradeAnswer(cancel(books, account, order, at, "manual"), order=order.id)


def cancel(books: Books, account: Account, order: OrderTold, at: int, reason: str) -> int:
    """Take a pending order away, whoever wants it; when that was."""
    stamp = books.stamp(at)
    books.emit(msgspec.structs.replace(order, at=stamp, action="cancelled", reason=reason))
    forget_order(books, account.id, order.id)
    return stamp


# --- positions -------------------------------------------------------------------------------
def _close(books: Books, account: Account, request: ClosePosition, at: int) -> TradeAnswer:
    position = _held(account, request.position)
    if account.rights not in {Rights.TRADE, Rights.CLOSE_ONLY}:
        raise Refused(Reason.NOT_ALLOWED, account.rights.value)
    lots = position.lots if request.lots is None else request.lots
    _check_lots(books, position.symbol, lots)
    if lots > position.lots:
        raise Refused(Reason.INVALID, f"only {position.lots} lots are open")
    price = _price(books, account, position.symbol, other_side(position.side), at)
    filled = close(
        books,
        account,
        position,
        lots,
        price,
        at,
        reason="manual",
        requested_at=request.requested_at,
        received_at=at,
        client=request.client,
    )
    look_at_margin(books, account, at)
    return TradeAnswer(filled.at, position=position.id, price=filled.price)


def _protect(books: Books, account: Account, request: ProtectPosition, at: int) -> TradeAnswer:
    position = _held(account, request.position)
    if account.rights not in {Rights.TRADE, Rights.CLOSE_ONLY}:
        raise Refused(Reason.NOT_ALLOWED, account.rights.value)
    price = _price(books, account, position.symbol, other_side(position.side), at)
    _check_digits(books, position.symbol, request.stop, request.target, request.trail)
    _check_sides(position.side, price, request.stop, request.target)
    stamp = books.stamp(at)
    books.emit(
        Protected(account.id, stamp, position.id, request.stop, request.target, request.trail)
    )
    watch_position(books, account, position.id)
    return TradeAnswer(stamp, position=position.id)


# --- guards ----------------------------------------------------------------------------------
def _pending(account: Account, order: str) -> OrderTold:
    found = account.orders.get(order)
    if found is None:
        raise Refused(Reason.UNKNOWN_ORDER, order)
    return found


def _held(account: Account, position: str) -> Position:
    found = account.book.find(position)
    if found is None:
        raise Refused(Reason.UNKNOWN_POSITION, position)
    return found


def _price(books: Books, account: Account, symbol: str, side: Side, at: int) -> Decimal:
    """The price now, where the market is open and the profit can be converted."""
    if not books.is_open(symbol, at):
        raise Refused(Reason.MARKET_CLOSED, symbol)
    price = market_price(books, symbol, side)
    instrument = books.catalogue.get(symbol)
    try:
        books.prices.conversion(instrument.profit_currency, account.currency)
    except NoConversion as missing:
        raise Refused(Reason.NO_PRICE, str(missing)) from missing
    if price is None or books.prices.worth(instrument.profit_currency, account.currency) is None:
        raise Refused(Reason.NO_PRICE, symbol)
    return price


def _check_lots(books: Books, symbol: str, lots: Decimal) -> None:
    instrument = books.instrument(symbol)
    if instrument is None or instrument.symbol != symbol:
        raise Refused(Reason.UNKNOWN_SYMBOL, symbol)
    if not (lots.is_finite() and ZERO < lots <= LOTS_MAX):
        raise Refused(Reason.INVALID, f"{lots} lots; {LOTS_MAX} are the most")
    if lots % instrument.volume_step:
        raise Refused(Reason.INVALID, f"lots are multiples of {instrument.volume_step}")


def _check_levels(books: Books, request: PlaceOrder, price: Decimal) -> None:
    levels = (request.price, request.limit_price, request.stop, request.target, request.trail)
    _check_digits(books, request.symbol, *levels)
    if request.kind == "market":
        _check_sides(request.side, price, request.stop, request.target)
        return
    if request.price is None:
        raise Refused(Reason.INVALID, "a pending order needs a price")
    if (request.limit_price is None) is (request.kind == "stop_limit"):
        raise Refused(Reason.INVALID, "a stop-limit order, and no other, has a limit price")
    _check_pending(request.kind, request.side, request.price, price)
    entry = request.price if request.limit_price is None else request.limit_price
    _check_sides(request.side, entry, request.stop, request.target)


def _check_pending(kind: str, side: Side, level: Decimal, price: Decimal) -> None:
    """A limit lies where the price is better than now, a stop where it is worse."""
    if level == price or (level < price) is not ((kind == "limit") is (side == "buy")):
        raise Refused(Reason.INVALID, f"a {side} {kind} at {level} with the price at {price}")


def _check_sides(side: Side, price: Decimal, stop: Decimal | None, target: Decimal | None) -> None:
    is_long = side == "buy"
    if stop is not None and (stop >= price if is_long else stop <= price):
        raise Refused(Reason.INVALID, f"the stop {stop} is not on the losing side of {price}")
    if target is not None and (target <= price if is_long else target >= price):
        raise Refused(Reason.INVALID, f"the target {target} is not on the winning side of {price}")


def _check_digits(books: Books, symbol: str, *levels: Decimal | None) -> None:
    """Prices and distances are whole points above zero."""
    digits = books.catalogue.get(symbol).digits
    for level in levels:
        if level is not None and not _is_price(level, digits):
            raise Refused(Reason.INVALID, f"{level} is no price of {digits} decimals")


def _is_price(level: Decimal, digits: int) -> bool:
    is_sane = level.is_finite() and ZERO < level < PRICE_MAX
    return is_sane and level == round_half_away(level, digits)
