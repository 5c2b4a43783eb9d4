"""Moments of wall times without a zone, an hour at a time: millions of rows share few hours.

It must not guess a clock: the zone is the caller's.
"""

from datetime import date, timedelta, timezone, tzinfo

from propdesk.connectors.local_times import EARLIEST, LATEST, moment_of
from propdesk.domain.instants import DAY, HOUR, MINUTE, SECOND, datetime_of

FIXED_EST = timezone(timedelta(hours=-5))
"""New York's winter time the year round, as some archives keep it."""

_PLACES = 6


class WallClock:
    """Turns what a clock on the wall showed, in microseconds, into moments."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._hours: dict[int, int] = {}

    def moment(self, shown: int) -> int:
        """The first moment at which clocks of the zone showed ``shown``. Raises ``ValueError``."""
        hour, rest = divmod(shown, HOUR)
        begun = self._hours.get(hour)
        if begun is None:
            if not EARLIEST <= shown <= LATEST:
                raise ValueError("a time of no year in which anybody traded")
            wall = datetime_of(hour * HOUR).replace(tzinfo=None)
            begun = self._hours[hour] = moment_of(wall, self._zone)
        return begun + rest


class WallTexts:
    """What dates and times show, in microseconds; each date is parsed once."""

    def __init__(self) -> None:
        self._days: dict[str, int] = {}

    def shown(self, day: str, clock: str) -> int:
        """``("2024.01.02" or "20240102", "10:00:00.123" or "100000123")``; ``ValueError``."""
        begun = self._days.get(day)
        if begun is None:
            begun = self._days[day] = _day(day)
        return begun + _clock(clock)


def _day(text: str) -> int:
    digits = text.replace(".", "").replace("-", "")
    if len(digits) == 8 and digits.isascii() and digits.isdecimal():
        try:
            day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        except ValueError:
            pass  # 20240231: refused below, as any other text that is no date
        else:
            return (day - date(1970, 1, 1)).days * DAY
    raise ValueError(f"{text[:40]!r} is not a date")


def _clock(text: str) -> int:
    whole, _, part = text.partition(".")
    digits = whole.replace(":", "")
    if len(digits) == 9 and not part:  # HistData writes milliseconds without a point
        digits, part = digits[:6], digits[6:]
    sound = (digits + part).isascii() and (digits + part).isdecimal()
    if len(digits) not in {4, 6} or not sound or len(part) > _PLACES:
        raise ValueError(f"{text[:40]!r} is not a time of day")
    hour, minute, second = int(digits[:2]), int(digits[2:4]), int(digits[4:] or 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{text[:40]!r} is not a time of day")
    return hour * HOUR + minute * MINUTE + second * SECOND + int(f"{part:0<6}")
