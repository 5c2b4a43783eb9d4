"""Close a dispute by hand, as the bank decided."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.purchases.changing_state import follow_facts
from propdesk.crm.purchases.disputing import mark_closed
from propdesk.crm.purchases.locks import lock_order
from propdesk.crm.purchases.models import Dispute, DisputeState
from propdesk.crm.refusal import ActionRefused


def close_dispute(dispute: Dispute, reason: str, *, won: bool, by: Actor, at: datetime) -> None:
    """Raises ``ActionRefused`` (``no_reason``, ``closed``)."""
    require(by, "purchases.close_dispute")
    if not reason.strip():
        raise ActionRefused("no_reason", _("Say how the bank's decision became known."))
    with transaction.atomic():
        order = lock_order(dispute.payment.order_id)
        dispute = Dispute.objects.select_related("payment").get(pk=dispute.pk)
        if dispute.state != DisputeState.OPEN:
            raise ActionRefused("closed", _("This dispute is closed already."))
        # After this point the dispute must be closed.
        mark_closed(order, dispute.payment, dispute, won=won, at=at)
        follow_facts(order, f"dispute {dispute.state}", by.person, at)
        record(
            by=by,
            action="purchases.close_dispute",
            object_type="order",
            object_id=order.id,
            at=at,
            after={"dispute": dispute.provider_id, "state": dispute.state},
            reason=reason,
        )
