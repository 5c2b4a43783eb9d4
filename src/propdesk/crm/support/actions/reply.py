"""Reply on one's own ticket: it is the firm's turn again, even where it was solved."""

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
from propdesk.crm.support.writing import BODY_LENGTH_MAX, DESK, StoredFile, move, tell, write

ACTION = "support.reply"


def reply(
    ticket: UUID, body: str, files: Sequence[StoredFile] = (), *, by: Actor, at: datetime
) -> Message:
    """Raises ``ActionRefused`` (``no_ticket``, ``no_words``)."""
    with transaction.atomic():
        row = locked_ticket(ticket)
        require(by, ACTION, of=row.person_id)
        if not body.strip() or len(body) > BODY_LENGTH_MAX:
            raise ActionRefused("no_words", _("Write something."))
        made = write(row, body.strip(), files, author=row.person_id, at=at)
        move(row, TicketState.OPEN, by=row.person_id, at=at)
        record(by=by, action=ACTION, object_type="ticket", object_id=row.pk, at=at)
        tell(row, "ticket_reply", [DESK], at)
    return made
