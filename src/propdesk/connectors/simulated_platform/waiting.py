"""Who waits for which price: pending orders, protected positions, and margins that may not last.

What waits is derived from the books, and can be made again from them at any time. It must not act.
"""

import heapq
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import Books, points
from propdesk.connectors.simulated_platform.facts import OrderTold
from propdesk.connectors.simulated_platform.price_triggers import Waiting, When
from propdesk.domain.exact import ZERO
from propdesk.domain.positions import Position

_SHARE_DIGITS = 12


class Kind(IntEnum):
    """What somebody waits for; served in this order where one quote reaches several."""

    ORDER = 0
    STOP = 1
    TRAIL = 2
    MARGIN = 3


def watch_order(books: Books, order: OrderTold) -> None:
    """Wait for the price of a pending order."""
    who = Waiting(Kind.ORDER, order.account, order.id)
    books.triggers.forget(who)
    if order.price is not None:
        books.triggers.wait(who, order.symbol, _when(order), order.price)
    if order.expires_at is not None:
        heapq.heappush(books.expiries, (order.expires_at, order.account, order.id))


def forget_order(books: Books, account: str, order: str) -> None:
    books.triggers.forget(Waiting(Kind.ORDER, account, order))


def watch_position(books: Books, account: Account, position_id: str) -> None:
    """Wait for the stop, the target and the next step of the trailing stop; or no more."""
    stop, trail = (Waiting(kind, account.id, position_id) for kind in (Kind.STOP, Kind.TRAIL))
    books.triggers.forget(stop)
    books.triggers.forget(trail)
    position = account.book.find(position_id)
    if position is None:
        return
    is_long = position.side == "buy"
    falls, rises = When.BID_FALLS, When.BID_RISES
    if not is_long:
        falls, rises = When.ASK_RISES, When.ASK_FALLS  # away from its side is a loss
    if position.stop is not None:
        books.triggers.wait(stop, position.symbol, falls, position.stop)
    if position.target is not None:
        books.triggers.wait(stop, position.symbol, rises, position.target)
    distance = account.trails.get(position_id)
    if distance is not None:
        level = trailing_level(books, position, distance)
        books.triggers.wait(trail, position.symbol, rises, level)


def trailing_level(books: Books, position: Position, distance: Decimal) -> Decimal:
    """The closing price at which the trailing stop moves next: first when it would lose nothing."""
    instrument = books.catalogue.get(position.symbol)
    point = points(1, instrument.digits)
    step = max(point, (distance * 5).scaleb(-2))  # a twentieth
    if position.side == "buy":
        first = position.open_price + distance
        return first if position.stop is None else max(first, position.stop + distance + step)
    first = position.open_price - distance
    return first if position.stop is None else min(first, position.stop - distance - step)


def watch_margin(books: Books, account: Account) -> None:
    """Wait for prices outside which the margin level might reach a threshold, and only there.

    Equity moves by at most ``2 x turnover`` times the largest relative move of any price it
    depends on (moves below a tenth; twice, because a rate multiplies a price). So while every
    price stays within ``distance / (2 x turnover)`` no threshold is reached.
    """
    who = Waiting(Kind.MARGIN, account.id, "")
    books.triggers.forget(who)
    if not account.positions:
        return
    equity = books.valuing.equity(account)
    turnovers = [books.valuing.turnover(account, each) for each in account.positions.values()]
    if equity is None:
        return
    margin, group = books.valuing.margin(account), books.group_of(account)
    thresholds = [group.stop_out, group.margin_call]
    rounding = points(2 * len(turnovers) + 1, account.digits)
    distance = min(abs(equity - (each * margin).scaleb(-2)) for each in thresholds) - rounding
    whole = 2 * sum((each for each in turnovers if each is not None), Fraction(0))
    share = min(Fraction(max(distance, ZERO)) / whole, Fraction(1, 10))
    part = points(int(share * 10**_SHARE_DIGITS), _SHARE_DIGITS)
    for symbol in sorted(books.valuing.symbols(account)):
        bid, ask = books.prices.last[symbol]
        books.triggers.wait(who, symbol, When.BID_FALLS, bid - bid * part)
        books.triggers.wait(who, symbol, When.BID_RISES, bid + bid * part)
        books.triggers.wait(who, symbol, When.ASK_FALLS, ask - ask * part)
        books.triggers.wait(who, symbol, When.ASK_RISES, ask + ask * part)


def watch_everything(books: Books) -> None:
    """After a start: wait for everything the books hold."""
    for account in books.accounts.values():
        for order in account.orders.values():
            watch_order(books, order)
        for position in [*account.positions.values()]:
            watch_position(books, account, position.id)
        watch_margin(books, account)


def _when(order: OrderTold) -> When:
    is_buy = order.side == "buy"
    if order.kind == "limit":
        return When.ASK_FALLS if is_buy else When.BID_RISES
    return When.ASK_RISES if is_buy else When.BID_FALLS
