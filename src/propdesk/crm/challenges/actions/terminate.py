"""Terminate an enrolment for good."""

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

ACTION = "challenges.terminate"


def terminate(
    enrolment: UUID, *, by: Actor, at: datetime, reason: str, positions: Positions
) -> Enrolment:
    """Raises ``ActionRefused`` for one that is terminated, or without a reason."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    with transaction.atomic():
        standing = locked_standing(enrolment)
        if standing.enrolment.state == "terminated":
            raise ActionRefused("held", "The enrolment is terminated already.")
        terminated(ACTION, standing, positions, by=by, at=at, reason=reason)
    return standing.enrolment
