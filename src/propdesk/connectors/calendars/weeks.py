"""Spans of time a calendar lists, and the weeks, Sunday to Saturday, that calendars are made of.

It must not know any format.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from propdesk.domain.clock import local_instant
from propdesk.domain.instants import datetime_of

FOREVER = 2**62


@dataclass(frozen=True, slots=True)
class Scope:
    """The moments in ``[start, end)``, in microseconds."""

    start: int
    end: int

    def __contains__(self, at: int) -> bool:
        return self.start <= at < self.end


def week_of(at: int, zone: tzinfo) -> Scope:
    """The week, Sunday to Saturday on the clock of ``zone``, in which ``at`` lies."""
    day = _local(at, zone).date()
    sunday = day - timedelta(days=(day.weekday() + 1) % 7)
    return Scope(
        local_instant(sunday, time(), zone), local_instant(sunday + timedelta(7), time(), zone)
    )


def day_of(at: int, zone: tzinfo) -> Scope:
    """The day on the clock of ``zone`` in which ``at`` lies."""
    day = _local(at, zone).date()
    return Scope(local_instant(day, time(), zone), local_instant(day + timedelta(1), time(), zone))


def whole_weeks(moments: Iterable[int], zone: tzinfo) -> Scope:
    """From the first week to the last in which any of the moments lies."""
    every = sorted(moments)
    return Scope(week_of(every[0], zone).start, week_of(every[-1], zone).end)


def _local(at: int, zone: tzinfo) -> datetime:
    return datetime_of(at).astimezone(zone)
