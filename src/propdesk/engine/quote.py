"""The price of an instrument in points, as it stands in the kernel's rows.

It must not know how many digits a point has: the book does.
"""

from propdesk.domain.values import value
from propdesk.engine.layout import Rows


@value(frozen=True, slots=True)
class Quote:
    """Prices in points; None before the first, in a silence, or beyond the ceiling."""

    bid: int
    ask: int


def quote_in(instruments: Rows, number: int) -> Quote | None:
    """The price of an instrument in rows as of some tick; None where there was none that counts."""
    if number >= len(instruments):
        return None
    bid, ask, *_, known, _silent = instruments[number].item()  # a row at once: it is asked often
    return Quote(bid, ask) if known else None
