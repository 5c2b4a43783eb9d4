"""The end of the platform's day: each open position pays or earns its night, orders expire.

The day ends at midnight of the server's clock (17:00 in New York). A weekend has no night of its
own: the group's triple day counts for it. It must not read a clock.
"""

import heapq
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

import msgspec

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import Books, points
from propdesk.connectors.simulated_platform.facts import Adjusted, RolledOver, SwapAccrued
from propdesk.connectors.simulated_platform.fills import report
from propdesk.connectors.simulated_platform.stop_out import look_at_margin
from propdesk.connectors.simulated_platform.valuing import ARITHMETIC_USED
from propdesk.connectors.simulated_platform.waiting import forget_order
from propdesk.domain.clock import local_instant, zone_of
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import datetime_of
from propdesk.domain.market_hours import MIDNIGHT, weekday_of
from propdesk.domain.positions import Position
from propdesk.domain.valuation import floating_profit

SERVER = zone_of("server")
NIGHTS_OF_TRIPLE_DAY = 3


@lru_cache(maxsize=64)
def next_rollover(at: int) -> int:
    """The first end of a day behind ``at``."""
    today = datetime_of(at).astimezone(SERVER).date()
    return local_instant(today + timedelta(days=1), MIDNIGHT, SERVER)


def pass_time(books: Books, until: int) -> None:
    """The clock reaches ``until``: every rollover and every expiry up to it happens."""
    if not books.rolled_at:
        books.emit(RolledOver(until))
        return
    while (due := next_rollover(books.rolled_at)) <= until:
        _expire(books, due)
        _roll(books, due)
    _expire(books, until)


def _expire(books: Books, until: int) -> None:
    """Take away the pending orders whose time is over."""
    while books.expiries and books.expiries[0][0] <= until:
        due, name, number = heapq.heappop(books.expiries)
        order = books.accounts[name].orders.get(number)
        if order is not None and order.expires_at == due:
            books.emit(msgspec.structs.replace(order, at=books.stamp(due), action="expired"))
            forget_order(books, name, number)


def _roll(books: Books, at: int) -> None:
    ended = weekday_of(datetime_of(at - 1).astimezone(SERVER))
    for account in books.accounts.values():
        if not account.positions:
            continue
        group = books.group_of(account)
        nights = NIGHTS_OF_TRIPLE_DAY if ended == group.triple_day else 1
        if ended not in {"sat", "sun"}:
            for position in [*account.positions.values()]:
                _charge(books, account, position, nights, at)
        report(books, account, books.stamp(at))
        look_at_margin(books, account, at)
    books.emit(RolledOver(at))


def _charge(books: Books, account: Account, position: Position, nights: int, at: int) -> None:
    amount = _night(books, account, position) * nights
    if not amount:
        return
    stamp = books.stamp(at)
    if books.group_of(account).swap_booked == "daily":
        # What the platform books for trades, whatever it is called: a rule counts it as profit.
        books.emit(Adjusted(account.id, stamp, books.number(), amount, "correction"))
    else:
        books.emit(SwapAccrued(account.id, stamp, position.id, amount))


def _night(books: Books, account: Account, position: Position) -> Decimal:
    """What one night costs: the profit of a move by the group's points, as the position's own."""
    swap = books.group_of(account).swaps.get(position.symbol)
    if swap is None:
        return ZERO
    instrument = books.catalogue.get(position.symbol)
    bid, ask = books.prices.last[position.symbol]
    price = bid if position.side == "buy" else ask
    rate = swap.long if position.side == "buy" else swap.short
    conversion = books.prices.conversion(instrument.profit_currency, account.currency)
    rate_bid, rate_ask = books.prices.rates(conversion)
    return floating_profit(
        instrument,
        "buy",
        position.lots,
        price,
        price + rate * points(1, instrument.digits),
        account_currency=account.currency,
        arithmetic=ARITHMETIC_USED,
        conversion=conversion,
        rate_bid=rate_bid,
        rate_ask=rate_ask,
    )
