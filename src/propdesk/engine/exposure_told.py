"""What the accounts hold together, added up part by part when somebody asks.

A part is bounded, so that the engine judges between two of them. It must not value a position as a
rule does: worths are in the middle of bid and ask, to be looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from propdesk.domain.instruments import Catalogue, Instrument
from propdesk.domain.margin import MarginError, notional_in_profit_currency
from propdesk.domain.situation import Situation
from propdesk.domain.worth import Prices
from propdesk.engine.seats import Seat
from propdesk.wire.live_exposure import ExposurePart, SymbolHeld

SEATS_OF_A_PART = 5_000
PLACES = Decimal("1.00000000")
NONE = Decimal(0)


@dataclass(slots=True)
class _Sum:
    """Of one symbol. ``seen`` is an account that holds it: prices are asked through it."""

    instrument: Instrument
    seen: Situation
    long: Decimal = NONE
    short: Decimal = NONE
    accounts: int = 0
    largest: str = ""
    largest_lots: Decimal = NONE


def exposure_part(
    seats: Iterable[Seat], count: int, begin: int, reporting: str, at: int
) -> ExposurePart:
    """The accounts from the ``begin``-th of ``count`` on, ``SEATS_OF_A_PART`` at most."""
    sums: dict[str, _Sum] = {}
    unknown = 0
    for seat in islice(seats, begin, begin + SEATS_OF_A_PART):
        account = seat.evaluator.account
        if account is not None and account.situation.positions:
            unknown += _add(sums, seat.name, account.situation)
    behind = begin + SEATS_OF_A_PART
    return ExposurePart(
        rows=tuple(_told(each, reporting) for each in sums.values()),
        next=behind if behind < count else None,
        accounts=count,
        unknown=unknown,
        at=at,
    )


def _add(sums: dict[str, _Sum], name: str, situation: Situation) -> int:
    """Add an account's positions, and say how many are of no known instrument."""
    net: dict[str, Decimal] = {}
    unknown = 0
    for position in situation.positions.values():
        instrument = situation.catalogue.find(position.symbol)
        if instrument is None:
            unknown += 1
            continue
        found = sums.get(instrument.symbol)
        if found is None:
            found = sums[instrument.symbol] = _Sum(instrument, situation)
        before = net.get(instrument.symbol, NONE)
        if position.side == "buy":
            found.long += position.lots
            net[instrument.symbol] = before + position.lots
        else:
            found.short += position.lots
            net[instrument.symbol] = before - position.lots
    for symbol, lots in net.items():
        found = sums[symbol]
        found.accounts += 1
        if not found.largest or abs(lots) > abs(found.largest_lots):
            found.largest, found.largest_lots = name, lots
    return unknown


def _told(one: _Sum, reporting: str) -> SymbolHeld:
    instrument, seen = one.instrument, one.seen
    return SymbolHeld(
        symbol=instrument.symbol,
        base_currency=instrument.base_currency,
        profit_currency=instrument.profit_currency,
        asset_class=instrument.asset_class,
        long_lots=f"{one.long:f}",
        short_lots=f"{one.short:f}",
        accounts=one.accounts,
        largest=one.largest,
        largest_lots=f"{one.largest_lots:f}",
        lot_size=f"{instrument.contract_size:f}",
        lot_worth=_text(_lot_worth(instrument, seen.prices.get(instrument.symbol))),
        rate=_text(_rate(instrument.profit_currency, reporting, seen)),
    )


def _lot_worth(instrument: Instrument, prices: Prices | None) -> Fraction | None:
    if prices is None:
        return None
    try:
        return notional_in_profit_currency(instrument, Decimal(1), _middle(prices))
    except MarginError:
        return None  # a price at which it has no worth


def _rate(currency: str, reporting: str, seen: Situation) -> Fraction | None:
    """By the one symbol that links the two."""
    if currency == reporting:
        return Fraction(1)
    catalogue: Catalogue = seen.catalogue
    for pair, is_inverse in (
        (catalogue.pair(currency, reporting), False),
        (catalogue.pair(reporting, currency), True),
    ):
        prices = None if pair is None else seen.prices.get(pair.symbol)
        if prices is not None and _middle(prices):
            middle = Fraction(_middle(prices))
            return 1 / middle if is_inverse else middle
    return None


def _middle(prices: Prices) -> Decimal:
    return (prices[0] + prices[3]) / 2


def _text(amount: Fraction | None) -> str | None:
    """With eight places, rounded half to even."""
    if amount is None:
        return None
    return f"{(Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(PLACES):f}"
