"""Deliver a given-up message again, once its reason is removed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "accounts.deliver_again"


def deliver_again(key: UUID, *, by: Actor, at: datetime, reason: str) -> None:
    """Under its old key, so that what was done is not done twice. Raises ``ActionRefused`` without
    a reason, and for what is not given up."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say what was mended.")
    with transaction.atomic():
        dead = OutboxRow.objects.filter(key=key, given_up_at__isnull=False)
        if not dead.update(given_up_at=None, refusals=0, next_try_at=at):
            raise ActionRefused("not_given_up", "It is not given up any more.")
        record(by=by, action=ACTION, object_type="message", object_id=key, at=at, reason=reason)
