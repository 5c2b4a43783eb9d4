"""Trading days: where one ends and the next begins, in a named zone with its daylight saving.

The zone ``server`` is what most MetaTrader brokers run: New York plus seven hours, so that the
day ends with the New York close and the offset is GMT+2, or GMT+3 on *United States* dates.
Nothing here reads the present time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from propdesk.domain.instants import MINUTE, datetime_of, micros_of
from propdesk.domain.terms import Terms, TermsError

SERVER = "server"
WINDOW_MINUTES_MAX = 12 * 60
_SERVER_AHEAD = timedelta(hours=7)


class UnknownZone(ValueError):
    """The name is neither ``server`` nor an IANA zone. The caller shows the sentence."""


class ServerZone(tzinfo):
    """New York plus seven hours. Its switches fall on 09:00 of the Sunday, when markets rest."""

    def __init__(self) -> None:
        self._new_york = ZoneInfo("America/New_York")

    def utcoffset(self, moment: datetime | None) -> timedelta | None:
        if moment is None:
            return None
        local = moment.replace(tzinfo=None) - _SERVER_AHEAD
        offset = local.replace(tzinfo=self._new_york, fold=moment.fold).utcoffset()
        return None if offset is None else offset + _SERVER_AHEAD

    def dst(self, moment: datetime | None) -> timedelta | None:
        if moment is None:
            return None
        local = moment.replace(tzinfo=None) - _SERVER_AHEAD
        return local.replace(tzinfo=self._new_york, fold=moment.fold).dst()

    def fromutc(self, moment: datetime) -> datetime:
        new_york = moment.replace(tzinfo=UTC).astimezone(self._new_york)
        shifted = new_york.replace(tzinfo=None) + _SERVER_AHEAD
        return shifted.replace(tzinfo=self, fold=new_york.fold)

    def tzname(self, moment: datetime | None) -> str:
        offset = self.utcoffset(moment)
        return SERVER if offset is None else f"GMT+{offset // timedelta(hours=1)}"

    def __repr__(self) -> str:
        return "ServerZone()"


@lru_cache
def zone_of(name: str) -> tzinfo:
    """The zone called ``name``: ``server`` or an IANA name. Raises ``UnknownZone``."""
    if name == SERVER:
        return ServerZone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(f"{name[:60]!r} is neither 'server' nor an IANA time zone") from None


def local_instant(day: date, at: time, zone: tzinfo) -> int:
    """Microseconds at which wall clocks in ``zone`` first show ``at`` on ``day``.

    A time skipped by daylight saving is the moment of the switch's far side (read with the
    offset before it); a time that happens twice is the first one.
    """
    return micros_of(datetime.combine(day, at, tzinfo=zone).astimezone(UTC))


@dataclass(frozen=True, slots=True)
class TradingDay:
    """One trading day: ``[start, end)`` in microseconds, named after the local date ``label``."""

    label: date
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class SnapshotWindow(Terms):
    """The firm takes a day's first figures at some moment around the reset, and says not when."""

    before_minutes: int = 0
    """How long before the reset it may be."""
    after_minutes: int = 0
    """How long after the reset it may be."""

    def __post_init__(self) -> None:
        both = (self.before_minutes, self.after_minutes)
        if min(both) < 0 or not 0 < sum(both) <= WINDOW_MINUTES_MAX:
            raise TermsError(
                f"a snapshot's window lasts from 1 to {WINDOW_MINUTES_MAX} minutes around the reset"
            )


@dataclass(frozen=True)
class DayClock:
    """Cuts time into trading days at ``reset`` (wall time) in ``zone``.

    ``label_end``: the day bears the date on which it ends (a futures session that starts Sunday
    17:00 is Monday's); otherwise the date on which it starts. ``merged_dates`` are local dates
    whose early close makes their session part of the next one. ``session_end``: wall time from
    which no session runs until the reset; what happens in between is of the day that ended.
    """

    zone_name: str
    reset: time
    label_end: bool = False
    merged_dates: frozenset[date] = frozenset()
    session_end: time | None = None
    snapshot_window: SnapshotWindow | None = None

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.zone_name)

    def day_of(self, at: int) -> TradingDay:
        """The trading day that contains the moment ``at``."""
        local = datetime_of(at).astimezone(self.zone)
        day = local.date()
        if at < local_instant(day, self.reset, self.zone):
            day -= timedelta(days=1)
        elif at >= local_instant(day + timedelta(days=1), self.reset, self.zone):
            day += timedelta(days=1)  # only where a zone skips a whole date
        return self._widened(day)

    def next_day(self, day: TradingDay) -> TradingDay:
        """The trading day after ``day``; accounts of one clock, which roll together, share it."""
        return _day_at(self, day.end)

    def snapshot_of(self, at: int) -> date | None:
        """The day whose first figures the firm may be taking at ``at``; None outside a window."""
        window = self.snapshot_window
        if window is None:
            return None
        day = self.day_of(at)
        opens, closes = _edges(window, day)
        if at < closes:
            return day.label
        return self.next_day(day).label if at >= opens else None

    def snapshot_edges(self, day: TradingDay) -> tuple[int, ...]:
        """The moments of ``day`` at which a window opens or closes."""
        return () if self.snapshot_window is None else _edges(self.snapshot_window, day)

    def wall(self, at: int) -> datetime:
        """The moment as this clock's zone shows it."""
        return datetime_of(at).astimezone(self.zone)

    def _widened(self, day: date) -> TradingDay:
        first, last = day, day + timedelta(days=1)
        while self._name(first - timedelta(days=1)) in self.merged_dates:
            first -= timedelta(days=1)
        while self._name(last - timedelta(days=1)) in self.merged_dates:
            last += timedelta(days=1)
        return TradingDay(
            label=self._name(last - timedelta(days=1)),
            start=local_instant(first, self.reset, self.zone),
            end=local_instant(last, self.reset, self.zone),
        )

    def _name(self, starting: date) -> date:
        return starting + timedelta(days=1) if self.label_end else starting


@lru_cache(maxsize=1024)
def _day_at(clock: DayClock, at: int) -> TradingDay:
    return clock.day_of(at)


def _edges(window: SnapshotWindow, day: TradingDay) -> tuple[int, int]:
    """When the window at the day's end opens, and when the one at its start closes."""
    return day.end - window.before_minutes * MINUTE, day.start + window.after_minutes * MINUTE


@dataclass(frozen=True, slots=True)
class WeeklyWindow:
    """A span of the week in wall time: from (weekday, time) to (weekday, time), Monday is 0."""

    from_weekday: int
    from_time: time
    to_weekday: int
    to_time: time

    def contains(self, moment: datetime) -> bool:
        """Whether the local ``moment`` lies in ``[from, to)``; a window may pass Sunday night."""
        now = (moment.weekday(), moment.time())
        start = (self.from_weekday, self.from_time)
        end = (self.to_weekday, self.to_time)
        return start <= now < end if start <= end else now >= start or now < end


def offset_hours(first: str, second: str, at: int) -> int:
    """Whole hours by which wall clocks in ``first`` are ahead of those in ``second`` at ``at``."""
    moment = datetime_of(at)
    ahead = moment.astimezone(zone_of(first)).utcoffset()
    behind = moment.astimezone(zone_of(second)).utcoffset()
    if ahead is None or behind is None:  # an aware datetime always has one
        raise UnknownZone(f"{first} or {second} has no offset")
    return (ahead - behind) // timedelta(hours=1)


def days_between(first: date, last: date) -> Iterable[date]:
    """Every date from ``first`` to ``last``, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
