"""Expire an enrolment that waited too long: for a gate, or to be activated."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.going_on import move
from propdesk.crm.challenges.lapsing import WAITING
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.expire"


def expire(enrolment: UUID, *, by: Actor, at: datetime, reason: str) -> Enrolment:
    """Raises ``ActionRefused`` where it does not wait. Time limits of a phase are the engine's."""
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        row = standing.enrolment
        if row.state not in WAITING:
            raise ActionRefused("not_waiting", "The enrolment waits for nothing that could lapse.")
        before = row.state
        move(row, "terminated", at)
        written(ACTION, standing, before, by=by, at=at, reason=reason)
    return row
