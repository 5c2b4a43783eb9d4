"""The beginning of a phase anew in the place of another: rows of the caller's transaction."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from propdesk.crm.accounts.models import Blocked
from propdesk.crm.challenges.ending import end_phase
from propdesk.crm.challenges.gates import state_in
from propdesk.crm.challenges.going_on import move
from propdesk.crm.challenges.locks import Standing
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Outcome
from propdesk.crm.challenges.phase_opening import open_phase
from propdesk.crm.refusal import ActionRefused


def begun_by(order: UUID, enrolment: Enrolment) -> EnrolmentPhase | None:
    """The phase an order began before. Raises ``ActionRefused`` where it is another enrolment's."""
    known = EnrolmentPhase.objects.filter(order=order).select_related("account").first()
    if known is not None and known.enrolment_id != enrolment.pk:
        raise ActionRefused("other_order", "The order began a phase of another enrolment.")
    return known


def begin_anew(
    standing: Standing,
    at: datetime,
    *,
    order: UUID | None = None,
    balance: Decimal | None = None,
) -> EnrolmentPhase:
    """The same phase once more, with an account of its own; None: at the size that was bought."""
    enrolment, phase, account = standing.enrolment, standing.phase, standing.account
    if phase.outcome == Outcome.PASSED:
        raise ActionRefused("passed", "The phase is passed.")
    if enrolment.state not in {"customer", "evaluating", "funded"}:
        raise ActionRefused("held", f"The enrolment is {enrolment.state}.")
    end_phase(standing, "replaced", "close", Outcome.REPLACED, at)
    opened = open_phase(
        enrolment, phase.number, balance=balance or enrolment.size, at=at,
        replaces=account, order=order,
    )  # fmt: skip
    account.blocked_by = Blocked.SUCCEEDED
    account.save(update_fields=["blocked_by"])
    if enrolment.state != state_in(phase.stage):
        move(enrolment, state_in(phase.stage), at)
    return opened
