"""Propose that a breach that waits for a person is enforced: another person must approve it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import proposed
from propdesk.crm.accounts.held_verdicts import outcome_and_verdict
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.held import breaches_waiting
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.propose_enforcement"
KIND = "enforcement"


def propose_enforcement(enrolment: UUID, *, by: Actor, at: datetime, reason: str) -> Approval:
    """Propose what the rulebook says of a breach: orders cancelled, positions closed, the phase
    ended. Nothing that was paid is touched. Raises ``ActionRefused`` where no breach waits."""
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        waiting = breaches_waiting(standing.account)
        if not waiting:
            raise ActionRefused("not_held", "No breach of this account waits for a decision.")
        verdicts = [outcome_and_verdict(each)[1] for each in waiting]
        proposal = {"phase": str(standing.phase.pk), "verdicts": verdicts}
        approval = proposed(KIND, enrolment, proposal, by=by, at=at, reason=reason)
        written(
            ACTION, standing, standing.enrolment.state, by=by, at=at, reason=reason,
            after={"approval": str(approval.pk)},
        )  # fmt: skip
    return approval
