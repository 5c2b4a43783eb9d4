"""Merge a duplicate into who it really is, by a second person. It cannot be undone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.actions.propose_merge import KIND
from propdesk.crm.accounts.approvals import approved
from propdesk.crm.audit.actor import Actor
from propdesk.crm.people.merging import merged
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import require

ACTION = "people.merge_persons"


def merge_persons(approval: UUID, *, by: Actor, at: datetime) -> Person:
    """Approve the proposal and do it. Raises ``ActionRefused`` for who proposed it."""
    require(by, ACTION)
    with transaction.atomic():
        row = approved(approval, KIND, by=by, at=at)
        into = UUID(row.proposal["into"])
        return merged(row.subject, into, reason=row.reason, by=by, at=at)
