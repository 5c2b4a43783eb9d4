"""Settle what became of a row: delivered, to be tried again, or given up.

Each says False where the courier's claim had run out and another has the row; then nothing is
changed, and the log's keys see to it that nothing happens twice.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F, QuerySet

from propdesk.crm.outbox.models import OutboxRow

_RELEASE = """
UPDATE outbox_outboxrow AS row SET claimed_until = NULL, attempts = row.attempts - 1
FROM unnest(%s::bigint[], %s::varchar[], %s::integer[]) AS own (id, claimed_by, attempts)
WHERE row.id = own.id AND row.claimed_by = own.claimed_by AND row.attempts = own.attempts
    AND row.delivered_at IS NULL AND row.given_up_at IS NULL
"""


def mark_delivered(row: OutboxRow, now: datetime) -> bool:
    """The log has it."""
    return bool(_own(row).update(delivered_at=now, claimed_until=None, last_error=""))


def put_off(row: OutboxRow, error: str, until: datetime, *, refused: bool) -> bool:
    """It is tried again from ``until`` on; ``refused``: somebody answered."""
    changed = _own(row).update(
        next_try_at=until,
        claimed_until=None,
        last_error=error,
        refusals=F("refusals") + int(refused),
    )
    return bool(changed)


def give_up(row: OutboxRow, error: str, now: datetime) -> bool:
    """It is a dead letter; what follows of its account waits with it."""
    return bool(_own(row).update(given_up_at=now, claimed_until=None, last_error=error))


def release(rows: Sequence[OutboxRow]) -> None:
    """They were not tried: whoever comes next may claim them."""
    if not rows:
        return
    columns = (
        [row.pk for row in rows],
        [row.claimed_by for row in rows],
        [row.attempts for row in rows],
    )
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, columns)


def _own(row: OutboxRow) -> QuerySet[OutboxRow]:
    # The number of the attempt names the claim: one courier may have claimed it twice.
    return OutboxRow.objects.filter(
        pk=row.pk,
        claimed_by=row.claimed_by,
        attempts=row.attempts,
        delivered_at__isnull=True,
        given_up_at__isnull=True,
    )
