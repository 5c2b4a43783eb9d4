"""What a provider tells becomes what happened: payment, refund or dispute, each posted once.

What comes before its time waits until what it needs has come, so that the order of arrival makes
no difference. The order's lock must be held; nobody is called.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from propdesk.crm.ledger.actions.post_entry import post_entry
from propdesk.crm.purchases import disputing, postings, refunding
from propdesk.crm.purchases.changing_state import UNDER_WAY, follow_facts
from propdesk.crm.purchases.models import (
    NoticeState,
    Order,
    Payment,
    PaymentState,
    ProviderNotice,
)
from propdesk.crm.purchases.refunding import Impossible
from propdesk.ports.payments import NoticeKind


def settle(order: Order, payment: Payment, at: datetime) -> None:
    """Apply what was told of a payment and can be applied, until nothing more can."""
    while any(_applied(order, payment, notice, at) for notice in _waiting(payment)):
        continue


def _waiting(payment: Payment) -> list[ProviderNotice]:
    found = ProviderNotice.objects.filter(
        provider=payment.provider,
        payment_id_there=payment.provider_id,
        state=NoticeState.WAITING,
    )
    return list(found.order_by("at", "notice_id"))


def _applied(order: Order, payment: Payment, notice: ProviderNotice, at: datetime) -> bool:
    """Whether anything came of it."""
    try:
        if not _APPLY[NoticeKind(notice.kind)](order, payment, notice, at):
            return False
    except Impossible as why:
        notice.state, notice.note = NoticeState.REFUSED, str(why)[:200]
    else:
        notice.state = NoticeState.APPLIED
    notice.save(update_fields=["state", "note"])
    follow_facts(order, f"{payment.provider}: {notice.kind}", None, at)
    return True


def _pending(_order: Order, payment: Payment, _notice: ProviderNotice, _at: datetime) -> bool:
    if payment.state == PaymentState.ASKED:
        payment.state = PaymentState.PENDING
        payment.save(update_fields=["state"])
    return True


def _failed(_order: Order, payment: Payment, _notice: ProviderNotice, _at: datetime) -> bool:
    if payment.state in UNDER_WAY:
        payment.state = PaymentState.FAILED
        payment.save(update_fields=["state"])
    return True


def _succeeded(order: Order, payment: Payment, notice: ProviderNotice, at: datetime) -> bool:
    if payment.state == PaymentState.SUCCEEDED:
        return True
    if notice.currency != payment.currency or notice.amount_minor <= 0:
        raise Impossible("another currency or no money was received")
    payment.state, payment.settled_at = PaymentState.SUCCEEDED, at
    payment.received_minor, payment.fee_minor = notice.amount_minor, notice.fee_minor
    payment.fingerprint = notice.fingerprint
    paid_already = order.payments.filter(counts=True).exists()
    payment.counts = notice.amount_minor == order.total_minor and not paid_already
    payment.save()
    _post_received(order, payment, at)
    return True


def _post_received(order: Order, payment: Payment, at: datetime) -> None:
    if payment.counts:
        what, lines = (
            "sale",
            postings.sale(
                order.currency,
                gross_minor=order.list_minor + order.add_ons_minor,
                discount_minor=order.discount_minor,
                tax_minor=order.tax_minor,
                provider=payment.provider,
            ),
        )
    else:
        what, lines = (
            "received_without_order",
            postings.received_without_order(
                payment.currency, payment.received_minor, payment.provider
            ),
        )
    post_entry(key=f"payment:{payment.id}", about=order.reference, what=what, lines=lines, at=at)
    if payment.fee_minor:
        fee = postings.provider_fee(payment.currency, payment.fee_minor, payment.provider)
        post_entry(
            key=f"payment-fee:{payment.id}",
            about=order.reference,
            what="provider_fee",
            lines=fee,
            at=at,
        )


def _refunded(order: Order, payment: Payment, notice: ProviderNotice, at: datetime) -> bool:
    if payment.state != PaymentState.SUCCEEDED:
        return False
    told = refunding.Told(notice.of, notice.of_key, notice.amount_minor)
    refunding.mark_done(order, payment, told, at)
    return True


def _refund_failed(order: Order, payment: Payment, notice: ProviderNotice, at: datetime) -> bool:
    if payment.state != PaymentState.SUCCEEDED:
        return False
    told = refunding.Told(notice.of, notice.of_key, notice.amount_minor)
    refunding.mark_failed(order, payment, told, at)
    return True


def _dispute_opened(order: Order, payment: Payment, notice: ProviderNotice, at: datetime) -> bool:
    if payment.state != PaymentState.SUCCEEDED:
        return False
    contested = disputing.Contested(notice.of, notice.amount_minor, notice.fee_minor)
    disputing.mark_opened(order, payment, contested, at)
    return True


def _dispute_closed(order: Order, payment: Payment, notice: ProviderNotice, at: datetime) -> bool:
    dispute = payment.disputes.filter(provider_id=notice.of).first()
    if dispute is None:
        return False
    won = NoticeKind(notice.kind) == NoticeKind.DISPUTE_WON
    disputing.mark_closed(order, payment, dispute, won=won, at=at)
    return True


_APPLY: Final[dict[NoticeKind, Callable[[Order, Payment, ProviderNotice, datetime], bool]]] = {
    NoticeKind.PENDING: _pending,
    NoticeKind.SUCCEEDED: _succeeded,
    NoticeKind.FAILED: _failed,
    NoticeKind.REFUNDED: _refunded,
    NoticeKind.REFUND_FAILED: _refund_failed,
    NoticeKind.DISPUTE_OPENED: _dispute_opened,
    NoticeKind.DISPUTE_WON: _dispute_closed,
    NoticeKind.DISPUTE_LOST: _dispute_closed,
}
