"""A delivery as it leaves: to whom, from whom, with the secrets, which are read only now."""

from datetime import datetime

from propdesk.crm.accounts.field_encryption import FieldUnreadable, decrypted
from propdesk.crm.catalog.models import Brand
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.notices.composing import CODE
from propdesk.crm.notices.mail_page import mail_page
from propdesk.crm.notices.models import Channel, Contact, Delivery
from propdesk.crm.notices.terms import look_of, terms
from propdesk.crm.people.models import Person
from propdesk.ports.messengers import Outgoing


class NobodyThere(Exception):
    """Its receiver was switched off, disconnected, or cannot be read any more."""


def addressed(row: Delivery, at: datetime) -> Outgoing:
    """Raises ``NobodyThere``."""
    try:
        if row.outlet_id is not None:
            return _to_outlet(row, at)
        if row.channel == Channel.MAIL:
            return _mail(row, at)
        return _to_contact(row, at)
    except FieldUnreadable as error:
        raise NobodyThere(str(error)) from None


def _to_outlet(row: Delivery, at: datetime) -> Outgoing:
    outlet = row.outlet
    if outlet is None or not outlet.is_on:
        raise NobodyThere("the outlet is switched off")
    secret = decrypted(outlet.secret) if outlet.secret is not None else ""
    if outlet.channel == Channel.TELEGRAM:
        secret = terms().telegram_token
    return Outgoing(
        key=str(row.pk), to=decrypted(outlet.address), subject=row.subject, text=row.text,
        secret=secret, at=at,
    )  # fmt: skip


def _to_contact(row: Delivery, at: datetime) -> Outgoing:
    found = Contact.objects.filter(
        person__in=[row.person], channel=row.channel, ended_at__isnull=True
    ).first()
    if found is None or (found.confirmed_at is None and row.kind != CODE):
        raise NobodyThere("the person has disconnected it")
    secret = terms().telegram_token if row.channel == Channel.TELEGRAM else ""
    return Outgoing(
        key=str(row.pk), to=decrypted(found.address), subject=row.subject, text=row.text,
        secret=secret, at=at,
    )  # fmt: skip


def _mail(row: Delivery, at: datetime) -> Outgoing:
    person = Person.objects.filter(id__in=[row.person]).only("brand", "language").first()
    slug = DEFAULT_BRAND if person is None else person.brand
    found = Brand.objects.filter(slug__in=[slug, DEFAULT_BRAND])
    brands = {each.slug: each for each in found}
    look = look_of(brands.get(slug) or brands.get(DEFAULT_BRAND))
    language = "en" if person is None else person.language
    return Outgoing(
        key=str(row.pk), to=row.address, subject=row.subject, text=row.text,
        html=mail_page(
            row.subject, row.text, firm=look.name, accent=look.accent, language=language
        ),
        sender=look.sender, at=at,
    )  # fmt: skip
