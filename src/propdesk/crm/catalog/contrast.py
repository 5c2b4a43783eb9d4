"""How well two colours can be told apart (WCAG 2.2, relative luminance)."""

from decimal import Decimal
from typing import Final

WHITE: Final = "#ffffff"
READABLE_MIN: Final = Decimal("4.5")
"""Of text on its ground, level AA."""


def contrast(one: str, other: str) -> Decimal:
    """From 1 (the same) to 21 (black on white), to the hundredth, rounded down; colours as
    ``#rrggbb``."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    ratio = (lighter + Decimal("0.05")) / (darker + Decimal("0.05"))
    return ratio.quantize(Decimal("0.01"), rounding="ROUND_DOWN")


def _luminance(colour: str) -> Decimal:
    red, green, blue = (_linear(int(colour[place : place + 2], 16)) for place in (1, 3, 5))
    return Decimal("0.2126") * red + Decimal("0.7152") * green + Decimal("0.0722") * blue


def _linear(level: int) -> Decimal:
    share = Decimal(level) / 255
    if share <= Decimal("0.04045"):
        return share / Decimal("12.92")
    return ((share + Decimal("0.055")) / Decimal("1.055")) ** Decimal("2.4")
