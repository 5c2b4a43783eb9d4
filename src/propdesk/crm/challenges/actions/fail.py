"""Fail an enrolment by hand, for what the rules could not see: the firm's act, no verdict."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.ending import Positions, end_phase
from propdesk.crm.challenges.going_on import move
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment, Outcome
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.fail"


def fail(
    enrolment: UUID, *, by: Actor, at: datetime, reason: str, positions: Positions = "close"
) -> Enrolment:
    """End the phase that runs; the person may buy a reset. Raises ``ActionRefused`` where none
    runs, or without a reason."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    with transaction.atomic():
        standing = locked_standing(enrolment)
        row = standing.enrolment
        if not standing.runs or row.state not in {"evaluating", "funded"}:
            raise ActionRefused("not_running", "No phase runs that could fail.")
        before = row.state
        end_phase(standing, "failed", positions, Outcome.ENDED, at)
        move(row, "customer", at)
        written(ACTION, standing, before, by=by, at=at, reason=reason)
    return row
