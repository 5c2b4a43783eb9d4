"""How large a position is in the unit of a limit: lots, contracts, minis, money, margin.

Ratios are exact. A size that needs a rate known only as a span is a span; one whose rate or
instrument is missing is None. It must not hold a limit against anything.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Literal, TypeAlias

from propdesk.domain.events import Side
from propdesk.domain.instruments import Instrument
from propdesk.domain.margin import Exposure, margin_used, notional
from propdesk.domain.positions import Position
from propdesk.domain.situation import Situation
from propdesk.domain.valuation import ExactPrice, NoConversion, conversion_for
from propdesk.domain.values import value

Unit: TypeAlias = Literal[
    "contracts", "lots", "mini_equivalents", "notional", "margin_percent", "effective_leverage"
]
Aggregation: TypeAlias = Literal["order", "instrument", "group", "absolute_sum", "all_open"]
EVERYTHING = "all"
Range: TypeAlias = tuple[Fraction, Fraction]
NOTHING: Range = (Fraction(0), Fraction(0))


@value(frozen=True, slots=True)
class Held:
    """A position, or a trade that was only reported, as far as its size goes."""

    key: str
    symbol: str
    side: Side
    lots: Decimal
    price: ExactPrice | None = None
    notional: Decimal | None = None  # in account currency, where a report told it


def size_of(
    held: Held,
    unit: Unit,
    situation: Situation,
    leverage: Decimal | None = None,
    leverage_by_class: dict[str, Decimal] | None = None,
) -> Range | None:
    """The size of one position; for ``margin_percent`` its margin, for leverage its notional.

    Notional and margin are taken at the opening price, as platforms book them; effective
    leverage at the price it would close at now.
    """
    lots = Fraction(held.lots)
    if unit == "contracts":
        return _exactly(Fraction(ceil(lots)))
    if unit == "lots":
        return _exactly(lots)
    instrument = situation.catalogue.find(held.symbol)
    if instrument is None:
        return None
    if unit == "mini_equivalents":
        return _exactly(lots * Fraction(instrument.mini_equivalent))
    if held.price is None:
        known = held.notional if unit != "margin_percent" else None
        return None if known is None else _exactly(Fraction(known))
    rates = _rates(instrument, instrument.profit_currency, held, situation)
    margin_rates = rates
    if unit == "margin_percent":
        margin_rates = _rates(instrument, instrument.margin_currency, held, situation)
    if rates is None or margin_rates is None:
        return None
    price = _price_now(held, situation) if unit == "effective_leverage" else held.price
    if price is None:
        return None
    used = (leverage_by_class or {}).get(instrument.asset_class, leverage)
    if unit == "margin_percent" and used is None:
        return None  # no leverage is given for this asset class
    ends = []
    # Both ends are one where nothing is a span: then one of them is enough.
    are_known = rates[0] is rates[1] and margin_rates[0] is margin_rates[1]
    for rate, margin_rate in zip(rates[are_known:], margin_rates[are_known:], strict=True):
        exposure = Exposure(
            instrument=instrument,
            side=held.side,
            lots=held.lots,
            price=Decimal(1),
            rate=rate,
            margin_rate=margin_rate,
        )
        ends.append(_at_price(exposure, Fraction(price), unit, used))
    return (min(ends), max(ends))


def gross_exposure(held: Held, situation: Situation) -> Range | None:
    """What a position is worth at the prices it may close at now, unsigned, in account money."""
    instrument = situation.catalogue.find(held.symbol)
    if instrument is None:
        return None
    prices = situation.prices.get(instrument.symbol)
    rates = _rates(instrument, instrument.profit_currency, held, situation)
    if prices is None or rates is None:
        return None
    worths = [
        notional(Exposure(instrument, held.side, held.lots, price, rate))
        for price in (prices[:2] if held.side == "buy" else prices[2:])
        for rate in rates
    ]
    return min(worths), max(worths)


def margin_of(held: Held, situation: Situation) -> Range | None:
    """The margin a position uses at the account's own leverage; None where that was not told."""
    if situation.leverage is None:
        return None
    return size_of(held, "margin_percent", situation, situation.leverage)


def held_in(position: Position) -> Held:
    """An open position as far as its size goes."""
    return Held(position.id, position.symbol, position.side, position.lots, position.average)


def _at_price(
    exposure: Exposure, price: Fraction, unit: Unit, leverage: Decimal | None
) -> Fraction:
    """Notional or margin at a price that may be a ratio."""
    instrument = exposure.instrument
    if unit == "margin_percent":
        if leverage is None:
            raise ValueError("margin needs a leverage")
        if instrument.mode == "fx":
            return margin_used(exposure, leverage)
        value = margin_used(exposure, leverage)
    else:
        value = notional(exposure)
    # Both are linear in the price (inverse contracts: in its reciprocal), and were taken at 1.
    return value / price if instrument.mode == "crypto_inverse" else value * abs(price)


def _price_now(held: Held, situation: Situation) -> ExactPrice | None:
    instrument = situation.catalogue.get(held.symbol)
    prices = situation.prices.get(instrument.symbol) or situation.prices.get(held.symbol)
    if prices is None:
        return held.price
    return prices[0] if held.side == "buy" else prices[3]


def _rates(instrument: Instrument, currency: str, held: Held, situation: Situation) -> Range | None:
    """Account money per unit of ``currency``: the ask for a buy, the bid for a sell."""
    try:
        conversion = conversion_for(currency, situation.currency, situation.catalogue)
    except NoConversion:
        return None
    if conversion is None:
        return _exactly(Fraction(1))
    prices = situation.prices.get(conversion.symbol)
    if prices is not None:
        low, high = prices[2:] if held.side == "buy" else prices[:2]
        ends = _exactly(Fraction(low)) if low == high else (Fraction(low), Fraction(high))
    elif conversion.symbol == instrument.symbol and held.price is not None:
        ends = _exactly(Fraction(held.price))
    else:
        return None
    if min(ends) <= 0:
        return None
    if not conversion.inverse:
        return ends
    return _exactly(1 / ends[0]) if ends[0] is ends[1] else (1 / ends[1], 1 / ends[0])


def _exactly(value: Fraction) -> Range:
    return (value, value)


def margin_cap(percent: Decimal, amount: Decimal) -> Fraction:
    """The money margin may use."""
    return Fraction(percent) * Fraction(amount) / 100


def largest_notional(margin: Fraction, leverage: Decimal) -> Fraction:
    """The value that much margin carries."""
    return margin * Fraction(leverage)


def largest_lots(
    value: Fraction, price: Decimal, contract_size: Decimal, step: Decimal = Decimal("0.01")
) -> Decimal:
    """The most lots of a value, rounded down to the volume step."""
    return (value / (Fraction(price) * Fraction(contract_size)) // Fraction(step)) * step


def rooms(caps: Mapping[str, Decimal], used: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """What each group may still open."""
    return {name: Fraction(cap) - used.get(name, Fraction(0)) for name, cap in caps.items()}


def totals(
    held: Iterable[tuple[str, str, str, Range]], aggregation: Aggregation
) -> dict[str, Range]:
    """Sizes added up: ``held`` gives instrument, asset class, side and size of each position."""
    sums: dict[str, Range] = {}
    nets: dict[str, Range] = {}
    for symbol, asset_class, side, (low, high) in held:
        if aggregation == "absolute_sum":
            before = nets.get(symbol, NOTHING)
            signed = (low, high) if side == "buy" else (-high, -low)
            nets[symbol] = (before[0] + signed[0], before[1] + signed[1])
            continue
        name = {"instrument": symbol, "group": asset_class}.get(aggregation, EVERYTHING)
        before = sums.get(name, NOTHING)
        sums[name] = (before[0] + low, before[1] + high)
    for low, high in nets.values():
        least = Fraction(0) if low <= 0 <= high else min(abs(low), abs(high))
        before = sums.get(EVERYTHING, NOTHING)
        sums[EVERYTHING] = (before[0] + least, before[1] + max(abs(low), abs(high)))
    return sums
