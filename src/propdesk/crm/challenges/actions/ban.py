"""Ban a trader from every challenge: all that runs or waits is terminated."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.ending import Positions
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.terminating import terminated
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.ban"


def ban(
    person: UUID, *, by: Actor, at: datetime, reason: str, positions: Positions
) -> list[Enrolment]:
    """Terminate what is not terminated, in one transaction. That the person may not sign in or buy
    again is ``people.ban_person``'s. Raises ``ActionRefused`` without a reason."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    with transaction.atomic():
        found = Enrolment.objects.filter(person=person).exclude(state="terminated")
        ended = []
        for enrolment in found.order_by("id").values_list("id", flat=True):
            standing = locked_standing(enrolment)
            terminated(ACTION, standing, positions, by=by, at=at, reason=reason)
            ended.append(standing.enrolment)
    return ended
