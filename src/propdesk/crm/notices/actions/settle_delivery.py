"""Settle what became of a delivery: sent, to be tried again, failed, or nobody knows."""

from datetime import datetime, timedelta

from django.db import transaction

from propdesk.crm.notices.actions.claim_deliveries import KNOW_KEYS, put_aside, tell_the_desk
from propdesk.crm.notices.models import Attempt, Delivery, DeliveryState
from propdesk.ports.messengers import NotDelivered, NotSent, Refused

WAITS_S = (5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
"""Before each further attempt; after the last of them it has failed, half a day later."""


def mark_sent(row: Delivery, said: str, now: datetime) -> bool:
    """The receiver has it. False: the claim ran out meanwhile and another decides."""
    with transaction.atomic():
        owned = _own(row)
        if owned is None:
            return False
        owned.state, owned.sent_at = DeliveryState.SENT, now
        owned.claimed_until, owned.last_error = None, ""
        owned.save(update_fields=["state", "sent_at", "claimed_until", "last_error"])
        _note(owned, "sent", said, now)
    return True


def mark_not_delivered(row: Delivery, error: NotDelivered, now: datetime) -> bool:
    """As ``error`` says. False as ``mark_sent``."""
    with transaction.atomic():
        owned = _own(row)
        if owned is None:
            return False
        match error:
            case NotSent() if owned.attempts <= len(WAITS_S):
                _again(owned, error, now)
            case NotSent() | Refused():
                _fail(owned, str(error), now)
            case _ if owned.channel in KNOW_KEYS and owned.attempts <= len(WAITS_S):
                _again(owned, NotSent(str(error)), now)
            case _:
                put_aside(owned, str(error), now)
    return True


def drop(row: Delivery, why: str, now: datetime) -> bool:
    """Its receiver is none any more: nothing is sent, and nobody need look."""
    with transaction.atomic():
        owned = _own(row)
        if owned is None:
            return False
        owned.state, owned.claimed_until = DeliveryState.DROPPED, None
        owned.last_error = why[:300]
        owned.save(update_fields=["state", "claimed_until", "last_error"])
        _note(owned, "failed", why, now)
    return True


def _own(row: Delivery) -> Delivery | None:
    # The number of the attempt names the claim: one sender may have claimed it twice.
    return (
        Delivery.objects.select_for_update()
        .filter(
            pk=row.pk, claimed_by=row.claimed_by, attempts=row.attempts,
            state=DeliveryState.SENDING,
        )
        .first()
    )  # fmt: skip


def _again(row: Delivery, error: NotSent, now: datetime) -> None:
    wait = timedelta(seconds=WAITS_S[min(row.attempts, len(WAITS_S)) - 1])
    row.state, row.claimed_until = DeliveryState.WAITING, None
    row.next_try_at, row.last_error = now + max(wait, error.after), str(error)[:300]
    row.save(update_fields=["state", "claimed_until", "next_try_at", "last_error"])
    _note(row, "again", str(error), now)


def _fail(row: Delivery, why: str, now: datetime) -> None:
    row.state, row.claimed_until, row.last_error = DeliveryState.FAILED, None, why[:300]
    row.save(update_fields=["state", "claimed_until", "last_error"])
    _note(row, "failed", why, now)
    tell_the_desk(row, why, now)


def _note(row: Delivery, outcome: str, said: str, now: datetime) -> None:
    Attempt.objects.create(
        delivery=row, number=row.attempts, at=now, outcome=outcome, said=said[:300]
    )
