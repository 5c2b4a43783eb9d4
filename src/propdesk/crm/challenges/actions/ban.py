"""Ban a person for good, by a second person: no sign-in, no purchase, nothing runs any more."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import approved
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions.propose_ban import KIND
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.terminating import terminated
from propdesk.crm.people.changing_standing import change_standing
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.ban"
STANDING = "people.ban_person"


def ban(approval: UUID, *, by: Actor, at: datetime) -> list[Enrolment]:
    """Approve the proposal and do it, in one transaction: every enrolment that is not terminated
    is, and the person is banned. Raises ``ActionRefused`` for who proposed it."""
    require(by, ACTION)
    with transaction.atomic():
        person = Approval.objects.filter(pk=approval).values_list("subject", flat=True).first()
        if person is None:
            raise ActionRefused("no_proposal", "There is no such proposal.")
        found = Enrolment.objects.filter(person=person).exclude(state="terminated")
        # The accounts first, as whoever ends one locks them; the person after.
        standings = [
            locked_standing(each) for each in found.order_by("id").values_list("id", flat=True)
        ]
        row = approved(approval, KIND, by=by, at=at)
        for each in standings:
            positions = row.proposal["positions"]
            terminated(ACTION, each, positions, by=by, at=at, reason=row.reason)
        change_standing(STANDING, person, reason=row.reason, by=by, at=at)
    return [each.enrolment for each in standings]
