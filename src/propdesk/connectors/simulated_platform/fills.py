"""Fills: what an order or a close becomes at a price, with its costs, and the report after it.

The caller has found the price and that it may be done; whether there is money for it is looked at
here. It must not look at rights or market hours, and after it the caller looks at the margin.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import msgspec

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import Books, points
from propdesk.connectors.simulated_platform.facts import Dealt, OrderTold, Reported
from propdesk.connectors.simulated_platform.valuing import ARITHMETIC_USED
from propdesk.connectors.simulated_platform.waiting import watch_position
from propdesk.domain.events import Entry, Side
from propdesk.domain.exact import ZERO, round_half_away, round_ratio_half_away
from propdesk.domain.instruments import Instrument
from propdesk.domain.margin import Exposure
from propdesk.domain.positions import Position
from propdesk.domain.valuation import floating_profit
from propdesk.ports.platform import Reason


@dataclass(frozen=True, slots=True)
class Filled:
    """``reason`` None: it was filled at ``price``, into ``position``."""

    at: int
    price: Decimal
    reason: Reason | None = None
    position: str = ""


def other_side(side: Side) -> Side:
    return "sell" if side == "buy" else "buy"


def market_price(books: Books, symbol: str, side: Side) -> Decimal | None:
    """What an order of this side is filled at now: a buy at the ask."""
    quote = books.prices.last.get(symbol)
    return None if quote is None else quote[1] if side == "buy" else quote[0]


def slipped(books: Books, account: Account, order: OrderTold, price: Decimal) -> Decimal:
    """A market order's price, worse by as many points as the group's terms and the seed say."""
    most = books.group_of(account).slippage_points
    digits = books.catalogue.get(order.symbol).digits
    worse = points(drawn(books, f"slip/{order.id}") % (most + 1), digits)
    return price + worse if order.side == "buy" else price - worse


def is_requoted(books: Books, account: Account, order: str) -> bool:
    """Whether a market order is refused because its price is gone."""
    return drawn(books, f"requote/{order}") % 1000 < books.group_of(account).requotes_per_mille


def drawn(books: Books, name: str) -> int:
    """A number that the seed and a name give, the same in every run."""
    drawn_from = f"{books.seed}/{name}".encode()
    return int.from_bytes(hashlib.blake2b(drawn_from, digest_size=8).digest(), "big")


def fill(books: Books, account: Account, order: OrderTold, price: Decimal, at: int) -> Filled:
    """Fill an order whole at a price, or reject it for want of money.

    Hedging: a position of its own. Netting: adds to, reduces or reverses the symbol's one.
    """
    held = account.positions.get(order.symbol) if account.book.netting else None
    opposite = held is not None and held.side != order.side
    at = books.stamp(at)
    lots_more = order.lots - held.lots if held is not None and opposite else order.lots
    reason = _short_of_money(books, account, order, lots_more, price)
    if reason is not None:
        books.emit(msgspec.structs.replace(order, at=at, action="rejected", reason=reason.value))
        return Filled(at, price, reason)
    # After this point the order must be filled.
    entry: Entry = "in"
    if held is not None and opposite:
        entry = "inout" if order.lots > held.lots else "out"
    position = order.id if held is None else held.id
    filled = msgspec.structs.replace(
        order, at=at, action="filled", filled_price=price, filled_at=at, position=position
    )
    books.emit(filled)
    _deal(books, account, order, price, at, entry=entry, held=held)
    return Filled(at, price, None, position)


def close(
    books: Books,
    account: Account,
    position: Position,
    lots: Decimal,
    price: Decimal,
    at: int,
    *,
    reason: str,
    requested_at: int | None = None,
    received_at: int | None = None,
    client: str = "",
    comment: str = "",
) -> Filled:
    """Close a position or a part of it at a price."""
    at = books.stamp(at)
    order = OrderTold(
        account.id,
        at,
        books.number(),
        "filled",
        position.symbol,
        other_side(position.side),
        "market",
        lots,
        price,
        requested_at,
        at if received_at is None else received_at,
        filled_price=price,
        filled_at=at,
        reason=reason,
        client=client,
        position=position.id,
        comment=comment,
    )
    books.emit(order)
    _deal(books, account, order, price, at, entry="out", held=position)
    return Filled(at, price, None, position.id)


def report(books: Books, account: Account, at: int) -> None:
    """Tell what the account is worth."""
    valuing = books.valuing
    equity, margin = valuing.equity(account), valuing.margin(account)
    books.emit(Reported(account.id, at, account.balance, equity, margin))


def _deal(
    books: Books,
    account: Account,
    order: OrderTold,
    price: Decimal,
    at: int,
    *,
    entry: Entry,
    held: Position | None,
) -> None:
    instrument = books.catalogue.get(order.symbol)
    profit = swap = ZERO
    if held is not None and entry != "in":
        closing = min(order.lots, held.lots)
        profit = _booked(books, account, held, closing, price)
        swap = _booked_swap(account, held, closing)
    terms = books.group_of(account)
    # What only closes leaves the rates of the opening as they are.
    rate, margin_rate = (1, 1) if entry == "out" else _rates(books, instrument, account.currency)
    position = order.id if held is None else held.id
    books.emit(
        Dealt(
            account.id,
            at,
            books.number(),
            position,
            order.symbol,
            order.side,
            entry,
            order.lots,
            price,
            commission=round_half_away(
                terms.commission(instrument.asset_class, order.lots), account.digits
            ),
            swap=swap,
            profit=profit,
            order=order.id,
            reason=order.reason or "manual",
            stop=order.stop,
            target=order.target,
            trail=order.trail,
            rate=str(rate),
            margin_rate=str(margin_rate),
            comment=order.comment,
        )
    )
    watch_position(books, account, position)
    report(books, account, at)


def _booked(
    books: Books, account: Account, held: Position, lots: Decimal, price: Decimal
) -> Decimal:
    if lots == held.lots:
        return books.valuing.profit_at(account, held, price)
    instrument = books.catalogue.get(held.symbol)
    conversion = books.prices.conversion(instrument.profit_currency, account.currency)
    rate_bid, rate_ask = books.prices.rates(conversion)
    return floating_profit(
        instrument,
        held.side,
        lots,
        held.average,
        price,
        account_currency=account.currency,
        arithmetic=ARITHMETIC_USED,
        conversion=conversion,
        rate_bid=rate_bid,
        rate_ask=rate_ask,
    )


def _booked_swap(account: Account, held: Position, lots: Decimal) -> Decimal:
    """The closed part's share of what nights cost; the last part gets what is left."""
    kept = account.swaps.get(held.id, ZERO)
    if lots == held.lots or not kept:
        return kept
    return round_ratio_half_away(
        Fraction(kept) * Fraction(lots) / Fraction(held.lots), account.digits
    )


def _short_of_money(
    books: Books, account: Account, order: OrderTold, lots: Decimal, price: Decimal
) -> Reason | None:
    """Why the lots that would be opened anew cannot be; None: they can."""
    if lots <= ZERO:
        return None
    instrument = books.catalogue.get(order.symbol)
    rate, margin_rate = _rates(books, instrument, account.currency)
    equity = books.valuing.equity(account)
    if rate is None or margin_rate is None or equity is None:
        return Reason.NO_PRICE
    extra = Exposure(instrument, order.side, lots, price, rate, margin_rate)
    if books.valuing.margin(account, extra) > equity:
        return Reason.NOT_ENOUGH_MONEY
    return None


def _rates(
    books: Books, instrument: Instrument, currency: str
) -> tuple[Fraction | None, Fraction | None]:
    """What one unit of the profit and of the margin currency is worth; None: no price."""
    worth = books.prices.worth
    return worth(instrument.profit_currency, currency), worth(instrument.margin_currency, currency)
