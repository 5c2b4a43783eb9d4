"""Claim what waits for a destination, account by account: for a while nobody else delivers it.

An account's rows are claimed together and in order, so that a thousand accounts' commands cost a
few statements. A row behind one that is given up or not yet due is left where it is.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from propdesk.crm.outbox.models import Destination, OutboxRow

OPENS = "create_account"
"""A platform opens no account of which the engine has not heard: nobody would judge it."""


def claim_accounts(
    destination: str, courier: str, now: datetime, hold: timedelta, *, at_most: int
) -> list[list[OutboxRow]]:
    """The rows of up to ``at_most`` accounts that are due, each account's in its order."""
    with transaction.atomic():
        accounts = _locked(destination, now, at_most)
        waiting = OutboxRow.objects.filter(
            destination=destination, account__in=accounts, delivered_at__isnull=True
        ).order_by("account", "id")
        claimed = list(_due(waiting, now))
        OutboxRow.objects.filter(pk__in=[row.pk for row in claimed]).update(
            claimed_by=courier, claimed_until=now + hold, attempts=F("attempts") + 1
        )
    found: dict[str, list[OutboxRow]] = defaultdict(list)
    for row in claimed:
        row.claimed_by = courier
        row.attempts += 1
        found[row.account].append(row)
    return [found[account] for account in accounts]


def _locked(destination: str, now: datetime, at_most: int) -> list[str]:
    """The accounts whose oldest row is due and free; nobody else claims them meanwhile."""
    before = OutboxRow.objects.filter(
        destination=destination,
        account=OuterRef("account"),
        id__lt=OuterRef("id"),
        delivered_at__isnull=True,
    )
    unheard = OutboxRow.objects.filter(
        destination=Destination.ENGINE, account=OuterRef("account"), delivered_at__isnull=True
    )
    heads = (
        OutboxRow.objects.filter(
            Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
            ~Exists(before),
            ~Q(command=OPENS) | ~Exists(unheard),
            destination=destination,
            delivered_at__isnull=True,
            given_up_at__isnull=True,
            next_try_at__lte=now,
        )
        .order_by("id")
        .select_for_update(skip_locked=True, of=("self",))[:at_most]
    )
    return [row.account for row in heads]


def _due(waiting: Iterable[OutboxRow], now: datetime) -> Iterable[OutboxRow]:
    """Of each account, what comes before the first row that has to wait."""
    stopped: set[str] = set()
    for row in waiting:
        if row.account in stopped:
            continue
        if row.given_up_at is not None or row.next_try_at > now:
            stopped.add(row.account)
        else:
            yield row
