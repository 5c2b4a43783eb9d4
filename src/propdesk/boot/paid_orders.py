"""From a paid order to what was bought: each once, in the transaction that marks the order.

It must not decide what an order is worth; purchases did.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from propdesk.crm.audit.actor import system
from propdesk.crm.catalog.models import Purpose
from propdesk.crm.challenges.actions.provision import Bought, provision
from propdesk.crm.challenges.actions.reset import reset
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.models import Gate
from propdesk.crm.purchases.models import Order, OrderTask
from propdesk.crm.purchases.provisioning import (
    claim_provision,
    mark_provisioned,
    waiting_provisions,
)
from propdesk.crm.refusal import ActionRefused

BY = system("paid orders")
LATER = timedelta(minutes=1)
ERROR_MAX = 300


def provision_paid(at: datetime, alarm: Callable[[str], None]) -> int:
    """Open what paid orders wait for; how many were looked at. What is refused is told, and tried
    again later."""
    tasks = waiting_provisions(at)
    for task in tasks:
        try:
            with transaction.atomic():
                order = claim_provision(task)
                if order is not None:
                    _open(order, at)
                    mark_provisioned(order, None, at)
        except ActionRefused as error:
            alarm(f"order {task.order.reference} cannot be provisioned: {error}")
            OrderTask.objects.filter(pk=task.pk, done_at=None).update(
                attempts=task.attempts + 1,
                next_try_at=at + LATER * (task.attempts + 1),
                last_error=error.sentence[:ERROR_MAX],
            )
    return len(tasks)


def _open(order: Order, at: datetime) -> None:
    """A purchase is an enrolment; a reset and a paid retry begin its phase anew; the rest of what
    is paid after the pass opens that gate."""
    if order.enrolment is None:
        bought = Bought(
            order=order.pk, person=order.person_id, version=order.version_id, size=order.size,
            currency=order.currency, add_ons=tuple(order.add_ons),
        )  # fmt: skip
        provision(bought, by=BY, at=at)
    elif order.purpose == Purpose.ON_PASS:
        settle_gate(order.enrolment, Gate.PAYMENT, by=BY, at=at, reason=order.reference)
    else:
        reset(order.enrolment, order.pk, by=BY, at=at)
