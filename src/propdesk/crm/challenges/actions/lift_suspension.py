"""Lift a suspension: the enrolment is again what it was, or what it became meanwhile."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.holding import lift_hold
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.ending import start_clock
from propdesk.crm.challenges.going_on import STATES, go_on, move
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment, Outcome
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.lift_suspension"


def lift_suspension(enrolment: UUID, *, by: Actor, at: datetime, reason: str) -> Enrolment:
    """Raises ``ActionRefused`` where it is not suspended."""
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        row, phase = standing.enrolment, standing.phase
        if row.state != "suspended":
            raise ActionRefused("not_suspended", "The enrolment is not suspended.")
        back, row.suspended_from = STATES[row.suspended_from], ""
        move(row, back, at)
        lift_hold(standing.account, "suspended", str(phase.pk), at)
        if standing.runs:
            start_clock(standing, reason, at)
        elif phase.outcome == Outcome.PASSED:
            go_on(row, phase, standing.account, at)
        written(ACTION, standing, "suspended", by=by, at=at, reason=reason)
    return row
