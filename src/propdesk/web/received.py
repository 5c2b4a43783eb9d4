"""When a request arrived: the one place of the pages that reads the clock.

It must not be asked twice for one request.
"""

from datetime import UTC, datetime


def received_at() -> datetime:
    return datetime.now(UTC)
