"""Pause an enrolment: the engine stops its account, and nothing is passed until it goes on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.ending import stop_clock
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.pause"


def pause(enrolment: UUID, *, by: Actor, at: datetime, reason: str) -> Enrolment:
    """Open positions stay; the rights follow once the engine says that it is paused. Raises
    ``ActionRefused`` where no phase runs."""
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        if not standing.runs or standing.account.status in {"", "paused"}:
            raise ActionRefused("not_running", "No phase runs that could be paused.")
        stop_clock(standing, reason, at)
        written(ACTION, standing, standing.enrolment.state, by=by, at=at, reason=reason)
    return standing.enrolment
