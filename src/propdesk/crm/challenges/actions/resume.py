"""Resume a paused enrolment."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.ending import start_clock
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.resume"


def resume(enrolment: UUID, *, by: Actor, at: datetime, reason: str) -> Enrolment:
    """Raises ``ActionRefused`` where it is not paused, or is suspended beside."""
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        if standing.account.status != "paused" or standing.enrolment.state == "suspended":
            raise ActionRefused("not_paused", "No paused phase could go on.")
        start_clock(standing, reason, at)
        written(ACTION, standing, standing.enrolment.state, by=by, at=at, reason=reason)
    return standing.enrolment
