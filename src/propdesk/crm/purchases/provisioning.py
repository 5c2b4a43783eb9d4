"""What paid orders wait for: the tasks of whoever opens accounts, and the way to say it is done.

It opens nothing. Both functions are called in the transaction in which the account is enrolled.
"""

from datetime import datetime
from uuid import UUID

from propdesk.crm.purchases.changing_state import change_state
from propdesk.crm.purchases.locks import lock_order
from propdesk.crm.purchases.models import Order, OrderTask, TaskKind
from propdesk.crm.purchases.order_states import OrderState


def waiting_provisions(at: datetime) -> list[OrderTask]:
    """Of orders that are paid now: one that was refunded or disputed since does not wait."""
    waiting = OrderTask.objects.filter(
        kind=TaskKind.PROVISION,
        done_at__isnull=True,
        next_try_at__lte=at,
        order__state=OrderState.PAID,
    )
    return list(waiting.select_related("order").order_by("next_try_at")[:100])


def claim_provision(task: OrderTask) -> Order | None:
    """The order, locked, where it still waits; None: it is done, or no longer paid."""
    order = lock_order(task.order_id)
    waits = OrderTask.objects.filter(pk=task.pk, done_at__isnull=True).exists()
    return order if waits and order.state == OrderState.PAID else None


def mark_provisioned(order: Order, by: UUID | None, at: datetime) -> None:
    """What was bought is open. The order is locked, and paid."""
    order.provisioned_at = at
    change_state(order, OrderState.PROVISIONED, "account opened", by, at)
    OrderTask.objects.filter(key=f"provision:{order.id}").update(done_at=at)
