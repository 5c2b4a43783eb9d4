"""Refuse what another proposed, or take back what one proposed oneself."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import refused
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require

ACTION = "accounts.refuse_approval"


def refuse_approval(approval: UUID, *, by: Actor, at: datetime, reason: str) -> Approval:
    """Raises ``ActionRefused`` for what is decided or has lapsed."""
    require(by, ACTION)
    with transaction.atomic():
        row = refused(approval, by=by, at=at)
        record(by=by, action=ACTION, object_type="approval", object_id=row.pk, at=at, reason=reason)
    return row
