"""How much is unread of somebody, asked at every page of whoever signed in.

It reads; it must not write.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

_COUNTS = """
SELECT
    (SELECT count(*) FROM notices_inboxmessage WHERE person = %(person)s AND read_at IS NULL),
    (SELECT count(*) FROM notices_alert WHERE %(alerts)s AND acknowledged_at IS NULL)
"""


@dataclass(frozen=True, slots=True)
class Unread:
    """How many messages a person has not read, and how many alerts nobody has acknowledged."""

    messages: int = 0
    alerts: int = 0


def unread_of(person: UUID, *, sees_alerts: bool) -> Unread:
    """Both by one question. For whom alerts are not, there are none."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"person": person, "alerts": sees_alerts})
        return Unread(*cursor.fetchone())
