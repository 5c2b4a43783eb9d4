"""Spans of time a calendar lists, and the weeks, Sunday to Saturday, that calendars are made of.

It must not know any format.
"""

from bisect import bisect_right
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


def first_and_last(moments: Iterable[int]) -> tuple[int, int] | None:
    """The earliest and the latest moment; None where there is none."""
    first = last = None
    for at in moments:
        first = at if first is None else min(first, at)
        last = at if last is None else max(last, at)
    return None if first is None or last is None else (first, last)


def whole_weeks(moments: Iterable[int], zone: tzinfo) -> Scope | None:
    """From the first week to the last in which any of the moments lies; None: there is none."""
    found = first_and_last(moments)
    return found and Scope(week_of(found[0], zone).start, week_of(found[1], zone).end)


class Weeks:
    """The weeks on the clock of ``zone``, each computed once. Mutable: it grows."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._starts: list[int] = []
        self._weeks: list[Scope] = []

    def of(self, at: int) -> Scope:
        """The week in which ``at`` lies."""
        place = bisect_right(self._starts, at)
        if place and at in self._weeks[place - 1]:
            return self._weeks[place - 1]
        week = week_of(at, self._zone)
        self._starts.insert(place, week.start)
        self._weeks.insert(place, week)
        return week


def _local(at: int, zone: tzinfo) -> datetime:
    return datetime_of(at).astimezone(zone)
