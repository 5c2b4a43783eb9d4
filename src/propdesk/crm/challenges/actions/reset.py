"""Reset a phase that was paid for anew: another account at its size, the old one ended."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.beginning_anew import begin_anew, begun_by
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require

ACTION = "challenges.reset"


def reset(enrolment: UUID, order: UUID, *, by: Actor, at: datetime) -> EnrolmentPhase:
    """Begin the last phase anew, once for one paid order. Raises ``ActionRefused`` where it is
    passed, suspended or terminated."""
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        known = begun_by(order, standing.enrolment)
        if known is not None:
            return known
        before = standing.enrolment.state
        opened = begin_anew(standing, at, order=order)
        written(
            ACTION, standing, before, by=by, at=at,
            after={"account": opened.account.engine_account, "order": str(order)},
        )  # fmt: skip
    return opened
