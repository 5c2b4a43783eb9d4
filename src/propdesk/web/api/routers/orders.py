"""Orders: placing one at the price one was quoted, paying it, and giving money back."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.catalog.versions import loaded
from propdesk.crm.people.models import SessionEventKind
from propdesk.crm.people.session_events import keep_session_event
from propdesk.crm.purchases.actions.begin_payment import begin_payment
from propdesk.crm.purchases.actions.place_order import Buyer, Placing, place_order
from propdesk.crm.purchases.models import Order, OrderChange, Payment, Refund
from propdesk.web.api.caller import Caller, caller_of
from propdesk.web.api.declaring import Repeated, doing, reading
from propdesk.web.api.entry import own
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound, Refused
from propdesk.web.api.routers.catalog import LineOut, WishSaid, wished
from propdesk.web.api.words import (
    EXAMPLE_ID,
    SOMETHING,
    Amount,
    Country,
    Id,
    Instant,
    MoneyOut,
    minor_of,
    money_out,
    sum_out,
)
from propdesk.web.payment_providers import providers
from propdesk.web.received import received_at
from propdesk.web.seen_from import seen_from

router = Router()
READ, WRITE = Scope.ORDERS_READ, Scope.ORDERS_WRITE
OLDEST = date(1900, 1, 1)


class OrderSaid(WishSaid):
    """An order: a wish, the total one was quoted, and what one says of oneself."""

    total: Amount = Field(examples=["549.00"])
    key: Annotated[str, StringConstraints(max_length=80, pattern=SOMETHING)] = Field(
        description="One's own: the same key is the same order, for ever.", examples=["basket-17"]
    )
    country: Country
    born_on: date = Field(examples=["1990-12-31"])
    accepted: list[UUID] = Field(
        default_factory=list, max_length=50, examples=[[EXAMPLE_ID]],
        description="The ids of the legal texts that one has read and accepts.",
    )  # fmt: skip


class RefundOut(Schema):
    """Money given back."""

    id: Id
    amount: MoneyOut
    state: str = Field(examples=["asked"])
    reason: str
    asked_at: Instant
    done_at: Instant | None


class PaymentOut(Schema):
    """One attempt to pay."""

    id: Id
    provider: str = Field(examples=["test"])
    state: str = Field(examples=["asked"])
    amount: MoneyOut
    received: MoneyOut
    address: str = Field(description="Where the customer pays.")
    created_at: Instant
    settled_at: Instant | None
    refunds: list[RefundOut]


class ChangeOut(Schema):
    """A change of an order's state."""

    old: str = Field(examples=["created"])
    new: str = Field(examples=["awaiting_payment"])
    reason: str
    at: Instant


class OrderOut(Schema):
    """An order at the price it had when it was placed."""

    reference: str = Field(examples=["O-2026-000123"])
    id: Id
    person: Id
    programme: str = Field(examples=["two-step"])
    version: str
    purpose: str = Field(examples=["purchase"])
    size: MoneyOut
    add_ons: list[str]
    total: MoneyOut
    state: str = Field(examples=["awaiting_payment"])
    created_at: Instant
    expires_at: Instant
    provisioned_at: Instant | None


class OrderWhole(OrderOut):
    """An order with its lines, payments and changes of state."""

    lines: list[LineOut]
    payments: list[PaymentOut]
    changes: list[ChangeOut]


@reading(router, "/orders", "orders_list", own(READ), Page[OrderOut])
def list_orders(
    request: HttpRequest, asked: PageAsked, person: UUID | None = None
) -> Page[OrderOut]:
    """One's orders; of everybody, or of one person, to whoever may read them. Newest first."""
    found = _seen(caller_of(request))
    if person is not None:
        found = found.filter(person=person)
    rows, following = page(found.select_related("version__programme"), ("id",), asked)
    return Page[OrderOut](items=[order_out(each) for each in rows], next=following)


@reading(router, "/orders/{str:reference}", "orders_read", own(READ), OrderWhole)
def read_order(request: HttpRequest, reference: str) -> OrderWhole:
    """One order: how far its payment is, and each change of its state."""
    return whole_out(order_of(request, reference))


@doing(router, "/orders", "orders_place", own(WRITE), OrderWhole)
def place(request: HttpRequest, said: OrderSaid) -> OrderWhole:
    """Place an order at the total one was quoted; a price that has changed is refused."""
    if not OLDEST <= said.born_on <= received_at().date():
        raise Refused(422, "no_birth", "Nobody was born on that day.")
    caller, now, seen = caller_of(request), received_at(), seen_from(request)
    person = caller.known
    buyer = Buyer(
        person=person.pk,
        country=said.country,
        born_on=said.born_on,
        address=caller.address,
        language=person.language or settings.LANGUAGE_CODE,
        accepted=frozenset(said.accepted),
    )
    placing = Placing(key=said.key, total_minor=minor_of(said.total, said.currency))
    by = caller.acting("purchases.place_order")
    order = place_order(wished(request, said), buyer, placing, by=by, at=now)
    keep_session_event(SessionEventKind.PURCHASE, at=now, seen=seen, person=person.pk)
    return whole_out(_loaded(order.pk))


@doing(
    router, "/orders/{str:reference}/payments", "orders_pay", own(WRITE), PaymentOut,
    repeated=Repeated.BY_ITSELF,
)  # fmt: skip
def pay(request: HttpRequest, reference: str) -> PaymentOut:
    """Begin to pay one's order; the answer's address is where to. Again is the same payment."""
    caller = caller_of(request)
    own_order = Order.objects.filter(reference=_name(reference), person=caller.known).first()
    if own_order is None:
        raise NotFound
    provider = next(iter(providers().values()), None)
    if provider is None:
        raise Refused(422, "no_provider", "No payment provider is set up.")
    back = request.build_absolute_uri(reverse("order", kwargs={"reference": reference}))
    by = caller.acting("purchases.place_order")
    return payment_out(begin_payment(own_order.pk, provider, back, by=by, at=received_at()))


def order_of(request: HttpRequest, reference: str) -> Order:
    """The order, where the caller may read it. Raises ``NotFound``."""
    seen = _seen(caller_of(request)).select_related("version__programme")
    found = seen.filter(reference=_name(reference)).first()
    if found is None:
        raise NotFound
    return found


def order_out(row: Order) -> OrderOut:
    return OrderOut(**_told(row))


def whole_out(row: Order) -> OrderWhole:
    payments = row.payments.prefetch_related("refunds").order_by("created_at", "id")
    return OrderWhole(
        **_told(row),
        lines=[
            LineOut(
                kind=each.kind, name=each.name, amount=money_out(each.amount_minor, row.currency)
            )
            for each in row.lines.all()
        ],
        payments=[payment_out(each) for each in payments],
        changes=[_change(each) for each in row.changes.order_by("id")],
    )


def payment_out(row: Payment) -> PaymentOut:
    return PaymentOut(
        id=row.pk,
        provider=row.provider,
        state=row.state,
        amount=money_out(row.amount_minor, row.currency),
        received=money_out(row.received_minor, row.currency),
        address=row.address,
        created_at=row.created_at,
        settled_at=row.settled_at,
        refunds=[refund_out(each, row.currency) for each in row.refunds.all()],
    )


def refund_out(row: Refund, currency: str) -> RefundOut:
    return RefundOut(
        id=row.pk,
        amount=money_out(row.amount_minor, currency),
        state=row.state,
        reason=row.reason,
        asked_at=row.asked_at,
        done_at=row.done_at,
    )


def _seen(caller: Caller) -> QuerySet[Order]:
    if caller.may("purchases.read"):
        return Order.objects.all()
    return Order.objects.filter(person=caller.known)


def _loaded(order: UUID) -> Order:
    return Order.objects.select_related("version__programme").get(pk=order)


def _name(reference: str) -> str:
    """A reference; what has a character that no column takes is none."""
    if not reference.isprintable():
        raise NotFound
    return reference


def _told(row: Order) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "id": row.pk,
        "person": row.person_id,
        "programme": row.version.programme.slug,
        "version": row.version.name,
        "purpose": row.purpose,
        "size": sum_out(row.size, loaded(row.version).rulebook.currency),
        "add_ons": row.add_ons,
        "total": money_out(row.total_minor, row.currency),
        "state": row.state,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "provisioned_at": row.provisioned_at,
    }


def _change(row: OrderChange) -> ChangeOut:
    return ChangeOut(old=row.old, new=row.new, reason=row.reason, at=row.at)
