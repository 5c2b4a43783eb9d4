"""An order's state follows its facts: read from its rows, derived, written with its reason.

The order's lock must be held.
"""

from datetime import datetime
from uuid import UUID

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.outbox.actions.enqueue_notice import tell
from propdesk.crm.purchases.models import (
    Dispute,
    DisputeState,
    Order,
    OrderChange,
    OrderTask,
    PaymentState,
    Refund,
    RefundState,
    TaskKind,
)
from propdesk.crm.purchases.order_states import TRANSITIONS, Facts, OrderState, state_of
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.minor_units import money_of

UNDER_WAY = (PaymentState.ASKED, PaymentState.PENDING)


def facts_of(order: Order) -> Facts:
    """What its payments, refunds and disputes say."""
    payments = list(order.payments.all())
    counting = [each for each in payments if each.counts]
    received = sum(each.received_minor for each in counting)
    refunds = Refund.objects.filter(payment__in=counting, state=RefundState.DONE)
    disputes = Dispute.objects.filter(payment__in=counting).exclude(state=DisputeState.WON)
    return Facts(
        settled=bool(counting) or order.total_minor == 0,
        received_minor=received,
        refunded_minor=sum(refunds.values_list("amount_minor", flat=True)),
        disputed=disputes.exists(),
        provisioned=order.provisioned_at is not None,
        paying=any(each.state in UNDER_WAY for each in payments),
        failed=any(each.state == PaymentState.FAILED for each in payments),
    )


def follow_facts(order: Order, reason: str, actor: UUID | None, at: datetime) -> None:
    """Bring the order to the state its facts say; the first time it is paid, its task too."""
    change_state(order, state_of(facts_of(order), OrderState(order.state)), reason, actor, at)


def tell_of(order: Order, notice: str, amount_minor: int, at: datetime, about: str = "") -> None:
    """Tell the buyer of money that moved; once for an order and what of it ``about`` names."""
    amount = money_of(amount_minor, order.currency).amount
    detail = {
        "order": order.reference, "amount": f"{amount:f} {order.currency}",
        "programme": order.version.programme.title,
    }  # fmt: skip
    key = key_of("order", str(order.id), notice, about)
    tell(notice, key, at, person=order.person_id, detail=detail)


def change_state(
    order: Order, new: OrderState, reason: str, actor: UUID | None, at: datetime
) -> None:
    """One edge of the table, with its row. Nothing happens where nothing changes.

    Raises ``LookupError`` where the table has no such edge: the derivation is wrong.
    """
    old = OrderState(order.state)
    if new == old:
        return
    if (old, new) not in TRANSITIONS:
        raise LookupError(f"{order}: no edge from {old} to {new}")
    order.state = new
    order.save(update_fields=["state", "provisioned_at"])
    OrderChange.objects.create(
        order=order, old=old, new=new, reason=reason[:200], actor=actor, at=at
    )
    if new == OrderState.PAID:
        tell_of(order, "purchase", order.total_minor, at)
        OrderTask.objects.get_or_create(
            key=f"provision:{order.id}",
            defaults={
                "id": uuid7(at),
                "kind": TaskKind.PROVISION,
                "order": order,
                "created_at": at,
                "next_try_at": at,
            },
        )
