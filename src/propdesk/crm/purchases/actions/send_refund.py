"""Send a refund to its provider: claimed, asked by its own key, settled by the answer."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from propdesk.crm.audit.actor import system
from propdesk.crm.audit.record import record
from propdesk.crm.purchases import refunding
from propdesk.crm.purchases.changing_state import follow_facts
from propdesk.crm.purchases.locks import lock_order
from propdesk.crm.purchases.models import OrderTask, Payment, Refund, TaskKind
from propdesk.ports.payments import (
    NoticeKind,
    PaymentProvider,
    ProviderAway,
    ProviderRefuses,
    RefundAsked,
    RefundStarted,
)

HOLD = timedelta(minutes=1)
"""For so long nobody else sends it; then it is sent again, with the same key."""


def due_refunds(provider: str, at: datetime) -> list[OrderTask]:
    """What waits to be sent, the longest first."""
    due = OrderTask.objects.filter(
        kind=TaskKind.SEND_REFUND,
        done_at__isnull=True,
        next_try_at__lte=at,
        refund__payment__provider=provider,
    )
    return list(due.order_by("next_try_at")[:100])


def send_refund(task: OrderTask, provider: PaymentProvider, at: datetime) -> bool:
    """Whether the provider answered; False also where another one has just claimed it."""
    due = OrderTask.objects.filter(pk=task.pk, done_at__isnull=True, next_try_at__lte=at)
    if not due.update(next_try_at=at + HOLD, attempts=F("attempts") + 1):
        return False
    refund = Refund.objects.select_related("payment").get(tasks=task)
    payment = refund.payment
    asked = RefundAsked(
        key=str(refund.id),
        payment=payment.provider_id or "",
        payment_key=str(payment.id),
        currency=payment.currency,
        amount_minor=refund.amount_minor,
    )
    try:
        answer = provider.refund(asked, at)
    except ProviderAway as error:
        OrderTask.objects.filter(pk=task.pk).update(last_error=str(error)[:300])
        return False
    except ProviderRefuses as error:
        _refused(task, refund, str(error), at)
        return True
    _sent(task, refund, answer, at)
    return True


def _sent(task: OrderTask, refund: Refund, answer: RefundStarted, at: datetime) -> None:
    with transaction.atomic():
        order = lock_order(task.order_id)
        payment = Payment.objects.get(pk=refund.payment_id)
        Refund.objects.filter(pk=refund.pk).update(provider_id=answer.refund)
        told = refunding.Told(answer.refund, str(refund.id), refund.amount_minor)
        if answer.notice is not None and answer.notice.kind == NoticeKind.REFUNDED:
            refunding.mark_done(order, payment, told, at)
        _done(task, at, "")
        follow_facts(order, f"{payment.provider}: refund sent", None, at)


def _refused(task: OrderTask, refund: Refund, why: str, at: datetime) -> None:
    with transaction.atomic():
        order = lock_order(task.order_id)
        payment = Payment.objects.get(pk=refund.payment_id)
        told = refunding.Told("", str(refund.id), refund.amount_minor)
        refunding.mark_failed(order, payment, told, at)
        _done(task, at, why)
        follow_facts(order, f"{payment.provider}: refund refused", None, at)


def _done(task: OrderTask, at: datetime, error: str) -> None:
    OrderTask.objects.filter(pk=task.pk).update(done_at=at, last_error=error[:300])
    record(
        by=system("payments"),
        action="purchases.send_refund",
        object_type="order",
        object_id=task.order_id,
        at=at,
        after={"refund": str(task.refund_id), "refused": error},
    )
