"""All that the firm's tables keep of one person, as one archive: a JSON file and the documents.

It must not hold anything of somebody else, nor the staff's notes, nor a secret. Trades and quotes
are in the engine's log and come from the account's own exports.
"""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Model, QuerySet

from propdesk.crm.accounts.models import AccountVerdict, TradingAccount
from propdesk.crm.catalog.models import Acceptance
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase
from propdesk.crm.documents.drawing import drawn
from propdesk.crm.documents.models import Certificate
from propdesk.crm.people.models import Consent, Person, SessionEvent, StandingChange
from propdesk.crm.purchases.models import Order
from propdesk.crm.support.models import Attachment, Dispute, Message, Ticket
from propdesk.web.support_files import place_of

FILES: Final[Mapping[type[Model], str]] = {Dispute: "evidence"}
"""Fields that come as files of their own."""
WITHHELD: Final = frozenset(
    {"password", "key", "asked_sha256", "by", "author", "decided_by", "assigned_to", "revoked_by"}
)
"""Secrets, keys of forms, and who of the staff did something."""


def own_data(person: Person, address_of: Callable[[Certificate], str]) -> bytes:
    """The archive. ``address_of`` says where a certificate is verified."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        told = {name: [_row(each) for each in rows] for name, rows in _tables(person.pk).items()}
        text = json.dumps(told, indent=1, ensure_ascii=False, default=_written)
        archive.writestr("data.json", text)
        for name, body in _files(person.pk, address_of):
            archive.writestr(name, body)
    return made.getvalue()


def _tables(person: UUID) -> Mapping[str, QuerySet[Any]]:
    accounts = TradingAccount.objects.filter(person=person)
    messages = Message.objects.filter(ticket__person=person, is_note=False)
    return {
        "person": Person.objects.filter(pk=person),
        "standing": StandingChange.objects.filter(person=person).order_by("at"),
        "consents": Consent.objects.filter(person=person).order_by("at"),
        "sessions": SessionEvent.objects.filter(person=person).order_by("at"),
        "accepted_texts": Acceptance.objects.filter(person=person).order_by("at"),
        "orders": Order.objects.filter(person=person).order_by("created_at"),
        "enrolments": Enrolment.objects.filter(person=person).order_by("created_at"),
        "phases": EnrolmentPhase.objects.filter(enrolment__person=person).order_by("started_at"),
        "accounts": accounts.order_by("created_at"),
        "verdicts": AccountVerdict.objects.filter(account__in=accounts).order_by("at"),
        "tickets": Ticket.objects.filter(person=person).order_by("opened_at"),
        "messages": messages.order_by("at"),
        "disputes": Dispute.objects.filter(ticket__person=person).order_by("opened_at"),
        "certificates": Certificate.objects.filter(person=person).order_by("issued_at"),
    }


def _files(person: UUID, address_of: Callable[[Certificate], str]) -> Iterator[tuple[str, bytes]]:
    for certificate in Certificate.objects.filter(person=person, revoked_at=None):
        body = drawn(certificate, address_of(certificate), "pdf")
        yield f"certificates/{certificate.reference}.pdf", body
    for dispute in Dispute.objects.filter(ticket__person=person, evidence__isnull=False):
        yield f"evidence/{dispute.reference}.json", gzip.decompress(bytes(dispute.evidence or b""))
    own = Attachment.objects.filter(message__ticket__person=person, message__is_note=False)
    for each in own:
        if (place := place_of(each.pk)).is_file():
            yield f"attachments/{each.pk}-{each.name}", place.read_bytes()


def _row(row: Model) -> dict[str, Any]:
    # Of a model Django offers its fields under this name alone.
    names = (each.attname for each in row._meta.concrete_fields)  # noqa: SLF001
    return {
        name: getattr(row, name)
        for name in names
        if name not in WITHHELD and FILES.get(type(row)) != name
    }


def _written(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not written as JSON")
