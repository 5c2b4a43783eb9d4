"""Prices by their text: the same few hundred texts come a million times.

It must not grow without end, and it parses as strictly as the event file.
"""

from decimal import Decimal

from propdesk.domain.exact import parse_decimal

# A price takes some 250 bytes here: ten megabytes, and a year of ticks has fewer prices.
REMEMBERED_MAX = 40_000


class Prices(dict[str, Decimal]):
    """Decimals by their text, parsed at the first sight of each; ``ValueError`` as the parser."""

    def __missing__(self, text: str) -> Decimal:
        value = parse_decimal(text)
        if value <= 0:
            raise ValueError(f"{text[:40]!r} is not a price")
        if len(self) < REMEMBERED_MAX:
            self[text] = value
        return value
