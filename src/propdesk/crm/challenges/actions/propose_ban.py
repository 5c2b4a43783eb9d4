"""Propose to ban a person for good: another person must approve it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import proposed
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.challenges.ending import Positions
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.people.changing_standing import refuse_unless_changeable
from propdesk.crm.people.permissions import require

ACTION = "challenges.propose_ban"
KIND = "ban"


def propose_ban(
    person: UUID, *, by: Actor, at: datetime, reason: str, positions: Positions
) -> Approval:
    """Raises ``ActionRefused`` for whom nobody may ban, and without a reason."""
    require(by, ACTION)
    with transaction.atomic():
        refuse_unless_changeable("people.ban_person", person, by=by, reason=reason)
        running = Enrolment.objects.filter(person=person).exclude(state="terminated").count()
        proposal = {"positions": positions, "enrolments": running}
        approval = proposed(KIND, person, proposal, by=by, at=at, reason=reason)
        record(
            by=by, action=ACTION, object_type="person", object_id=person, at=at,
            after={**proposal, "approval": str(approval.pk)}, reason=reason,
        )  # fmt: skip
    return approval
