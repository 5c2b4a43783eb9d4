"""Moments as whole microseconds since 1970-01-01T00:00Z, and their ISO 8601 form.

Integers order, subtract and hash exactly; the written form is only for people and files.
"""

from datetime import UTC, datetime, timedelta

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros_of(moment: datetime) -> int:
    """Microseconds of an aware datetime. Raises ``ValueError`` for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return (moment - _EPOCH) // _MICROSECOND


def datetime_of(at: int) -> datetime:
    """The moment as an aware datetime in UTC."""
    return _EPOCH + timedelta(microseconds=at)


def parse_instant(text: str) -> int:
    """Microseconds of an ISO 8601 text with zone. Raises ``ValueError`` with a sentence."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not an ISO 8601 time") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text[:40]!r} has no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def format_instant(at: int) -> str:
    """ISO 8601 in UTC with as many decimals as needed: none, three or six."""
    moment = datetime_of(at)
    spec = "seconds" if at % SECOND == 0 else "milliseconds" if at % 1000 == 0 else "microseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=spec) + "Z"
