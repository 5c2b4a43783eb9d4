"""Uphold a disputed verdict, with the reason that its trader reads."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.people.permissions import require
from propdesk.crm.support.deciding import decided, refuse_unless_open
from propdesk.crm.support.locks import locked_dispute
from propdesk.crm.support.models import Decision, Dispute

ACTION = "support.uphold_verdict"


def uphold_verdict(dispute: UUID, *, by: Actor, at: datetime, reason: str) -> Dispute:
    """Raises ``ActionRefused`` (``no_dispute``, ``no_reason``, ``no_person``, ``decided``,
    ``proposed``)."""
    require(by, ACTION)
    with transaction.atomic():
        row = locked_dispute(dispute)
        refuse_unless_open(row, reason, by, at)
        decided(ACTION, row, Decision.UPHELD, reason, by=by, at=at)
    return row
