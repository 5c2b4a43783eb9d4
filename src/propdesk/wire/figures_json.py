"""How single figures are written in the result JSON: money, ratios, spans, exact values.

Unknown is null, never zero. Nothing is computed here.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from propdesk.domain.exact import round_half_away, round_ratio_half_away
from propdesk.domain.judging import Figure
from propdesk.domain.situation import Span

RATIO_DIGITS = 4


def money(amount: Figure | None, digits: int) -> str | None:
    """An amount with its currency's minor digits, rounded half away from zero."""
    if amount is None:
        return None
    if isinstance(amount, Fraction):
        return f"{round_ratio_half_away(amount, digits):f}"
    return f"{round_half_away(Decimal(amount), digits):f}"


def exact(amount: Figure | None) -> str | None:
    """The unrounded figure: a decimal, or a ratio ``n/d`` where it has no end."""
    if isinstance(amount, Decimal):  # nearly every figure, and the quickest question
        return f"{amount.normalize():f}"
    if amount is None:
        return None
    return str(amount) if isinstance(amount, Fraction) else f"{Decimal(amount).normalize():f}"


def plain(value: object, digits: int) -> Any:
    """Any figure, flag or nested value as JSON can hold it; money by the minor digits."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return money(value, digits)
        case Fraction():
            return f"{round_ratio_half_away(value, RATIO_DIGITS):f}"
        case Mapping():
            return {str(key): plain(each, digits) for key, each in value.items()}
        case list() | tuple():
            return [plain(each, digits) for each in value]
        case _ if hasattr(value, "__dataclass_fields__"):
            names = value.__dataclass_fields__
            return {name: plain(getattr(value, name), digits) for name in names}
        case _:
            return str(value)


def span(amounts: Span | None, digits: int) -> str | None:
    """Both ends of what is known, or the one figure they are."""
    if amounts is None:
        return None
    low, high = money(amounts.low, digits), money(amounts.high, digits)
    return low if low == high else f"{low} … {high}"
