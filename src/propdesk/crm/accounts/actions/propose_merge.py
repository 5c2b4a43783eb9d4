"""Propose to merge a duplicate into who it really is: another person must approve it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import proposed
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.merging import mergeable
from propdesk.crm.people.permissions import require

ACTION = "people.propose_merge"
KIND = "merge"


def propose_merge(duplicate: UUID, into: UUID, *, reason: str, by: Actor, at: datetime) -> Approval:
    """Raises ``ActionRefused`` for two who cannot be merged, and without a reason."""
    require(by, ACTION)
    with transaction.atomic():
        mergeable(duplicate, into, reason=reason)
        proposal = {"into": str(into)}
        approval = proposed(KIND, duplicate, proposal, by=by, at=at, reason=reason)
        record(
            by=by, action=ACTION, object_type="person", object_id=duplicate, at=at,
            after={**proposal, "approval": str(approval.pk)}, reason=reason,
        )  # fmt: skip
    return approval
