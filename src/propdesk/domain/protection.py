"""What a protective price would cost or earn, in account money.

Exact but for a ratio without an end, which is carried to 24 decimals. It must not guess: where a
conversion rate is missing the answer is None.
"""

from decimal import Decimal

from propdesk.domain.events import Side
from propdesk.domain.exact import ZERO
from propdesk.domain.levels import exactly_at
from propdesk.domain.situation import Situation, Span
from propdesk.domain.valuation import (
    ARITHMETIC,
    ExactPrice,
    Platform,
    ValuationError,
    compile_valuer,
    conversion_for,
    worst_and_best,
)


def outcome_at(
    situation: Situation,
    symbol: str,
    side: Side,
    lots: Decimal,
    *,
    opened: ExactPrice,
    price: Decimal,
) -> Span | None:
    """Profit of the lots if closed at ``price`` at the rates of this moment; None: not known."""
    instrument = situation.catalogue.find(symbol)
    if instrument is None:
        return None
    try:
        conversion = conversion_for(
            instrument.profit_currency, situation.currency, situation.catalogue
        )
        value = compile_valuer(
            instrument,
            side,
            lots,
            opened,
            situation.currency,
            ARITHMETIC[Platform.EXACT],
            conversion,
        )
        if conversion is None:
            low, high = worst_and_best(value, (price, price))
        elif conversion.symbol == instrument.symbol:
            low, high = worst_and_best(value, (price, price), (price, price), (price, price))
        else:
            rates = situation.prices.get(conversion.symbol)
            if rates is None:
                return None
            low, high = worst_and_best(
                value, (price, price), (rates[0], rates[1]), (rates[2], rates[3])
            )
    except ValuationError:
        return None
    return Span(low, high)


def risk_at(
    situation: Situation,
    symbol: str,
    side: Side,
    lots: Decimal,
    *,
    opened: ExactPrice,
    stop: Decimal | None,
) -> Span | None:
    """Money at risk down to ``stop``: never negative, zero where no stop is set."""
    if stop is None:
        return exactly_at(ZERO)
    outcome = outcome_at(situation, symbol, side, lots, opened=opened, price=stop)
    if outcome is None:
        return None
    return Span(max(-outcome.high, ZERO), max(-outcome.low, ZERO))
