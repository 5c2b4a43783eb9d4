"""Begin to pay an order: one payment under way at a time, and the provider is asked outside.

Two steps with the call between them; killed anywhere, the next try goes on with the same payment.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.purchases.changing_state import UNDER_WAY, follow_facts
from propdesk.crm.purchases.locks import lock_order
from propdesk.crm.purchases.models import Order, Payment, PaymentState
from propdesk.crm.purchases.order_states import OPEN
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.payments import PaymentAsked, PaymentProvider


def begin_payment(
    order: UUID, provider: PaymentProvider, return_address: str, *, by: Actor, at: datetime
) -> Payment:
    """The payment under way, with the address at which the customer pays.

    Raises ``ActionRefused`` (``paid``, ``expired``), and what the provider raises: then the
    payment is under way here and may be there; the same is asked again.
    """
    payment = _under_way(order, provider.name, by, at)
    if payment.provider_id is not None:
        return payment
    asked = PaymentAsked(
        key=str(payment.id),
        reference=payment.order.reference,
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        return_address=return_address,
    )
    started = provider.start(asked, at)
    fresh = Payment.objects.filter(pk=payment.pk, provider_id__isnull=True)
    fresh.update(provider_id=started.payment, address=started.address)
    payment.refresh_from_db()
    return payment


def _under_way(order_id: UUID, provider: str, by: Actor, at: datetime) -> Payment:
    with transaction.atomic():
        order = lock_order(order_id)
        _guard(order, at)
        known = order.payments.filter(state__in=UNDER_WAY).select_related("order").first()
        if known is not None:
            return known
        # After this point a payment must be under way.
        payment = Payment.objects.create(
            id=uuid7(at),
            order=order,
            provider=provider,
            currency=order.currency,
            amount_minor=order.total_minor,
            state=PaymentState.ASKED,
            created_at=at,
        )
        follow_facts(order, "payment begun", by.person, at)
        record(
            by=by,
            action="purchases.begin_payment",
            object_type="payment",
            object_id=payment.id,
            at=at,
            after={"order": order.reference, "provider": provider},
        )
    return payment


def _guard(order: Order, at: datetime) -> None:
    if order.state not in OPEN:
        raise ActionRefused("paid", _("There is nothing to pay for this order."))
    if at >= order.expires_at:
        raise ActionRefused("expired", _("This order has expired. Place a new one."))
