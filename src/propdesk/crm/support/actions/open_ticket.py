"""Open a ticket: a trader asks, about himself or one of his accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.locks import locked
from propdesk.crm.people.permissions import require
from propdesk.crm.references import next_reference
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.models import Category, Ticket
from propdesk.crm.support.writing import BODY_LENGTH_MAX, DESK, StoredFile, tell, write
from propdesk.crm.uuid7 import uuid7

ACTION = "support.open_ticket"
SEQUENCE = "support_ticket_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked. ``key`` is the form's own: the same form sent twice is one ticket."""

    key: str
    category: Category
    subject: str
    body: str
    account: UUID | None = None
    files: Sequence[StoredFile] = ()


def open_ticket(question: Question, *, person: UUID, by: Actor, at: datetime) -> Ticket:
    """The ticket, or the one that the form opened before. Raises ``ActionRefused`` (``no_words``,
    ``no_account``: not one of the person's own)."""
    require(by, ACTION, of=person)
    subject, body = question.subject.strip(), question.body.strip()
    if not subject or not body or len(body) > BODY_LENGTH_MAX:
        raise ActionRefused("no_words", _("Say in a few words what it is about."))
    with transaction.atomic():
        locked(person)  # of two clicks at once the second finds the ticket of the first
        known = Ticket.objects.filter(key=question.key, person=person).first()
        if known is not None:
            return known
        account = _own_account(question.account, person)
        ticket = Ticket.objects.create(
            id=uuid7(at), reference=next_reference("T", SEQUENCE, at), key=question.key,
            person_id=person, category=question.category, subject=subject, account=account,
            opened_at=at, waits_since=at,
        )  # fmt: skip
        write(ticket, body, question.files, author=person, at=at)
        record(
            by=by, action=ACTION, object_type="ticket", object_id=ticket.pk, at=at,
            after={"reference": ticket.reference, "category": str(question.category)},
        )  # fmt: skip
        tell(ticket, "ticket_opened", [DESK], at)
    return ticket


def _own_account(account: UUID | None, person: UUID) -> TradingAccount | None:
    if account is None:
        return None
    found = TradingAccount.objects.filter(pk=account, person=person).first()
    if found is None:
        raise ActionRefused("no_account", _("This is none of your accounts."))
    return found
