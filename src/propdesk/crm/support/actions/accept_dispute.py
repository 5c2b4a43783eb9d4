"""Accept a dispute: a reinstatement is proposed, which a second person must approve."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.deciding import decided, refuse_unless_open
from propdesk.crm.support.locks import locked_dispute
from propdesk.crm.support.models import Decision, Dispute

ACTION = "support.accept_dispute"


def accept_dispute(
    dispute: UUID, balance: Decimal, *, by: Actor, at: datetime, reason: str
) -> Dispute:
    """Propose that the phase goes on with ``balance``. It calls the proposal's own action: its
    guards and rows are stated there once, and both stand or fall together.

    Raises ``ActionRefused`` (``no_dispute``, ``no_reason``, ``no_person``, ``decided``,
    ``proposed``, ``no_enrolment``), and what the proposal raises.
    """
    require(by, ACTION)
    with transaction.atomic():
        account = _account_of(dispute)
        locked_ids([account])  # before the dispute's own lock, as everywhere
        row = locked_dispute(dispute)
        refuse_unless_open(row, reason, by, at)
        phase = EnrolmentPhase.objects.filter(account=account).first()
        if phase is None:
            raise ActionRefused("no_enrolment", _("No enrolment has this account."))
        approval = propose_reinstatement(
            phase.enrolment_id, balance, by=by, at=at, reason=f"{row.reference}: {reason}"
        )
        decided(ACTION, row, Decision.PROPOSED, reason, by=by, at=at, approval=approval)
    return row


def _account_of(dispute: UUID) -> UUID:
    found = Dispute.objects.filter(pk=dispute).values_list("verdict__account", flat=True).first()
    if found is None:
        raise ActionRefused("no_dispute", _("There is no such dispute."))
    return found
