"""Claim the next row for a courier: for a while nobody else delivers it.

An enrolment waits for every rulebook that was published before it, even for one that was given up:
the engine refuses for good an account whose rulebook it does not have.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from propdesk.crm.outbox.models import Destination, OutboxRow
from propdesk.wire.log_records import AccountEnrolled


def claim_next(courier: str, now: datetime, hold: timedelta) -> OutboxRow | None:
    """The oldest row that is due and has no undelivered one of its account before it; None:
    there is none. One that another courier has just claimed is left to him."""
    for row in _deliverable(now)[:100]:
        free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
        claimed = OutboxRow.objects.filter(
            free, pk=row.pk, delivered_at__isnull=True, given_up_at__isnull=True
        ).update(claimed_by=courier, claimed_until=now + hold, attempts=F("attempts") + 1)
        if claimed:
            return OutboxRow.objects.get(pk=row.pk)
    return None


def _deliverable(now: datetime) -> QuerySet[OutboxRow]:
    waiting = OutboxRow.objects.filter(
        destination=Destination.ENGINE, id__lt=OuterRef("id"), delivered_at__isnull=True
    )
    return OutboxRow.objects.filter(
        Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
        ~Exists(waiting.filter(account=OuterRef("account"))),
        ~Q(command=AccountEnrolled.__name__) | ~Exists(waiting.filter(account="")),
        destination=Destination.ENGINE,
        delivered_at__isnull=True,
        given_up_at__isnull=True,
        next_try_at__lte=now,
    ).order_by("id")
