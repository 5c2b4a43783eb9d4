"""Margin, notional and effective leverage of open positions, exact.

It must not fetch prices or rates: each exposure is handed in with what one unit of the currency
it is measured in is worth in account money.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import assert_never

from propdesk.domain.events import Side
from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import CalculationMode, Instrument
from propdesk.domain.values import value


class MarginError(ValueError):
    """Margin cannot be calculated; the rule that asks for it is unknown at this moment."""


@value(frozen=True, slots=True)
class Exposure:
    """What a position exposes the account to, at one price.

    ``rate`` is the account money one unit of the instrument's profit currency is worth;
    ``margin_rate`` the same for its margin currency. Both are 1 where the currencies are one.
    """

    instrument: Instrument
    side: Side
    lots: Decimal
    price: Decimal
    rate: Fraction = Fraction(1)
    margin_rate: Fraction = Fraction(1)


def notional_in_profit_currency(instrument: Instrument, lots: Decimal, price: Decimal) -> Fraction:
    """Value of the lots at a price, unsigned, in the profit currency.

    An inverse contract is a fixed amount of quote money, paid in the coin: size / price.
    """
    size = abs(Fraction(lots))
    match instrument.mode:
        case CalculationMode.CRYPTO_INVERSE:
            if price <= ZERO:
                raise MarginError(f"{instrument.symbol}: an inverse contract needs a price > 0")
            return size * Fraction(instrument.contract_size) / Fraction(price)
        case (
            CalculationMode.FX
            | CalculationMode.CFD
            | CalculationMode.INDEX_CFD
            | CalculationMode.FUTURES
            | CalculationMode.CRYPTO_LINEAR
        ):
            return size * Fraction(instrument.point_value()) * abs(Fraction(price))
        case _:  # pragma: no cover
            assert_never(instrument.mode)


def notional(exposure: Exposure) -> Fraction:
    """Unsigned value of a position in account currency."""
    return exposure.rate * notional_in_profit_currency(
        exposure.instrument, exposure.lots, exposure.price
    )


def margin_used(
    exposure: Exposure, leverage: Decimal, *, per_contract: Decimal | None = None
) -> Fraction:
    """Margin of one position in account currency, unrounded.

    FX: lots x contract size / leverage, in the base (margin) currency. CFDs, indices and coins:
    the value at the price / leverage. Futures: the exchange's amount per contract where it is
    given, else the value / leverage. An instrument's ``leverage_cap`` lowers the leverage.
    """
    if leverage <= ZERO:
        raise MarginError(f"a leverage of {leverage} is not possible")
    instrument = exposure.instrument
    cap = instrument.leverage_cap
    used = Fraction(leverage if cap is None else min(leverage, cap))
    match instrument.mode:
        case CalculationMode.FX:
            size = abs(Fraction(exposure.lots)) * Fraction(instrument.contract_size)
            return size * exposure.margin_rate / used
        case CalculationMode.FUTURES if per_contract is not None:
            return abs(Fraction(exposure.lots)) * Fraction(per_contract) * exposure.margin_rate
        case (
            CalculationMode.CFD
            | CalculationMode.INDEX_CFD
            | CalculationMode.FUTURES
            | CalculationMode.CRYPTO_LINEAR
            | CalculationMode.CRYPTO_INVERSE
        ):
            return notional(exposure) / used
        case _:  # pragma: no cover
            assert_never(instrument.mode)


def margin_by_asset_class(
    exposures: Iterable[Exposure],
    leverage: Decimal,
    *,
    leverage_by_class: Mapping[str, Decimal] | None = None,
) -> dict[str, Fraction]:
    """Margin used per asset class; a class may have a leverage of its own. No hedging discount."""
    classes = leverage_by_class or {}
    used: dict[str, Fraction] = {}
    for exposure in exposures:
        name = exposure.instrument.asset_class
        used[name] = used.get(name, Fraction(0)) + margin_used(
            exposure, classes.get(name, leverage)
        )
    return used


def free_margin(equity: Decimal, used: Fraction) -> Fraction:
    """What is left of equity; negative when it does not cover the margin."""
    return Fraction(equity) - used


def margin_level(equity: Decimal, used: Fraction) -> Fraction | None:
    """Equity in per cent of the margin used; None when flat, where it has no meaning."""
    return None if used == 0 else Fraction(equity) * 100 / used


def margin_use(equity: Decimal, used: Fraction) -> Fraction:
    """Margin used in per cent of equity. Raises ``MarginError`` where equity is not positive."""
    if equity <= ZERO:
        raise MarginError("margin use has no meaning without equity")
    return used * 100 / Fraction(equity)


def effective_leverage(exposures: Iterable[Exposure], equity: Decimal) -> Fraction:
    """The sum of all notionals, long and short alike, over equity.

    Raises ``MarginError`` where equity is not positive.
    """
    if equity <= ZERO:
        raise MarginError("effective leverage has no meaning without equity")
    return sum((notional(exposure) for exposure in exposures), Fraction(0)) / Fraction(equity)


def effective_leverage_by_class(
    exposures: Iterable[Exposure], equity: Decimal
) -> dict[str, Fraction]:
    """Effective leverage of each asset class that has a position."""
    by_class: dict[str, list[Exposure]] = {}
    for exposure in exposures:
        by_class.setdefault(exposure.instrument.asset_class, []).append(exposure)
    return {name: effective_leverage(held, equity) for name, held in by_class.items()}
