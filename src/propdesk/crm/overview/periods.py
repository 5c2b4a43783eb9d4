"""A period of days, from the first moment of one to the last of another, in UTC.

It must not read the clock, and is never longer than a page may ask for.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

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

    @property
    def ids(self) -> tuple[UUID, UUID]:
        """Between these, the first included, lie the identifiers that were made in it: rows of a
        period lie side by side in an index of them."""
        return _first_id(self.begin), _first_id(self.end)


def _first_id(at: datetime) -> UUID:
    """Not above any identifier of version 7 made at ``at``, a whole millisecond, or later."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def days_before(at: datetime, days: int = USUAL_DAYS) -> Period:
    """The last ``days`` days, the running one included."""
    today = at.astimezone(UTC).date()
    return Period(today - timedelta(days=days - 1), today)
