"""The end of an enrolment for good: rows of the caller's transaction."""

from datetime import datetime

from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.ending import Positions, end_phase
from propdesk.crm.challenges.going_on import move
from propdesk.crm.challenges.locks import Standing
from propdesk.crm.challenges.models import Outcome
from propdesk.crm.challenges.written import written


def terminated(
    action: str, standing: Standing, positions: Positions, *, by: Actor, at: datetime, reason: str
) -> None:
    """Cancel, close as stated, let the trader look no more than that, and go on never again."""
    row, before = standing.enrolment, standing.enrolment.state
    row.suspended_from = ""
    move(row, "terminated", at)
    end_phase(standing, "terminated", positions, Outcome.ENDED, at)
    written(action, standing, before, by=by, at=at, reason=reason, after={"positions": positions})
