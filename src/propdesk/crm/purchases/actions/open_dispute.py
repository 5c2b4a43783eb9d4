"""Open a dispute by hand: for a provider whose message did not come."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.purchases.changing_state import follow_facts
from propdesk.crm.purchases.disputing import Contested, mark_opened
from propdesk.crm.purchases.locks import lock_order
from propdesk.crm.purchases.models import Dispute, Payment, PaymentState
from propdesk.crm.refusal import ActionRefused


def open_dispute(
    payment: Payment, contested: Contested, reason: str, *, by: Actor, at: datetime
) -> Dispute:
    """The dispute of the provider's id; told by the provider too, it is the same one.

    Raises ``ActionRefused`` (``no_reason``, ``nothing_received``, ``no_amount``).
    """
    require(by, "purchases.open_dispute")
    if not reason.strip():
        raise ActionRefused("no_reason", _("Say how the dispute became known."))
    with transaction.atomic():
        order = lock_order(payment.order_id)
        payment = Payment.objects.get(pk=payment.pk)
        if payment.state != PaymentState.SUCCEEDED:
            raise ActionRefused("nothing_received", _("Nothing was received by this payment."))
        if not 0 < contested.amount_minor <= payment.received_minor:
            raise ActionRefused("no_amount", _("At most what was received is disputed."))
        # After this point the dispute must be open.
        dispute = mark_opened(order, payment, contested, at)
        follow_facts(order, "dispute opened", by.person, at)
        record(
            by=by,
            action="purchases.open_dispute",
            object_type="order",
            object_id=order.id,
            at=at,
            after={"dispute": contested.provider_id, "amount_minor": contested.amount_minor},
            reason=reason,
        )
    return dispute
