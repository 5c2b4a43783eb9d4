"""Days and times of day as calendars write them, on a named clock.

It must not guess which number is the month, or fill in a time that was not told.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from propdesk.domain.clock import local_instant
from propdesk.domain.instants import micros_of

_NO_TIME = {"", "tentative", "all day", "n/a", "na", "tbd", "tba", "null", "none", "-", "nan"}
_DAY = re.compile(r"(\d{4})[-./](\d{1,2})[-./](\d{1,2})")
_AMERICAN = re.compile(r"(\d\d)-(\d\d)-(\d{4})")
_MONTH_DAY = re.compile(r"([A-Za-z]{3})[a-z]* (\d{1,2})")
_YEARS = range(1990, 2101)  # beyond them a figure is no year, and no clock is known
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?\s*([ap]m)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Told:
    """When a release is said to be: a moment, or the words in place of one."""

    at: int | None
    said: str = ""


def names_no_time(text: str) -> bool:
    """Whether a cell says that the time is not known, or does not exist."""
    words = text.strip().casefold()
    return words in _NO_TIME or bool(re.fullmatch(r"day \d+|\d+(st|nd|rd|th)[-–].*", words))


def day(text: str) -> date:
    """``2026-08-07`` with any of ``-./``; ``08-07-2026`` is month first, as the weekly feed has."""
    found = _DAY.fullmatch(text.strip())
    american = _AMERICAN.fullmatch(text.strip())
    if found is not None:
        year, month, number = (int(part) for part in found.groups())
    elif american is not None:
        month, number, year = (int(part) for part in american.groups())
    else:
        raise ValueError(f"{text[:40]!r} is not a day of the form 2026-08-07")
    return _date(year, month, number, text)


def day_of_year(text: str, year: int) -> date:
    """``Mar 1`` of a year that is known otherwise."""
    found = _MONTH_DAY.fullmatch(text.strip())
    if found is None or found[1].casefold() not in _MONTHS:
        raise ValueError(f"{text[:40]!r} is not a day of the form 'Mar 1'")
    return _date(year, _MONTHS.index(found[1].casefold()) + 1, int(found[2]), text)


def _date(year: int, month: int, number: int, text: str) -> date:
    try:
        found = date(year, month, number)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a day of the calendar") from None
    if found.year not in _YEARS:
        raise ValueError(f"{text[:40]!r} is a day of no year between 1990 and 2100")
    return found


def is_day(text: str) -> bool:
    """Whether a cell holds a day and no time of day."""
    return bool(_DAY.fullmatch(text.strip()) or _AMERICAN.fullmatch(text.strip()))


def time_of_day(text: str) -> time:
    """``8:30am``, ``20:30`` or ``20:30:00``."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a time of day such as 8:30am or 20:30")
    hour, half = int(found[1]), (found[4] or "").casefold()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(f"{text[:40]!r} is not a time of day")
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, int(found[2]), int(found[3] or 0))
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a time of day") from None


def moment(text: str, zone: tzinfo | None) -> int:
    """A whole time: with its offset, or else on the clock of ``zone``."""
    written = text.strip().replace("/", "-")
    if re.match(r"\d{4}\.\d", written):
        written = written.replace(".", "-", 2)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a time such as 2026-08-07T08:30:00-04:00") from None
    if found.year not in _YEARS:
        raise ValueError(f"{text[:40]!r} is a time of no year between 1990 and 2100")
    if found.tzinfo is not None:
        return micros_of(found)
    return on_clock(found.date(), found.time(), zone)


def on_clock(when: date, at: time, zone: tzinfo | None) -> int:
    """The moment at which the clock of ``zone`` shows this."""
    if zone is None:
        raise ValueError("the time names no zone; name the clock of the calendar")
    return local_instant(when, at, zone)
