"""Assign a ticket to somebody of the staff, or to nobody."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.models import roles_of
from propdesk.crm.people.permissions import PERMITTED, require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.locks import locked_ticket
from propdesk.crm.support.models import Ticket, TicketChange

ACTION = "support.assign_ticket"


def assign_ticket(ticket: UUID, to: UUID | None, *, by: Actor, at: datetime) -> Ticket:
    """Raises ``ActionRefused`` (``no_ticket``; ``cannot_answer``: whoever sees to a ticket must be
    one who may answer it)."""
    require(by, ACTION)
    if to is not None and not roles_of(to) & PERMITTED["support.answer_ticket"]:
        raise ActionRefused("cannot_answer", _("This person may not answer tickets."))
    with transaction.atomic():
        row = locked_ticket(ticket)
        old, new = str(row.assigned_to or ""), str(to or "")
        if old == new:
            return row
        row.assigned_to = to
        row.save(update_fields=["assigned_to"])
        TicketChange.objects.create(
            ticket=row, at=at, what="assigned", old=old, new=new, by=by.person
        )
        record(
            by=by, action=ACTION, object_type="ticket", object_id=row.pk, at=at,
            before={"assigned_to": old}, after={"assigned_to": new},
        )  # fmt: skip
    return row
