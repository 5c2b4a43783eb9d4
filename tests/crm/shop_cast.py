"""A shop for tests: buyers, orders, the test provider and what it tells."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from propdesk.connectors.test_payments.provider import TestPayments
from propdesk.crm.audit.actor import Actor
from propdesk.crm.catalog.models import Programme
from propdesk.crm.people.models import Person
from propdesk.crm.purchases.actions.begin_payment import begin_payment
from propdesk.crm.purchases.actions.place_order import Buyer, Placing, place_order
from propdesk.crm.purchases.models import Order, Payment
from propdesk.crm.purchases.quoting import Wish, quote_price
from propdesk.ports.payments import NoticeKind, PaymentNotice
from tests.crm.firm_cast import ADULT, NOW, SIZE

PROVIDER = TestPayments(b"a secret for tests only")


def buyer_of(person: Person, accepted: frozenset[UUID] = frozenset()) -> Buyer:
    return Buyer(
        person=person.id, country="DE", born_on=ADULT, address="192.0.2.9", accepted=accepted
    )


def acting(person: Person) -> Actor:
    return Actor(person.id, "trader", "192.0.2.9")


def wish_of(programme: Programme, **said: object) -> Wish:
    return replace(Wish(programme=programme, size=SIZE, currency="USD"), **said)  # type: ignore[arg-type]


def ordered(wish: Wish, person: Person, key: str = "form-1", at: datetime = NOW) -> Order:
    total = quote_price(wish, None, at).quote.total_minor
    placing = Placing(key=key, total_minor=total)
    return place_order(wish, buyer_of(person), placing, by=acting(person), at=at)


def paying(order: Order, at: datetime = NOW) -> Payment:
    actor = Actor(order.person_id, "trader", "")
    return begin_payment(order.id, PROVIDER, "/orders/x/", by=actor, at=at)


def begun(payment: Payment) -> PaymentNotice:
    """What the provider knows of a payment at its start; notices are made from it."""
    return PaymentNotice(
        id=f"{payment.provider_id}-pending",
        kind=NoticeKind.PENDING,
        payment=payment.provider_id or "",
        key=str(payment.id),
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        at=NOW,
    )
