"""When a market is open, as far as silence is judged: a small table stated in New York time.

Currencies rest from Friday 17:00 to Sunday 17:00; metals, energies and indices open an hour
later and pause every day from 17:00 to 18:00; coins never rest. Christmas and New Year's Day
are shut for all but coins. Early closes are not in the table: a silence then counts.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo

from propdesk.domain.instants import datetime_of, micros_of
from propdesk.domain.instruments import Catalogue

Hours: TypeAlias = Literal["currency", "pausing", "always"]

_NEW_YORK = ZoneInfo("America/New_York")
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
_SHUT = {(12, 25), (1, 1)}
_CLOSE_HOUR = 17
_METALS = ("XAU", "XAG", "XPT", "XPD")


def hours_of(symbol: str, catalogue: Catalogue) -> Hours:
    """Which hours a symbol keeps; one that is not known keeps those of currencies."""
    instrument = catalogue.find(symbol)
    if instrument is None:
        return "pausing" if symbol.upper().startswith(_METALS) else "currency"
    if instrument.asset_class == "crypto":
        return "always"
    return "currency" if instrument.asset_class == "forex" else "pausing"


def open_time(hours: Hours, since: int, until: int) -> int:
    """Microseconds between two moments in which the market was open."""
    if hours == "always" or until <= since:
        return max(until - since, 0)
    closed = 0
    for start, end in _closures(hours, since, until):
        closed += max(min(end, until) - max(start, since), 0)
    return until - since - closed


def moment_after(hours: Hours, since: int, open_us: int) -> int:
    """The first moment by which the market was open for ``open_us`` microseconds."""
    moment = since + open_us
    while (missing := open_us - open_time(hours, since, moment)) > 0:
        moment += missing
    return moment


def _closures(hours: Hours, since: int, until: int) -> Iterator[tuple[int, int]]:
    """Closed spans around ``[since, until]``, none overlapping another.

    A trading day is named by the calendar day on which it ends at 17:00 in New York.
    """
    day = _local_day(since) - timedelta(days=1)
    last = _local_day(until) + timedelta(days=2)
    reopens = _CLOSE_HOUR + (hours == "pausing")
    while day <= last:
        start, end = _at(day - timedelta(days=1), _CLOSE_HOUR), _at(day, _CLOSE_HOUR)
        if day.weekday() in {_SATURDAY, _SUNDAY} or (day.month, day.day) in _SHUT:
            yield start, end
        elif hours == "pausing":
            yield start, _at(day - timedelta(days=1), reopens)
        day += timedelta(days=1)


def _local_day(at: int) -> date:
    return datetime_of(at).astimezone(_NEW_YORK).date()


def _at(day: date, hour: int) -> int:
    return micros_of(datetime(day.year, day.month, day.day, hour, tzinfo=_NEW_YORK).astimezone(UTC))
