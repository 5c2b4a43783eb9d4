"""The one lock of the calendar: whoever changes it holds it, so that versions have one order."""

from django.db import connection

_CALENDAR = 6_011_953
"""A number of ours among the database's advisory locks."""


def lock_calendar() -> None:
    """Wait for the calendar until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_CALENDAR])
