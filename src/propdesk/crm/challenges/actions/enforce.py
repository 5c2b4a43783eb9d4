"""Enforce a breach that waited, by a second person: what would have been commanded at once.

Nothing that was paid is taken back, and the balance stays what the platform says.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.actions.take_in_records import StatusRead
from propdesk.crm.accounts.approvals import approved
from propdesk.crm.accounts.held_verdicts import outcome_and_verdict
from propdesk.crm.accounts.holding import command_steps, lift_hold
from propdesk.crm.accounts.models import Approval, Blocked, Case
from propdesk.crm.accounts.what_follows import END
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions.follow_statuses import follow_statuses
from propdesk.crm.challenges.actions.propose_enforcement import KIND
from propdesk.crm.challenges.held import breaches_waiting, waiting_verdicts
from propdesk.crm.challenges.locks import Standing, locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.enforce"


def enforce(approval: UUID, *, by: Actor, at: datetime) -> Enrolment:
    """Approve the proposal and do it. Raises ``ActionRefused`` for who proposed it, and where the
    breach waits no more."""
    require(by, ACTION)
    with transaction.atomic():
        subject = Approval.objects.filter(pk=approval).values_list("subject", flat=True).first()
        if subject is None:
            raise ActionRefused("no_proposal", "There is no such proposal.")
        standing = locked_standing(subject)
        row = approved(approval, KIND, by=by, at=at)
        if row.proposal["phase"] != str(standing.phase.pk) or not breaches_waiting(
            standing.account
        ):
            raise ActionRefused("changed", "No breach of this phase waits any more.")
        before = standing.enrolment.state
        _enforced(standing, row, by=by, at=at)
        standing.enrolment.refresh_from_db(fields=["state", "state_at", "suspended_from"])
        written(
            ACTION, standing, before, by=by, at=at, reason=row.reason,
            after={"approval": str(row.pk)},
        )  # fmt: skip
    return standing.enrolment


def _enforced(standing: Standing, approval: Approval, *, by: Actor, at: datetime) -> None:
    account, old = standing.account, standing.account.status
    # After this point it is breached.
    account.status, account.status_at, account.ended_at = "breached", at, at
    account.blocked_by, account.blocked_why = Blocked.BREACHED, ""
    account.save(update_fields=["status", "status_at", "ended_at", "blocked_by", "blocked_why"])
    command_steps(account, END, f"enforce/{approval.pk}", at)
    for hold in waiting_verdicts(account):
        lift_hold(account, hold.reason, hold.source, at)
        Case.objects.filter(
            account=account, source=outcome_and_verdict(hold)[1], closed_at=None
        ).update(closed_at=at, closed_by=by.person, decision=f"enforced: {approval.reason}")
    follow_statuses([StatusRead(account, old, at)], at)
