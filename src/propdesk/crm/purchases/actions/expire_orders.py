"""Let orders expire that nobody paid in time; one whose payment is not confirmed yet waits."""

from datetime import datetime

from django.db import transaction

from propdesk.crm.audit.actor import system
from propdesk.crm.audit.record import record
from propdesk.crm.purchases.changing_state import change_state
from propdesk.crm.purchases.locks import lock_order
from propdesk.crm.purchases.models import Order, PaymentState
from propdesk.crm.purchases.order_states import OPEN, OrderState


def expire_orders(at: datetime) -> int:
    """How many expired. Each in a transaction of its own: one that fails keeps no other waiting."""
    due = Order.objects.filter(state__in=OPEN, expires_at__lte=at).order_by("expires_at")
    return sum(_expired(each, at) for each in due[:1000])


def _expired(due: Order, at: datetime) -> bool:
    with transaction.atomic():
        order = lock_order(due.pk)
        pending = order.payments.filter(state=PaymentState.PENDING)
        if order.state not in OPEN or pending.exists():
            return False
        # After this point the order must be expired.
        change_state(order, OrderState.EXPIRED, "not paid in time", None, at)
        record(
            by=system("purchases"),
            action="purchases.expire_order",
            object_type="order",
            object_id=order.id,
            at=at,
        )
    return True
