"""Money paid: refunds, disputes, and the ledger as it is now."""

from typing import Annotated
from uuid import UUID

from django.db.models import Prefetch
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.ledger.balances import sums_by_currency, trial_balance
from propdesk.crm.ledger.models import Entry, Posting
from propdesk.crm.purchases.actions.close_dispute import close_dispute
from propdesk.crm.purchases.actions.open_dispute import open_dispute
from propdesk.crm.purchases.actions.refund_order import refund_order
from propdesk.crm.purchases.actions.send_refund import send_refund
from propdesk.crm.purchases.disputing import Contested
from propdesk.crm.purchases.models import Dispute, OrderTask, Payment
from propdesk.crm.purchases.revenue import revenue_by_programme
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import Repeated, doing, reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound
from propdesk.web.api.routers.orders import RefundOut, refund_out
from propdesk.web.api.words import (
    SEEN,
    SOMETHING,
    Amount,
    Id,
    Instant,
    MoneyOut,
    Reason,
    minor_of,
    money_out,
)
from propdesk.web.payment_providers import providers
from propdesk.web.received import received_at

router = Router()
READ, WRITE = Scope.FINANCE_READ, Scope.FINANCE_WRITE
Name = Annotated[str, StringConstraints(max_length=80, pattern=SOMETHING)]
About = Annotated[str, StringConstraints(max_length=40, pattern=SEEN)]


class RefundSaid(Schema):
    """How much of a payment is given back, and why."""

    amount: Amount
    key: Name = Field(
        description="One's own: the same key is the same refund, for ever.", examples=["refund-17"]
    )
    reason: Reason


class DisputeSaid(Schema):
    """A dispute as the provider names it."""

    provider_id: Name = Field(examples=["dp_1"])
    amount: Amount
    fee: Amount = Field(default="0", examples=["15.00"])
    reason: Reason


class DecidedSaid(Schema):
    """How the bank decided."""

    won: bool
    reason: Reason


class DisputeOut(Schema):
    """A payment the customer contests at the bank."""

    id: Id
    payment: Id
    amount: MoneyOut
    fee: MoneyOut
    state: str = Field(examples=["open"])
    opened_at: Instant
    closed_at: Instant | None


class BalanceOut(Schema):
    """An account's balance: above zero a debit."""

    kind: str = Field(examples=["fee_revenue"])
    detail: str
    balance: MoneyOut


class LedgerOut(Schema):
    """The trial balance. ``left`` is zero in every currency, or the ledger is broken."""

    balances: list[BalanceOut]
    left: list[MoneyOut]


class PostingOut(Schema):
    """One line: above zero a debit, below a credit."""

    kind: str = Field(examples=["fee_revenue"])
    detail: str
    amount: MoneyOut


class EntryOut(Schema):
    """One thing that happened to money."""

    id: Id
    reference: str = Field(examples=["L-2026-000123"])
    about: str = Field(examples=["O-2026-000123"])
    what: str = Field(examples=["sale"])
    at: Instant
    lines: list[PostingOut]


class RevenueOut(Schema):
    """What a programme earned: net = fees - discounts - refunds - chargebacks."""

    programme: str = Field(examples=["Two steps"])
    fees: MoneyOut
    discounts: MoneyOut
    refunds: MoneyOut
    chargebacks: MoneyOut
    net: MoneyOut


class RevenuesOut(Schema):
    """By programme and currency."""

    items: list[RevenueOut]


@doing(
    router, "/payments/{uuid:id}/refunds", "finance_refund",
    allowed(WRITE, "purchases.refund_order"), RefundOut, repeated=Repeated.BY_ITSELF,
)  # fmt: skip
def refund(request: HttpRequest, id: UUID, said: RefundSaid) -> RefundOut:  # noqa: A002
    """Give money back: booked at once, then asked of the provider."""
    payment, now = _payment(id), received_at()
    made = refund_order(
        payment,
        minor_of(said.amount, payment.currency),
        said.reason,
        key=said.key,
        by=caller_of(request).acting("purchases.refund_order"),
        at=now,
    )
    task = OrderTask.objects.filter(refund=made, done_at__isnull=True).first()
    provider = providers().get(payment.provider)
    if task is not None and provider is not None:
        send_refund(task, provider, now)
    made.refresh_from_db()
    return refund_out(made, payment.currency)


@doing(
    router, "/payments/{uuid:id}/disputes", "finance_open_dispute",
    allowed(WRITE, "purchases.open_dispute"), DisputeOut,
)  # fmt: skip
def open_one(request: HttpRequest, id: UUID, said: DisputeSaid) -> DisputeOut:  # noqa: A002
    """Enter a dispute by hand, where the provider's message did not come."""
    payment = _payment(id)
    contested = Contested(
        said.provider_id,
        minor_of(said.amount, payment.currency),
        minor_of(said.fee, payment.currency),
    )
    by = caller_of(request).acting("purchases.open_dispute")
    return _dispute(open_dispute(payment, contested, said.reason, by=by, at=received_at()))


@doing(
    router, "/disputes/{uuid:id}/close", "finance_close_dispute",
    allowed(WRITE, "purchases.close_dispute"), DisputeOut,
)  # fmt: skip
def close_one(request: HttpRequest, id: UUID, said: DecidedSaid) -> DisputeOut:  # noqa: A002
    """Enter how the bank decided."""
    dispute = Dispute.objects.select_related("payment").get(pk=id)
    by = caller_of(request).acting("purchases.close_dispute")
    close_dispute(dispute, said.reason, won=said.won, by=by, at=received_at())
    return _dispute(Dispute.objects.select_related("payment").get(pk=id))


@reading(router, "/ledger/balances", "finance_balances", allowed(READ, "ledger.read"), LedgerOut)
def balances(request: HttpRequest) -> LedgerOut:
    """Sums of the ledger's postings as they are now."""
    del request
    found = trial_balance()
    return LedgerOut(
        balances=[
            BalanceOut(
                kind=each.kind,
                detail=each.detail,
                balance=money_out(each.amount_minor, each.currency),
            )
            for each in found
        ],
        left=[money_out(minor, currency) for currency, minor in sums_by_currency(found).items()],
    )


@reading(router, "/ledger/entries", "finance_entries", allowed(READ, "ledger.read"), Page[EntryOut])
def entries(request: HttpRequest, asked: PageAsked, about: About = "") -> Page[EntryOut]:
    """Entries, the newest first; ``about`` is the reference of an order or a payout."""
    del request
    lines = Prefetch("lines", Posting.objects.select_related("account").order_by("id"))
    found = Entry.objects.prefetch_related(lines)
    if about:
        found = found.filter(about=about)
    rows, following = page(found, ("id",), asked)
    return Page[EntryOut](items=[_entry(each) for each in rows], next=following)


@reading(router, "/ledger/revenue", "finance_revenue", allowed(READ, "ledger.read"), RevenuesOut)
def revenue(request: HttpRequest) -> RevenuesOut:
    """What each programme earned, by currency."""
    del request
    return RevenuesOut(
        items=[
            RevenueOut(
                programme=each.programme,
                fees=money_out(each.fees_minor, each.currency),
                discounts=money_out(each.discounts_minor, each.currency),
                refunds=money_out(each.refunds_minor, each.currency),
                chargebacks=money_out(each.chargebacks_minor, each.currency),
                net=money_out(each.net_minor, each.currency),
            )
            for each in revenue_by_programme()
        ]
    )


def _payment(payment: UUID) -> Payment:
    found = Payment.objects.filter(pk=payment).first()
    if found is None:
        raise NotFound
    return found


def _dispute(row: Dispute) -> DisputeOut:
    currency = row.payment.currency
    return DisputeOut(
        id=row.pk,
        payment=row.payment_id,
        amount=money_out(row.amount_minor, currency),
        fee=money_out(row.fee_minor, currency),
        state=row.state,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def _entry(row: Entry) -> EntryOut:
    return EntryOut(
        id=row.pk,
        reference=row.reference,
        about=row.about,
        what=row.what,
        at=row.at,
        lines=[
            PostingOut(
                kind=each.account.kind,
                detail=each.account.detail,
                amount=money_out(each.amount_minor, each.currency),
            )
            for each in row.lines.all()
        ],
    )
