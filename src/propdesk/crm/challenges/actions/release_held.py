"""Release an account whose verdict waited: the engine withdrew it, or it only locked for a day."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.held_verdicts import ENDING, outcome_and_verdict
from propdesk.crm.accounts.holding import lift_hold
from propdesk.crm.accounts.models import Case, CaseKind
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.held import is_withdrawn, waiting_verdicts
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.written import written
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.release_held"


def release_held(enrolment: UUID, *, by: Actor, at: datetime, reason: str) -> Enrolment:
    """The trader may again what the status allows: nothing was done that would be undone. Raises
    ``ActionRefused`` without a reason, where nothing waits, and for a breach that the engine still
    says: two persons enforce that, or reinstate the account."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    with transaction.atomic():
        standing = locked_standing(enrolment)
        account, waiting = standing.account, waiting_verdicts(standing.account)
        if not waiting:
            raise ActionRefused("not_held", "No verdict of this account waits for a decision.")
        told = [outcome_and_verdict(each) for each in waiting]
        if any(outcome in ENDING and not is_withdrawn(account, name) for outcome, name in told):
            raise ActionRefused("stands", "The engine has not withdrawn the breach.")
        # After this point it is released.
        for hold in waiting:
            lift_hold(account, hold.reason, hold.source, at)
        names = [name for _, name in told]
        cases = Case.objects.filter(account=account, closed_at=None)
        decided = {"closed_at": at, "closed_by": by.person, "decision": f"released: {reason}"}
        cases.filter(source__in=names).update(**decided)
        cases.filter(kind=CaseKind.UN_BREACHED, detail__verdict__in=names).update(**decided)
        written(ACTION, standing, standing.enrolment.state, by=by, at=at, reason=reason)
    return standing.enrolment
