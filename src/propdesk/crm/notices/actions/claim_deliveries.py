"""Claim deliveries that are due: for a while nobody else sends them.

A claim that ran out means that its sender died, before or after it sent: on a channel that knows
keys it is sent again; on another nobody can say, so it is put aside for a person.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.notices.models import Attempt, Channel, Delivery, DeliveryState
from propdesk.crm.outbox.actions.enqueue_notice import RISK, tell

KNOW_KEYS = frozenset({Channel.WEBHOOK.value})
"""Channels whose receivers tell a second one by its id."""
DIED = "its sender died; nobody can say whether it left"


def claim_deliveries(
    sender: str, now: datetime, hold: timedelta, *, at_most: int, busy: Iterable[object] = ()
) -> list[Delivery]:
    """Those that are due, the longest waiting first, but none to an outlet of ``busy``."""
    if at_most <= 0:
        return []
    with transaction.atomic():
        due = (
            Delivery.objects.filter(
                Q(claimed_until__isnull=True) | Q(claimed_until__lte=now),
                state__in=[DeliveryState.WAITING, DeliveryState.SENDING],
                next_try_at__lte=now,
            )
            .exclude(outlet__in=list(busy))
            .order_by("next_try_at", "id")
            .select_for_update(skip_locked=True, of=("self",))[:at_most]
        )
        claimed = []
        for row in due:
            if row.state == DeliveryState.SENDING and row.channel not in KNOW_KEYS:
                put_aside(row, DIED, now)
                continue
            row.state, row.attempts = DeliveryState.SENDING, row.attempts + 1
            row.claimed_by, row.claimed_until = sender, now + hold
            row.save(update_fields=["state", "attempts", "claimed_by", "claimed_until"])
            claimed.append(row)
    return claimed


def put_aside(row: Delivery, why: str, now: datetime) -> None:
    """It may have left. A person decides whether it is sent again; the desk is told."""
    row.state, row.claimed_until, row.last_error = DeliveryState.UNCERTAIN, None, why[:300]
    row.save(update_fields=["state", "claimed_until", "last_error"])
    Attempt.objects.create(
        delivery=row, number=row.attempts, at=now, outcome="uncertain", said=why[:300]
    )
    tell_the_desk(row, why, now)


def tell_the_desk(row: Delivery, why: str, now: datetime) -> None:
    """One open alert a channel, however many do not arrive."""
    detail = {"what": row.kind.replace("_", " "), "channel": row.channel, "reason": why[:200]}
    tell("delivery", key_of("delivery", str(row.pk)), now, to=(RISK,), detail=detail)
