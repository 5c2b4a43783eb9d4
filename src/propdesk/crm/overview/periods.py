"""A period of days, from the first moment of one to the last of another, in UTC.

It must not read the clock, and is never longer than a page may ask for.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

DAYS_MAX = 366
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it. Raises ``ValueError`` where they are turned round, or too far
    apart."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < DAYS_MAX:
            raise ValueError(f"a period has {DAYS_MAX} days at most")

    @property
    def begin(self) -> datetime:
        """Its first moment."""
        return datetime.combine(self.first, time(), UTC)

    @property
    def end(self) -> datetime:
        """The first moment behind it."""
        return datetime.combine(self.last, time(), UTC) + timedelta(days=1)


def days_before(at: datetime, days: int = USUAL_DAYS) -> Period:
    """The last ``days`` days, the running one included."""
    today = at.astimezone(UTC).date()
    return Period(today - timedelta(days=days - 1), today)
