"""Note something on a ticket that only the staff see."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.locks import locked_ticket
from propdesk.crm.support.models import Message
from propdesk.crm.support.writing import BODY_LENGTH_MAX, write

ACTION = "support.note_ticket"


def note_ticket(ticket: UUID, body: str, *, by: Actor, at: datetime) -> Message:
    """Whose turn it is stays. Raises ``ActionRefused`` (``no_ticket``, ``no_words``,
    ``no_person``)."""
    require(by, ACTION)
    if by.person is None:
        raise ActionRefused("no_person", _("Only a person answers."))
    if not body.strip() or len(body) > BODY_LENGTH_MAX:
        raise ActionRefused("no_words", _("Write something."))
    with transaction.atomic():
        row = locked_ticket(ticket)
        made = write(row, body.strip(), (), author=by.person, at=at, is_staff=True, is_note=True)
        record(by=by, action=ACTION, object_type="ticket", object_id=row.pk, at=at)
    return made
