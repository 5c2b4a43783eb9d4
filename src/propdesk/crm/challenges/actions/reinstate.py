"""Reinstate a failed account, by a second person: its phase goes on with another account.

The verdict stays as it was said, and so does the old account; nothing is undone.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import approved
from propdesk.crm.accounts.held_verdicts import HELD
from propdesk.crm.accounts.models import Approval, Case
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions.propose_reinstatement import ANEW, KIND
from propdesk.crm.challenges.beginning_anew import begin_anew
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.reinstate"


def reinstate(approval: UUID, *, by: Actor, at: datetime) -> EnrolmentPhase:
    """Approve the proposal and do it. Open cases of the old account are closed by it. Raises
    ``ActionRefused`` for whoever proposed it, and where another phase began meanwhile."""
    require(by, ACTION)
    with transaction.atomic():
        subject = Approval.objects.filter(pk=approval).values_list("subject", flat=True).first()
        if subject is None:
            raise ActionRefused("no_proposal", "There is no such proposal.")
        standing = locked_standing(subject)
        row = approved(approval, KIND, by=by, at=at)
        if row.proposal["phase"] != str(standing.phase.pk):
            raise ActionRefused("changed", "Another phase began since it was proposed.")
        before = standing.enrolment.state
        opened = begin_anew(standing, at, balance=Decimal(row.proposal["balance"]))
        standing.account.holds.filter(reason=HELD, lifted_at=None).update(lifted_at=at)
        Case.objects.filter(account=standing.account, closed_at=None).update(
            closed_at=at, closed_by=by.person, decision=f"reinstated: {row.reason}"
        )
        written(
            ACTION, standing, before, by=by, at=at, reason=row.reason,
            after={"account": opened.account.engine_account, "approval": str(row.pk),
                   "history": ANEW},
        )  # fmt: skip
    return opened
