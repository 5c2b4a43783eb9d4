"""Place an order: at the price the buyer was shown, once for his key, with what he accepted."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.admission import NotAdmitted, not_admitted
from propdesk.crm.catalog.locks import lock_coupon
from propdesk.crm.catalog.models import Acceptance, LegalText, Purpose
from propdesk.crm.catalog.shelf import admission_to, texts_to_accept
from propdesk.crm.ledger.actions.post_entry import post_entry
from propdesk.crm.people.models import Person, Standing
from propdesk.crm.people.permissions import require
from propdesk.crm.purchases import postings
from propdesk.crm.purchases.changing_state import change_state
from propdesk.crm.purchases.locks import lock_person
from propdesk.crm.purchases.models import Order, OrderChange, OrderLine
from propdesk.crm.purchases.order_states import OrderState
from propdesk.crm.purchases.quoting import Quoted, Wish, quote_price
from propdesk.crm.references import next_reference
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

SEQUENCE = "purchases_order_number"
TIME_TO_PAY = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """Who buys, and what he says of himself."""

    person: UUID
    country: str
    born_on: date
    address: str
    """The network address; empty where there was no request."""
    language: str = "en"
    accepted: frozenset[UUID] = frozenset()
    """The legal texts he was shown and accepted."""


@dataclass(frozen=True, kw_only=True)
class Placing:
    """One sending of the form. The same ``key`` is the same order."""

    key: str
    total_minor: int
    """The total the buyer was shown; another one now is refused."""
    enrolment: UUID | None = None


def place_order(wish: Wish, buyer: Buyer, placing: Placing, *, by: Actor, at: datetime) -> Order:
    """The order of the key, new or as it was placed before. What costs nothing is paid at once.

    Raises ``ActionRefused`` (those of ``quote_price``, ``key_used``, ``not_open``, ``too_young``,
    ``country_refused``, ``not_accepted``, ``price_changed``).
    """
    require(by, "purchases.place_order", of=buyer.person)
    asked = _asked_sha256(wish, placing)
    with transaction.atomic():
        person = lock_person(buyer.person)
        known = Order.objects.filter(person=person, key=placing.key).first()
        if known is not None:
            return _same(known, asked)
        _guard_person(person, wish, buyer, at)
        texts = _accepted(buyer)
        quoted = quote_price(wish, buyer.person, at)
        if quoted.coupon is not None:
            # Its uses are counted again by who holds it.
            lock_coupon(quoted.coupon)
            quoted = quote_price(wish, buyer.person, at)
        if quoted.quote.total_minor != placing.total_minor:
            raise ActionRefused("price_changed", _("The price has changed. Look at it again."))
        # After this point the order must be placed.
        order = _write(wish, buyer, placing, quoted, asked, at)
        _write_acceptances(order, texts, buyer, at)
        if not order.total_minor:
            _settle_for_nothing(order, by, at)
        record(
            by=by,
            action="purchases.place_order",
            object_type="order",
            object_id=order.id,
            at=at,
            after={
                "reference": order.reference,
                "total_minor": order.total_minor,
                "currency": order.currency,
                "state": order.state,
            },
        )
    return order


def _asked_sha256(wish: Wish, placing: Placing) -> str:
    said = [
        str(wish.programme.id),
        f"{wish.size.normalize():f}",
        wish.currency,
        wish.add_ons,
        wish.coupon.strip().upper(),
        wish.purpose,
        str(placing.enrolment),
        placing.total_minor,
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _same(known: Order, asked: str) -> Order:
    if known.asked_sha256 != asked:
        raise ActionRefused("key_used", _("This form was sent already with another choice."))
    return known


def _guard_person(person: Person, wish: Wish, buyer: Buyer, at: datetime) -> None:
    if person.standing != Standing.OPEN:
        raise ActionRefused("not_open", _("The firm does not sell to this person."))
    why = not_admitted(admission_to(wish.programme), buyer.country, buyer.born_on, at.date())
    if why == NotAdmitted.TOO_YOUNG:
        raise ActionRefused("too_young", _("You are too young to buy this."))
    if why == NotAdmitted.COUNTRY_REFUSED:
        raise ActionRefused("country_refused", _("This is not sold in your country."))


def _accepted(buyer: Buyer) -> tuple[LegalText, ...]:
    texts = texts_to_accept(buyer.language)
    if not {each.id for each in texts} <= buyer.accepted:
        raise ActionRefused("not_accepted", _("Accept the firm's terms to buy."))
    return texts


def _write(
    wish: Wish, buyer: Buyer, placing: Placing, quoted: Quoted, asked: str, at: datetime
) -> Order:
    price = quoted.quote
    order = Order.objects.create(
        id=uuid7(at),
        reference=next_reference("O", SEQUENCE, at),
        key=placing.key,
        asked_sha256=asked,
        person_id=buyer.person,
        version=quoted.version,
        purpose=wish.purpose,
        enrolment=None if wish.purpose == Purpose.PURCHASE else placing.enrolment,
        brand=wish.programme.brand_id,
        size=wish.size,
        add_ons=list(wish.add_ons),
        coupon=quoted.coupon,
        country=buyer.country,
        minimum_age=admission_to(wish.programme).minimum_age,
        address=buyer.address,
        currency=price.currency,
        list_minor=price.list_minor,
        add_ons_minor=price.add_ons_minor,
        discount_minor=price.discount_minor,
        tax_minor=price.tax_minor,
        total_minor=price.total_minor,
        state=OrderState.CREATED,
        created_at=at,
        expires_at=at + TIME_TO_PAY,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, place=place, kind=each.kind, name=each.name, amount_minor=each.amount_minor
        )
        for place, each in enumerate(price.lines)
    )
    OrderChange.objects.create(
        order=order, old="", new=OrderState.CREATED, reason="placed", actor=buyer.person, at=at
    )
    return order


def _write_acceptances(
    order: Order, texts: tuple[LegalText, ...], buyer: Buyer, at: datetime
) -> None:
    Acceptance.objects.bulk_create(
        Acceptance(
            id=uuid7(at),
            person_id=buyer.person,
            text=text,
            sha256=text.sha256,
            at=at,
            address=buyer.address,
            about=order.reference,
        )
        for text in texts
    )


def _settle_for_nothing(order: Order, by: Actor, at: datetime) -> None:
    """What was given away is earned and discounted, so that both are seen."""
    gross = order.list_minor + order.add_ons_minor
    if gross:
        lines = postings.sale(
            order.currency,
            gross_minor=gross,
            discount_minor=order.discount_minor,
            tax_minor=order.tax_minor,
            provider="",
        )
        post_entry(key=f"order:{order.id}", about=order.reference, what="sale", lines=lines, at=at)
    change_state(order, OrderState.PAID, "nothing to pay", by.person, at)
