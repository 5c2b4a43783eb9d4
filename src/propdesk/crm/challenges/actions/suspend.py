"""Suspend an enrolment while something is looked into."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.ending import Positions, hold_phase
from propdesk.crm.challenges.going_on import move
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.suspend"


def suspend(
    enrolment: UUID, *, by: Actor, at: datetime, reason: str, positions: Positions
) -> Enrolment:
    """The trader may only look; orders are cancelled, positions as stated. Raises
    ``ActionRefused`` for one that is suspended or terminated."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    with transaction.atomic():
        standing = locked_standing(enrolment)
        row, before = standing.enrolment, standing.enrolment.state
        if before in {"suspended", "terminated"}:
            raise ActionRefused("held", f"The enrolment is {before} already.")
        row.suspended_from = before
        move(row, "suspended", at)
        hold_phase(standing, "suspended", positions, at)
        written(
            ACTION, standing, before, by=by, at=at, reason=reason, after={"positions": positions}
        )
    return row
