"""Propose to bind an enrolment to another published version: another person must approve it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import proposed
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.binding import Binding, bindable
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Outcome
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.propose_rebinding"
KIND = "rebinding"


def propose_rebinding(
    enrolment: UUID, binding: Binding, *, by: Actor, at: datetime, reason: str
) -> Approval:
    """Raises ``ActionRefused`` for a version that is not published or has no such phase or add-on,
    and for what the enrolment is bound to already."""
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        version, book = bindable(standing.enrolment, standing.phase, binding)
        if binding.balance is not None:
            if binding.balance <= 0:
                raise ActionRefused("no_balance", "An account goes on with more than nothing.")
            if standing.phase.outcome == Outcome.PASSED:
                raise ActionRefused("passed", "The phase is passed; bind what follows it.")
        proposal = {
            "version": str(version.pk), "name": version.name, "sha256": book.sha256,
            "add_ons": list(binding.add_ons), "phase": str(standing.phase.pk),
            "balance": "" if binding.balance is None else f"{binding.balance:f}",
        }  # fmt: skip
        approval = proposed(KIND, enrolment, proposal, by=by, at=at, reason=reason)
        written(
            ACTION, standing, standing.enrolment.state, by=by, at=at, reason=reason,
            after={"version": version.name, "approval": str(approval.pk)},
        )  # fmt: skip
    return approval
