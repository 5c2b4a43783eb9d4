"""Propose to reinstate a failed account: another person must approve it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import proposed
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.held import breaches_waiting
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Outcome
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.propose_reinstatement"
KIND = "reinstatement"
ANEW = "peaks, floors, days and the best day begin anew from the balance"
"""What of the old account is carried: nothing but the balance that is stated. Whoever proposes,
approves and goes on is told so."""


def propose_reinstatement(
    enrolment: UUID, balance: Decimal, *, by: Actor, at: datetime, reason: str
) -> Approval:
    """Propose that the failed phase goes on with ``balance``, or one whose breach waits for a
    decision. Raises ``ActionRefused`` where neither is so."""
    require(by, ACTION)
    if balance <= 0:
        raise ActionRefused("no_balance", "An account goes on with more than nothing.")
    with transaction.atomic():
        standing = locked_standing(enrolment)
        phase = standing.phase
        is_lost = phase.outcome in {Outcome.FAILED, Outcome.EXPIRED, Outcome.ENDED}
        if not is_lost and not breaches_waiting(standing.account):
            raise ActionRefused("not_failed", "The last phase did not fail.")
        proposal = {"balance": f"{balance:f}", "phase": str(phase.pk), "history": ANEW}
        approval = proposed(KIND, enrolment, proposal, by=by, at=at, reason=reason)
        written(
            ACTION, standing, standing.enrolment.state, by=by, at=at, reason=reason,
            after={"balance": f"{balance:f}", "approval": str(approval.pk)},
        )  # fmt: skip
    return approval
