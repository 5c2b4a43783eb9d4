"""Exact decimal arithmetic: the one context in which money is added and multiplied.

Nothing in here (or above it) may round without naming the rounding.
"""

from contextlib import AbstractContextManager
from decimal import (
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)
from fractions import Fraction

# A product of a price (12 digits), a volume (12) and a rate (12) fits three times over. Should a
# result ever need more, Inexact is raised: a wrong cent is worse than a refused account.
EXACT = Context(
    prec=120,
    rounding=ROUND_HALF_UP,
    traps=[InvalidOperation, DivisionByZero, Overflow, Inexact],
)
# Decimal's "half up" is half *away from zero*: -0.005 becomes -0.01, as the platforms book it.
ROUNDING = Context(
    prec=120, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow]
)

ZERO = Decimal(0)
# Amounts at the door: beyond these a figure is a typing error or an attack, not money.
INTEGER_DIGITS_MAX = 18
FRACTION_DIGITS_MAX = 12
SHORT_CHARACTERS_MAX = min(INTEGER_DIGITS_MAX, FRACTION_DIGITS_MAX)


def exactly() -> AbstractContextManager[Context]:
    """Run a block in the exact context; any silent rounding inside raises ``Inexact``."""
    return localcontext(EXACT)


def unit_of(digits: int) -> Decimal:
    """The smallest step of a number with ``digits`` decimals: 2 -> 0.01."""
    return Decimal(1).scaleb(-digits)


def round_half_away(value: Decimal, digits: int) -> Decimal:
    """``value`` rounded to ``digits`` decimals, ties away from zero."""
    return value.quantize(unit_of(digits), context=ROUNDING)


def round_ratio_half_away(value: Fraction, digits: int) -> Decimal:
    """An exact ratio rounded to ``digits`` decimals, ties away from zero."""
    scaled = abs(value) * 10**digits
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    # In this context, not the caller's: the default one would cut a long result at 28 digits.
    return Decimal(whole if value >= 0 else -whole).scaleb(-digits, context=EXACT)


def percent_of(percent: Decimal, amount: Decimal) -> Decimal:
    """``percent`` per cent of ``amount``, exact (a hundredth never rounds in decimals)."""
    return (percent * amount).scaleb(-2)


def parse_decimal(text: str) -> Decimal:
    """A finite decimal of reasonable size from its text.

    Raises ``ValueError`` with a sentence for anything else: NaN, infinity, an exponent, or more
    digits than money or prices have.
    """
    try:
        value = Decimal(text)
    except (InvalidOperation, ValueError):
        raise ValueError(f"{text[:40]!r} is not a decimal number") from None
    if len(text) <= SHORT_CHARACTERS_MAX and value.is_finite() and "e" not in text.lower():
        return value  # so few characters are inside every limit; nearly all figures are
    _sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int):
        raise ValueError(f"{text[:40]!r} is not a finite number")
    if len(digits) + exponent > INTEGER_DIGITS_MAX or exponent < -FRACTION_DIGITS_MAX:
        raise ValueError(
            f"{text[:40]!r} is outside what an amount or a price may be "
            f"({INTEGER_DIGITS_MAX} digits before the point, {FRACTION_DIGITS_MAX} after)"
        )
    return value
