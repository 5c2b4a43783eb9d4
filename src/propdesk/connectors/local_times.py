"""Moments of local times, of years in which anybody traded.

It must not let a year through that arithmetic with zones cannot carry: no account is that old.
"""

from datetime import datetime, tzinfo

from propdesk.domain.instants import DAY, micros_of

FIRST_YEAR, LAST_YEAR = 1970, 2999
# The microseconds of those years, on any clock.
EARLIEST, LATEST = -DAY, 32_503_680_000 * 1_000_000 + DAY


def moment_of(local: datetime, zone: tzinfo | None = None) -> int:
    """Microseconds of a local time; ``zone`` is the clock of one without its own.

    Raises ``ValueError`` for a year nobody traded in.
    """
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        raise ValueError(f"the year {local.year} is not one of trading")
    return micros_of(local if local.tzinfo else local.replace(tzinfo=zone))
