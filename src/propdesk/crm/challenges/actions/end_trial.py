"""End a free trial whose days are over: its account is closed, and nothing follows from it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.ending import end_phase
from propdesk.crm.challenges.going_on import move
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Outcome
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.end_trial"


def trials_over(at: datetime) -> list[UUID]:
    """Enrolments of free trials that ran for their days. One that is paused goes on first."""
    running = EnrolmentPhase.objects.filter(
        outcome=Outcome.RUNS, enrolment__version__programme__trial_days__isnull=False
    ).exclude(account__status="paused")
    rows = running.values_list(
        "enrolment", "enrolment__created_at", "enrolment__version__programme__trial_days"
    )
    return [each for each, begun, days in rows if begun + timedelta(days=days or 0) <= at]


def end_trial(enrolment: UUID, *, by: Actor, at: datetime) -> Enrolment:
    """Raises ``ActionRefused`` where it is no trial, or does not run (any more)."""
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        row = standing.enrolment
        if row.version.programme.trial_days is None or row.state not in {"evaluating", "funded"}:
            raise ActionRefused("no_trial", "No free trial runs here.")
        before = row.state
        move(row, "customer", at)
        end_phase(standing, "trial_over", "close", Outcome.EXPIRED, at)
        written(ACTION, standing, before, by=by, at=at, reason="the days of the trial are over")
    return row
