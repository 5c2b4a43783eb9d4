"""Answer a ticket: the trader is told, and it is his turn or the ticket is solved."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.locks import locked_ticket
from propdesk.crm.support.models import Message, TicketState
from propdesk.crm.support.writing import BODY_LENGTH_MAX, StoredFile, move, tell, write

ACTION = "support.answer_ticket"


def answer_ticket(
    ticket: UUID, body: str, files: Sequence[StoredFile] = (), *, by: Actor, at: datetime,
    solves: bool = False,
) -> Message:  # fmt: skip
    """Raises ``ActionRefused`` (``no_ticket``, ``no_words``, ``no_person``)."""
    require(by, ACTION)
    if by.person is None:
        raise ActionRefused("no_person", _("Only a person answers."))
    if not body.strip() or len(body) > BODY_LENGTH_MAX:
        raise ActionRefused("no_words", _("Write something."))
    with transaction.atomic():
        row = locked_ticket(ticket)
        made = write(row, body.strip(), files, author=by.person, at=at, is_staff=True)
        if row.answered_at is None:
            row.answered_at = at
            row.save(update_fields=["answered_at"])
        state = TicketState.SOLVED if solves else TicketState.WAITING
        move(row, state, by=by.person, at=at)
        record(
            by=by, action=ACTION, object_type="ticket", object_id=row.pk, at=at,
            after={"state": str(state)},
        )  # fmt: skip
        tell(row, "ticket_answered", ["trader"], at, state=str(state))
    return made
