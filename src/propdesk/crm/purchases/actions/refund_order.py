"""Refund an order, in whole or in part: decided and posted here, sent to the provider later."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.purchases.locks import lock_order
from propdesk.crm.purchases.models import (
    DisputeState,
    OrderTask,
    Payment,
    PaymentState,
    Refund,
    RefundState,
    TaskKind,
)
from propdesk.crm.purchases.refunding import left_of, post_asked
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7


def refund_order(
    payment: Payment, amount_minor: int, reason: str, *, key: str, by: Actor, at: datetime
) -> Refund:
    """The refund of the key, new or as it was asked before; a task sends it.

    Raises ``ActionRefused`` (``no_reason``, ``key_used``, ``nothing_received``, ``disputed``,
    ``too_much``).
    """
    require(by, "purchases.refund_order")
    if not reason.strip():
        raise ActionRefused("no_reason", _("Say why the money is given back."))
    with transaction.atomic():
        order = lock_order(payment.order_id)
        payment = Payment.objects.get(pk=payment.pk)
        known = Refund.objects.filter(key=key).first()
        if known is not None:
            return _same(known, payment.pk, amount_minor)
        _guard(payment, amount_minor)
        # After this point the refund must be on its way.
        refund = Refund.objects.create(
            id=uuid7(at),
            payment=payment,
            key=key,
            amount_minor=amount_minor,
            state=RefundState.ASKED,
            reason=reason,
            asked_by=by.person,
            asked_at=at,
        )
        post_asked(order, payment, refund, at)
        OrderTask.objects.create(
            id=uuid7(at),
            key=f"send_refund:{refund.id}",
            kind=TaskKind.SEND_REFUND,
            order=order,
            refund=refund,
            created_at=at,
            next_try_at=at,
        )
        record(
            by=by,
            action="purchases.refund_order",
            object_type="order",
            object_id=order.id,
            at=at,
            after={"refund": str(refund.id), "amount_minor": amount_minor},
            reason=reason,
        )
    return refund


def _same(known: Refund, payment: UUID, amount_minor: int) -> Refund:
    if (known.payment_id, known.amount_minor) != (payment, amount_minor):
        raise ActionRefused("key_used", _("This form was sent already with another amount."))
    return known


def _guard(payment: Payment, amount_minor: int) -> None:
    if payment.state != PaymentState.SUCCEEDED:
        raise ActionRefused("nothing_received", _("Nothing was received by this payment."))
    if payment.disputes.exclude(state=DisputeState.WON).exists():
        raise ActionRefused("disputed", _("The payment is disputed; the bank decides."))
    if not 0 < amount_minor <= left_of(payment):
        raise ActionRefused("too_much", _("More cannot be given back than is left."))
