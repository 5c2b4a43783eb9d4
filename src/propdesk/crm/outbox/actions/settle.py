"""Settle what became of a row: delivered, to be tried again, or given up.

Each says False where the courier's claim had run out and another has the row; then nothing is
changed, and the log's keys see to it that nothing happens twice.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, QuerySet

from propdesk.crm.outbox.models import OutboxRow


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


def mark_all_delivered(rows: Iterable[OutboxRow], now: datetime) -> set[int]:
    """The receiver has them; the keys of the rows that were still claimed by this courier."""
    claims = {row.pk: (row.claimed_by, row.attempts) for row in rows}
    held = OutboxRow.objects.select_for_update().filter(
        pk__in=claims, delivered_at__isnull=True, given_up_at__isnull=True
    )
    own = {row.pk for row in held if claims[row.pk] == (row.claimed_by, row.attempts)}
    OutboxRow.objects.filter(pk__in=own).update(delivered_at=now, claimed_until=None, last_error="")
    return own


def release(rows: Iterable[OutboxRow]) -> None:
    """They were not tried: whoever comes next may claim them."""
    for row in rows:
        _own(row).update(claimed_until=None, attempts=F("attempts") - 1)


def _own(row: OutboxRow) -> QuerySet[OutboxRow]:
    # The number of the attempt names the claim: one courier may have claimed it twice.
    return OutboxRow.objects.filter(
        pk=row.pk,
        claimed_by=row.claimed_by,
        attempts=row.attempts,
        delivered_at__isnull=True,
        given_up_at__isnull=True,
    )
