"""Prices as whole points of a symbol: exact, and remembered, because the same few come again.

It must not round: a price with more decimals than it is asked for has no points.
"""

from decimal import Decimal

from propdesk.domain.exact import EXACT

DIGITS_MAX = 12
PRICE_MAX = Decimal("1e12")
"""No instrument costs a million million. Every price up to it has points of 64 bits with six
decimals; with more decimals the highest price is lower (``POINTS_MAX``)."""
POINTS_MAX = 2**62
# A day's prices of one symbol are fewer; a thousand symbols then take some two hundred megabytes
# at most.
REMEMBERED_MAX = 2_000
_EVERY_DIGIT_MAX = 100


def places_of(price: Decimal) -> int:
    """The decimals a finite price needs; zeros at its end are none."""
    _sign, digits, exponent = price.as_tuple()
    if not isinstance(exponent, int) or exponent >= 0 or not price:
        return 0
    if len(digits) > _EVERY_DIGIT_MAX:
        return -exponent  # nobody quotes a hundred digits, whatever the last ones are
    needed = EXACT.normalize(price).as_tuple().exponent
    return max(-needed, 0) if isinstance(needed, int) else 0


class Points:
    """The points of prices with ``digits`` decimals."""

    __slots__ = ("_known", "digits")

    def __init__(self, digits: int) -> None:
        self.digits = digits
        self._known: dict[Decimal, int] = {}

    def known(self, price: Decimal) -> int | None:
        """The points of a price that was asked for before."""
        try:
            return self._known.get(price)
        except TypeError:  # a signalling NaN has no hash
            return None

    def of(self, price: Decimal) -> int | None:
        """The points of a finite price; None where they are beyond 64 bits, or no whole number."""
        scaled = EXACT.scaleb(price, self.digits)
        points = int(scaled)
        if points != scaled or abs(points) > POINTS_MAX:
            return None
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        self._known[price] = points
        return points
