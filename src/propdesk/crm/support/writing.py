"""What writing on a ticket comes to: the message, its files, the state, who is told.

Rows of the caller's transaction, which holds the ticket's lock. It must not decide who may.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.outbox.actions.enqueue_messages import Message as Outgoing
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.outbox.models import Destination
from propdesk.crm.support.models import Attachment, Message, Ticket, TicketChange
from propdesk.crm.uuid7 import uuid7

BODY_LENGTH_MAX = 10_000
DESK = "support.answer_ticket"
"""To whom a question is told: whoever may answer it."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that lies stored under ``id``; whoever stored it checked what it is."""

    id: UUID
    name: str
    media: str
    size: int
    sha256: str


def write(
    ticket: Ticket, body: str, files: Sequence[StoredFile], *, author: UUID, at: datetime,
    is_staff: bool = False, is_note: bool = False,
) -> Message:  # fmt: skip
    """Add what somebody wrote."""
    made = Message.objects.create(
        id=uuid7(at), ticket=ticket, at=at, author=author, is_staff=is_staff, is_note=is_note,
        body=body,
    )  # fmt: skip
    Attachment.objects.bulk_create(
        Attachment(
            id=each.id, message=made, name=each.name, media=each.media, size=each.size,
            sha256=each.sha256,
        )
        for each in files
    )  # fmt: skip
    return made


def move(ticket: Ticket, state: str, *, by: UUID | None, at: datetime) -> None:
    """Bring the ticket into a state; one it is in already stays as it is."""
    if ticket.state == state:
        return
    TicketChange.objects.create(
        ticket=ticket, at=at, what="state", old=ticket.state, new=state, by=by
    )
    ticket.state, ticket.waits_since = state, at
    ticket.save(update_fields=["state", "waits_since"])


def tell(ticket: Ticket, notice: str, to: Sequence[str], at: datetime, **said: str) -> None:
    """Put a notice about the ticket on its way: to its trader, to the desk, or both."""
    account = ticket.account
    body = {
        "notice": notice,
        "to": list(to),
        "account": None if account is None else str(account.pk),
        "person": str(ticket.person_id),
        "ticket": ticket.reference,
        "subject": ticket.subject,
        **said,
    }
    message = Outgoing(
        destination=Destination.NOTICE,
        account="" if account is None else account.engine_account,
        name=notice,
        body=msgspec.json.encode(body),
        key=key_of("ticket", str(ticket.pk), notice, at.isoformat(), *said.values()),
    )
    enqueue_messages([message], at)
