"""What becomes of a dispute: opened, won or lost, each posted once.

The order's lock must be held; nobody is called.
"""

from dataclasses import dataclass
from datetime import datetime

from propdesk.crm.ledger.actions.post_entry import post_entry
from propdesk.crm.ledger.lines import Line
from propdesk.crm.purchases import postings
from propdesk.crm.purchases.models import Dispute, DisputeState, Order, Payment
from propdesk.crm.uuid7 import uuid7


@dataclass(frozen=True, slots=True)
class Contested:
    """A dispute as the provider names it."""

    provider_id: str
    amount_minor: int
    fee_minor: int = 0


def mark_opened(order: Order, payment: Payment, told: Contested, at: datetime) -> Dispute:
    """The dispute, new or as it is known."""
    dispute, made = Dispute.objects.get_or_create(
        payment=payment,
        provider_id=told.provider_id,
        defaults={
            "id": uuid7(at),
            "amount_minor": told.amount_minor,
            "fee_minor": told.fee_minor,
            "state": DisputeState.OPEN,
            "opened_at": at,
        },
    )
    if made:
        lines = postings.dispute_opened(payment.currency, told.amount_minor, payment.provider)
        _post(order, dispute, "dispute_opened", lines, at)
    if made and told.fee_minor:
        fee = postings.provider_fee(payment.currency, told.fee_minor, payment.provider)
        _post(order, dispute, "dispute_fee", fee, at)
    return dispute


def mark_closed(
    order: Order, payment: Payment, dispute: Dispute, *, won: bool, at: datetime
) -> None:
    """What was decided first stands."""
    if dispute.state != DisputeState.OPEN:
        return
    dispute.state = DisputeState.WON if won else DisputeState.LOST
    dispute.closed_at = at
    dispute.save(update_fields=["state", "closed_at"])
    currency, amount, provider = payment.currency, dispute.amount_minor, payment.provider
    lines = (
        postings.dispute_won(currency, amount, provider)
        if won
        else postings.dispute_lost(currency, amount, provider, counts=payment.counts)
    )
    _post(order, dispute, f"dispute_{dispute.state}", lines, at)


def _post(order: Order, dispute: Dispute, what: str, lines: tuple[Line, ...], at: datetime) -> None:
    key = f"{what}:{dispute.id}"
    post_entry(key=key, about=order.reference, what=what, lines=lines, at=at)
