"""Numbers of a workbook as the decimals and times a person sees.

A workbook keeps 17 digits of a binary float and shows 15. It must not round by the cell's
format: what is shown with two decimals may have been booked with three.
"""

import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["number", "time", "duration"]

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_PLAIN = re.compile(r"0|-?(?:[1-9]\d{0,6}(?:\.\d{0,7}[1-9])?|0\.\d{0,7}[1-9])")
_SHOWN = Context(prec=15, rounding=ROUND_HALF_UP)
_WIDE = Context(prec=60, rounding=ROUND_HALF_EVEN)
_EXPONENT_MAX = 30
# The formats that every workbook knows without naming them (ECMA-376 part 1, 18.8.30).
_TIMES = {*range(14, 23), *range(27, 37), *range(50, 59)}
_DURATIONS = {45, 46, 47}
_IN_QUOTES = re.compile(r'"[^"]*"|\\.|[_*].')
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS = re.compile(r"\[[^\]]*\]")
# The calendar of Excel believes in a 29 February 1900, so it is right only from March 1900 on.
_FROM_1900, _FROM_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - no zone
_DAYS_MAX = 2_950_000  # some day in the year 9976
_DAY_MS = 86_400_000


def kind_of_format(number: str, code: str | None) -> Kind:
    """What a number format makes of a number; ``code`` where the workbook defines it."""
    if code is None:
        known = int(number) if number.isdecimal() else 0
        if known in _DURATIONS:
            return "duration"
        return "time" if known in _TIMES else "number"
    bare = _IN_QUOTES.sub("", code.split(";", 1)[0])
    if _ELAPSED.search(bare):
        return "duration"
    bare = _BRACKETS.sub("", bare)
    if bare.strip().lower() in {"general", "standard"}:
        return "number"
    return "time" if re.search("[ymdhs]", bare, re.IGNORECASE) else "number"


def is_as_shown(text: str) -> bool:
    """Whether a number is surely written as it is shown: most are, and need no arithmetic."""
    return _PLAIN.fullmatch(text) is not None


def shown_number(text: str) -> str:
    """``1.0810999999999999`` as ``1.0811``; what is no number is left as it stands."""
    if not _NUMBER.fullmatch(text):
        return text
    value = _SHOWN.create_decimal(text)
    if value == 0:
        return "0"
    if abs(value.adjusted()) > _EXPONENT_MAX:
        return text
    return f"{value.normalize(_SHOWN):f}"


def shown_time(text: str, kind: Kind, *, from_1904: bool) -> str:
    """A count of days as ``2026-03-02 10:00:00``, with milliseconds where there are any.

    Less than a day is a time alone, and a duration is hours, minutes and seconds.
    """
    if not _NUMBER.fullmatch(text):
        return text
    days = Decimal(text)
    if not 0 <= days < _DAYS_MAX:
        return shown_number(text)
    passed = timedelta(
        milliseconds=int(_WIDE.multiply(days, Decimal(_DAY_MS)).to_integral_value(ROUND_HALF_EVEN))
    )
    if kind == "duration" or days < 1:
        seconds, rest = divmod(passed, timedelta(seconds=1))
        clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        return clock + _milliseconds(rest.microseconds)
    moment = (_FROM_1904 if from_1904 else _FROM_1900) + passed
    return f"{moment:%Y-%m-%d %H:%M:%S}{_milliseconds(moment.microsecond)}"


def _milliseconds(micros: int) -> str:
    return f".{micros // 1000:03}" if micros else ""
