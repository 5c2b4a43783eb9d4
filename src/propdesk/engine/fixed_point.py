"""The profit of a position as a linear form in 64-bit integers, with a proof that none overflows.

``linear_form`` derives from the definition in ``domain.valuation`` the integers with which
``value = round_half_away((a * price - b) [* rate | / rate] / d)`` is that very definition in
minor units, for every price up to the symbol's ceiling. Where no such integers exist it names the
reason; it must not approximate.
"""

from decimal import Decimal
from enum import IntEnum, StrEnum
from math import gcd, lcm
from typing import assert_never

from propdesk.domain.events import Side
from propdesk.domain.instruments import CalculationMode, Instrument
from propdesk.domain.money import minor_digits
from propdesk.domain.valuation import Arithmetic, Conversion, ExactPrice
from propdesk.domain.values import value

MAGNITUDE_MAX = 2**62
"""No number the kernel forms is larger; a bit is kept free, so that a difference fits too."""


class NoForm(StrEnum):
    """Why a position has no form; its account is judged without the kernel."""

    INVERSE = "an inverse contract is not linear in its price"
    ENDLESS = "the platform rounds nothing, so a value may have no smallest unit"
    HALF_EVEN = "the platform rounds ties to the even neighbour"
    TOO_LARGE = "a product could leave 64 bits below the ceilings"


class Converted(IntEnum):
    """What is done with the conversion rate."""

    NOT = 0
    TIMES = 1
    DIVIDED = 2


class RateSide(IntEnum):
    """Which price of the conversion symbol is the rate."""

    OF_PROFIT = 0
    """A gain is multiplied at the bid or divided by the ask, a loss the other way round."""
    BID = 1
    ASK = 2
    OWN = 3
    """The position's own closing price."""


@value(frozen=True, slots=True)
class LinearForm:
    """``round_half_away((a * price - b) [* rate | / rate] / d)`` in the account's minor unit.

    ``price`` is the bid of a long and the ask of a short. It holds for prices and rates in points
    of these digits and of no larger magnitude than these ceilings; a rate is positive.
    """

    a: int
    b: int
    d: int
    converted: Converted
    rate_side: RateSide
    at_bid: bool
    price_digits: int
    price_ceiling: int
    rate_digits: int
    rate_ceiling: int
    value_max: int
    """No value is of larger magnitude."""

    @property
    def needs_rate(self) -> bool:
        """Whether another instrument's price converts it."""
        return self.converted is not Converted.NOT and self.rate_side is not RateSide.OWN

    def holds_for(
        self, price_digits: int, price_ceiling: int, rate_digits: int, rate_ceiling: int
    ) -> bool:
        """Whether it was made for prices and rates of just these digits and ceilings."""
        if (self.price_digits, self.price_ceiling) != (price_digits, price_ceiling):
            return False
        if not self.needs_rate:
            return True
        return (self.rate_digits, self.rate_ceiling) == (rate_digits, rate_ceiling)

    def value(self, price: int, rate_bid: int = 0, rate_ask: int = 0) -> int | None:
        """The value at these prices, in integers without an end; None for a rate below 1 point.

        What the kernel computes, written for whoever checks it.
        """
        profit = self.a * price - self.b
        if self.converted is Converted.NOT:
            return half_away(profit, self.d)
        rate = self._rate(profit, price, rate_bid, rate_ask)
        if rate <= 0:
            return None
        if self.converted is Converted.TIMES:
            return half_away(profit * rate, self.d)
        return half_away(profit, self.d * rate)

    def _rate(self, profit: int, price: int, rate_bid: int, rate_ask: int) -> int:
        match self.rate_side:
            case RateSide.OWN:
                return price
            case RateSide.BID:
                return rate_bid
            case RateSide.ASK:
                return rate_ask
            case RateSide.OF_PROFIT:
                times = self.converted is Converted.TIMES
                return rate_bid if (profit >= 0) is times else rate_ask
            case _:  # pragma: no cover
                assert_never(self.rate_side)


def half_away(numerator: int, denominator: int) -> int:
    """The quotient by a positive number, ties away from zero."""
    whole, rest = divmod(abs(numerator), denominator)
    whole += rest >= denominator - rest
    return whole if numerator >= 0 else -whole


def linear_form(
    instrument: Instrument,
    side: Side,
    lots: Decimal,
    open_price: ExactPrice,
    *,
    account_currency: str,
    arithmetic: Arithmetic,
    conversion: Conversion | None,
    price_digits: int,
    price_ceiling: int,
    rate_digits: int = 0,
    rate_ceiling: int = 0,
) -> LinearForm | NoForm:
    """The form of ``floating_profit`` of this position; the ceilings are in points.

    The conversion must fit the currencies, as ``floating_profit`` demands.
    """
    if instrument.mode is CalculationMode.CRYPTO_INVERSE:
        return NoForm.INVERSE
    if arithmetic.stage == "never":
        return NoForm.ENDLESS
    if arithmetic.ties != "half_away":
        return NoForm.HALF_EVEN
    converted, rate_side = _conversion(instrument, side, arithmetic, conversion)
    if rate_side is RateSide.OWN:
        rate_digits, rate_ceiling = price_digits, price_ceiling
    units = _product(lots if side == "buy" else -lots, instrument.point_value())
    times, under = 10 ** minor_digits(account_currency), 1
    if converted is Converted.TIMES:
        under = 10**rate_digits
    elif converted is Converted.DIVIDED:
        times *= 10**rate_digits
    a, b, d = _over_one_denominator(
        (units[0] * times, units[1] * under), 10**price_digits, open_price.as_integer_ratio()
    )
    largest = _largest(a, b, d, converted, price_ceiling, rate_ceiling)
    if largest is None:
        return NoForm.TOO_LARGE
    return LinearForm(
        a=a,
        b=b,
        d=d,
        converted=converted,
        rate_side=rate_side,
        at_bid=side == "buy",
        price_digits=price_digits,
        price_ceiling=price_ceiling,
        rate_digits=rate_digits,
        rate_ceiling=rate_ceiling,
        value_max=largest,
    )


def _conversion(
    instrument: Instrument, side: Side, arithmetic: Arithmetic, conversion: Conversion | None
) -> tuple[Converted, RateSide]:
    """``domain.valuation.rate_for`` as a choice made beforehand."""
    if conversion is None:
        return Converted.NOT, RateSide.OF_PROFIT
    converted = Converted.DIVIDED if conversion.inverse else Converted.TIMES
    if conversion.symbol == instrument.symbol:
        return converted, RateSide.OWN
    if arithmetic.conversion_side == "position_side":
        return converted, RateSide.BID if side == "buy" else RateSide.ASK
    return converted, RateSide.OF_PROFIT


def _product(first: Decimal, second: Decimal) -> tuple[int, int]:
    """As a numerator and a positive denominator. In integers: it is made with every deal."""
    one, other = first.as_integer_ratio(), second.as_integer_ratio()
    return one[0] * other[0], one[1] * other[1]


def _over_one_denominator(
    units: tuple[int, int], points_of_one: int, opened: tuple[int, int]
) -> tuple[int, int, int]:
    """Integers a, b, d without a common factor, d positive: a/d is what a point earns, b/d what
    the opening price is worth."""
    shared = lcm(points_of_one, opened[1])
    a = units[0] * (shared // points_of_one)
    b = units[0] * opened[0] * (shared // opened[1])
    d = units[1] * shared
    common = gcd(a, b, d)
    return a // common, b // common, d // common


def _largest(
    a: int, b: int, d: int, converted: Converted, price_ceiling: int, rate_ceiling: int
) -> int | None:
    """The largest magnitude a value can have; None where an intermediate could be too large.

    The kernel forms a·price, b, their difference, its product with the rate, and d or d·rate; a
    quotient and its remainder are smaller than these. Magnitudes grow with those of price and
    rate, so the ceilings decide.
    """
    profit = abs(a) * price_ceiling + abs(b)
    times = rate_ceiling if converted is Converted.TIMES else 1
    divided = rate_ceiling if converted is Converted.DIVIDED else 1
    numerator, denominator = profit * max(times, 1), d * max(divided, 1)
    if max(numerator, denominator) > MAGNITUDE_MAX:
        return None
    return half_away(numerator, d)  # a rate is one point at least
