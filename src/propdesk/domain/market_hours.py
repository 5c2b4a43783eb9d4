"""When a market is open: weekly sessions in a zone, less its holidays and early closes.

Wall times become instants with the zone's daylight saving of that very date. Knows no rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal, TypeAlias

from propdesk.domain.clock import local_instant, zone_of
from propdesk.domain.instants import DAY, datetime_of
from propdesk.domain.terms import Terms, TermsError

Weekday: TypeAlias = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT = time(0)
# The longest break looked for ahead; a market closed for longer has no rule about its close.
HORIZON = 15 * DAY


@dataclass(frozen=True, kw_only=True)
class Session(Terms):
    """One session of the week, in wall time."""

    from_day: Weekday
    """The weekday on which it opens."""
    opens: time
    """Wall time of its first moment."""
    to_day: Weekday
    """The weekday on which it closes; the same day as ``from_day``, or a later one."""
    closes: time
    """Wall time of the first moment after it."""

    @property
    def nights(self) -> int:
        """Dates between opening and closing; a session may last past Sunday."""
        days = (WEEKDAYS.index(self.to_day) - WEEKDAYS.index(self.from_day)) % 7
        return 7 if days == 0 and self.closes <= self.opens else days


@dataclass(frozen=True, kw_only=True)
class Closure(Terms):
    """A holiday (a date alone) or an early close (from a time, until a time)."""

    on: date
    """The date, in the zone of the market."""
    at: time = MIDNIGHT
    """Wall time from which the market is closed."""
    until: time | None = None
    """Wall time of the same date at which it opens again; none: the end of the date."""


@dataclass(frozen=True, slots=True)
class Break:
    """The market is closed in ``[closes, opens)``."""

    closes: int
    opens: int

    @property
    def micros(self) -> int:
        return self.opens - self.closes


@dataclass(frozen=True, kw_only=True)
class MarketHours(Terms):
    """The sessions of a market and the dates that differ."""

    zone: str
    """IANA zone, or ``server``."""
    sessions: tuple[Session, ...]
    """Sessions that touch are one: a break is only where none is open."""
    closures: tuple[Closure, ...] = ()
    """Holidays and early closes: what is taken away from the sessions."""

    def __post_init__(self) -> None:
        if not self.sessions:
            raise TermsError("market hours need at least one session")

    def is_open(self, at: int) -> bool:
        return any(start <= at < end for start, end in self._open_spans(at))

    def breaks(self, at: int) -> Iterator[Break]:
        """The breaks that end after ``at``, the one around ``at`` included, two weeks ahead."""
        spans = self._open_spans(at)
        for (_, closes), (opens, _) in pairwise(spans):
            if opens > at:
                yield Break(closes, opens)

    def open_micros(self, since: int, until: int) -> int:
        """Microseconds of ``[since, until)`` in which it is open."""
        total, begun = 0, since
        while begun < until:
            ended = min(until, begun + HORIZON - DAY)  # as far as the spans around it reach
            for opens, closes in self._open_spans(begun):
                total += max(min(closes, ended) - max(opens, begun), 0)
            begun = ended
        return total

    def _open_spans(self, at: int) -> tuple[tuple[int, int], ...]:
        return _spans_around(self, datetime_of(at).astimezone(zone_of(self.zone)).date())

    def closed_spans(self) -> Iterator[tuple[int, int]]:
        """``[from, until)`` of each closure."""
        zone = zone_of(self.zone)
        for each in self.closures:
            end = (
                local_instant(each.on + timedelta(days=1), MIDNIGHT, zone)
                if each.until is None
                else local_instant(each.on, each.until, zone)
            )
            yield local_instant(each.on, each.at, zone), end


@lru_cache(maxsize=64)  # every fill of a day asks for the same four weeks
def _spans_around(hours: MarketHours, date_now: date) -> tuple[tuple[int, int], ...]:
    """When the market is open from ``HORIZON`` before a local date until as long after it."""
    zone = zone_of(hours.zone)
    closed = sorted(hours.closed_spans())
    spans: list[tuple[int, int]] = []
    for number in range(-HORIZON // DAY, HORIZON // DAY + 1):
        day = date_now + timedelta(days=number)
        for session in hours.sessions:
            if session.from_day == weekday_of(day):
                start = local_instant(day, session.opens, zone)
                last = day + timedelta(days=session.nights)
                spans.append((start, local_instant(last, session.closes, zone)))
    return tuple(_merged([part for span in spans for part in _without(span, closed)]))


def _without(span: tuple[int, int], closed: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    start, end = span
    for shut, reopened in closed:
        if reopened <= start or shut >= end:
            continue
        if shut > start:
            yield start, shut
        start = max(start, reopened)
    if start < end:
        yield start, end


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def weekday_of(moment: datetime | date) -> Weekday:
    return WEEKDAYS[moment.weekday()]
