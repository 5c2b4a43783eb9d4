"""What the two decisions about a dispute share. Rows of the caller's transaction."""

from datetime import datetime

from django.utils.translation import gettext as _

from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.locks import locked_ticket
from propdesk.crm.support.models import Decision, Dispute, TicketState
from propdesk.crm.support.writing import move, tell, write


def refuse_unless_open(dispute: Dispute, reason: str, by: Actor, at: datetime) -> None:
    """Raise ``ActionRefused`` where it is decided, or a second person has the proposal."""
    if not reason.strip():
        raise ActionRefused("no_reason", _("Say why: the trader reads it."))
    if by.person is None:
        raise ActionRefused("no_person", _("Only a person decides."))
    if dispute.decision == Decision.UPHELD:
        raise ActionRefused("decided", _("It is decided already."))
    if dispute.approval is not None and not has_fallen(dispute.approval, at):
        raise ActionRefused("proposed", _("A second person has the proposal."))


def has_fallen(approval: Approval, at: datetime) -> bool:
    """Whether a proposal came to nothing: refused, or not decided in time."""
    return approval.decision in {"refused", "lapsed"} or (
        not approval.decision and approval.expires_at <= at
    )


def decided(
    action: str, dispute: Dispute, decision: Decision, reason: str, *, by: Actor, at: datetime,
    approval: Approval | None = None,
) -> None:  # fmt: skip
    """Write the decision, tell the trader, and record it. The caller made sure that it may be."""
    before = dispute.decision
    dispute.decision, dispute.decision_reason = decision, reason.strip()
    dispute.decided_at, dispute.decided_by = at, by.person
    fields = ["decision", "decision_reason", "decided_at", "decided_by"]
    if approval is not None:
        dispute.approval = approval
        fields.append("approval")
    dispute.save(update_fields=fields)
    ticket = locked_ticket(dispute.ticket_id)
    if by.person is not None:
        write(ticket, dispute.decision_reason, (), author=by.person, at=at, is_staff=True)
    if ticket.answered_at is None:
        ticket.answered_at = at
        ticket.save(update_fields=["answered_at"])
    is_over = decision == Decision.UPHELD
    move(ticket, TicketState.SOLVED if is_over else TicketState.WAITING, by=by.person, at=at)
    account = dispute.verdict.account
    row = record(
        by=by, action=action, object_type="dispute", object_id=dispute.pk, at=at,
        before={"decision": before}, after={"decision": str(decision)}, reason=reason,
    )  # fmt: skip
    note_action(account, action, at, row.pk, {"dispute": dispute.reference})
    tell(
        ticket, "dispute_decided", ["trader"], at,
        dispute=dispute.reference, decision=str(decision),
    )  # fmt: skip
