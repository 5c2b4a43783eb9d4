"""Acknowledge an entry of the work queue: others see who looks at it."""

from datetime import datetime

from django.db import transaction

from propdesk.crm.accounts.models import Acknowledgement
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "accounts.acknowledge"
KINDS = frozenset({"case", "command", "unconfirmed", "gate", "unknown", "due_work"})
SUBJECT_LENGTH_MAX = 100


def acknowledge(kind: str, subject: str, *, by: Actor, at: datetime) -> Acknowledgement:
    """The first who does it is the one. Raises ``ActionRefused`` for what is no entry."""
    require(by, ACTION)
    if kind not in KINDS or not 0 < len(subject) <= SUBJECT_LENGTH_MAX or by.person is None:
        raise ActionRefused("no_entry", "There is no such entry in the queue.")
    with transaction.atomic():
        row, is_new = Acknowledgement.objects.get_or_create(
            kind=kind, subject=subject, defaults={"id": uuid7(at), "by": by.person, "at": at}
        )
        if is_new:
            record(by=by, action=ACTION, object_type=kind, object_id=subject, at=at)
    return row
