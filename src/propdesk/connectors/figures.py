"""Numbers and times as MetaTrader prints them; times also as a workbook's are written out.

It must not guess: what is not exactly a figure raises ``ValueError`` with the text in it.
"""

import re
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from propdesk.connectors.local_times import moment_of
from propdesk.domain.exact import ZERO, parse_decimal

_NUMBER = re.compile(r"[+-]?\d{1,3}(?: \d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?")
_MOMENT = re.compile(r"(\d{4})[.-](\d\d)[.-](\d\d) (\d\d):(\d\d)(?::(\d\d)(?:\.(\d{3}))?)?")


# A decimal takes 104 bytes: what most rows share (nothing, a round lot, a commission) is one.
@lru_cache(maxsize=4096)
def number(text: str) -> Decimal:
    """``"-1 234.50"`` as a decimal; blanks group thousands, the point is the decimal mark."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a number")
    return parse_decimal(text.replace(" ", ""))


def money(text: str) -> Decimal:
    """A booked amount; an empty cell is nothing booked."""
    return number(text) if text else ZERO


def price(text: str) -> Decimal | None:
    """A protective price: none where the cell is empty or zero."""
    value = money(text)
    return value if value != ZERO else None


def lots(text: str) -> Decimal:
    """A traded volume (of ``"4 / 4"`` the part that was asked for); more than zero."""
    value = number(text.partition(" / ")[0].strip())
    if value <= ZERO:
        raise ValueError(f"a volume of {text!r} lots is not possible")
    return value


def positive_price(text: str) -> Decimal:
    """The price of a fill."""
    value = number(text)
    if value <= ZERO:
        raise ValueError(f"{text!r} is not a price")
    return value


def moment(text: str, zone: tzinfo) -> int:
    """Microseconds of ``"2016.01.05 09:02:11"`` read on the clock of ``zone``."""
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a time of the form 2016.01.05 09:02:11")
    year, month, day, hour, minute, second, milli = (int(part or 0) for part in found.groups())
    try:
        local = datetime(year, month, day, hour, minute, second, milli * 1000, tzinfo=zone)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time: {error}") from None
    return moment_of(local)
