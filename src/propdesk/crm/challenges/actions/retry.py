"""Retry a failed phase without paying, as often as the programme allows."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.beginning_anew import begin_anew
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.retry"


def retry(enrolment: UUID, *, by: Actor, at: datetime) -> EnrolmentPhase:
    """Begin the failed phase anew. Raises ``ActionRefused`` where nothing failed, or no free
    attempt is left."""
    with transaction.atomic():
        standing = locked_standing(enrolment)
        row = standing.enrolment
        require(by, ACTION, of=row.person_id)
        if standing.runs:
            raise ActionRefused("running", "The phase still runs.")
        if row.retries_used >= row.version.programme.free_retries:
            raise ActionRefused("no_retry_left", "No free attempt is left.")
        before = row.state
        row.retries_used += 1
        row.save(update_fields=["retries_used"])
        opened = begin_anew(standing, at)
        written(
            ACTION, standing, before, by=by, at=at,
            after={"account": opened.account.engine_account, "used": str(row.retries_used)},
        )  # fmt: skip
    return opened
