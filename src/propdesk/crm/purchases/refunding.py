"""What becomes of a refund: asked, done or refused, each posted once.

The order's lock must be held; nobody is called.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from propdesk.crm.ledger.actions.post_entry import post_entry
from propdesk.crm.ledger.lines import Line
from propdesk.crm.purchases import postings
from propdesk.crm.purchases.changing_state import tell_of
from propdesk.crm.purchases.models import Order, Payment, Refund, RefundState
from propdesk.crm.uuid7 import uuid7


class Impossible(Exception):
    """What was told cannot be true of this payment; the caller keeps it with this sentence."""


@dataclass(frozen=True, slots=True)
class Told:
    """A refund as the provider names it; ``key`` is ours where we asked for it."""

    provider_id: str
    key: str
    amount_minor: int


def left_of(payment: Payment) -> int:
    """What of a payment is neither given back nor asked to be, in minor units."""
    out = payment.refunds.exclude(state=RefundState.FAILED).aggregate(sum=Sum("amount_minor"))
    return payment.received_minor - int(out["sum"] or 0)


def post_asked(order: Order, payment: Payment, refund: Refund, at: datetime) -> None:
    lines = postings.refund_asked(payment.currency, refund.amount_minor, counts=payment.counts)
    _post(order, refund, "refund_asked", lines, at)


def mark_done(order: Order, payment: Payment, told: Told, at: datetime) -> None:
    """Raises ``Impossible`` where more would be given back than was received."""
    refund = _find(payment, told)
    if refund is None:
        if told.amount_minor <= 0 or told.amount_minor > left_of(payment):
            raise Impossible("more would be given back than was received")
        refund = Refund(
            id=uuid7(at),
            payment=payment,
            key=f"{payment.provider}:{told.provider_id}",
            amount_minor=told.amount_minor,
            state=RefundState.FAILED,  # not under way: nothing was posted for it
            reason="made at the provider's own desk",
            asked_at=at,
        )
    if refund.state == RefundState.DONE:
        return
    if refund.amount_minor != told.amount_minor:
        raise Impossible("another amount was given back than was asked")
    asked = refund.state == RefundState.ASKED
    refund.state, refund.done_at, refund.provider_id = RefundState.DONE, at, told.provider_id
    refund.save()
    lines = postings.refund_done(
        payment.currency,
        refund.amount_minor,
        payment.provider,
        asked=asked,
        counts=payment.counts,
    )
    _post(order, refund, "refund_done", lines, at)
    tell_of(order, "refund", refund.amount_minor, at, str(refund.id))


def mark_failed(order: Order, payment: Payment, told: Told, at: datetime) -> None:
    """Where it was under way it no longer is; one that is done stays done.

    Raises ``Impossible`` for one nobody asked for.
    """
    refund = _find(payment, told)
    if refund is None:
        raise Impossible("nobody asked for this refund")
    if refund.state != RefundState.ASKED:
        return
    refund.state = RefundState.FAILED
    refund.save(update_fields=["state"])
    lines = postings.refund_refused(payment.currency, refund.amount_minor, counts=payment.counts)
    _post(order, refund, "refund_refused", lines, at)


def _find(payment: Payment, told: Told) -> Refund | None:
    by_id = payment.refunds.filter(provider_id=told.provider_id).first()
    if by_id is not None or not told.key:
        return by_id
    return next((each for each in payment.refunds.all() if str(each.id) == told.key), None)


def _post(order: Order, refund: Refund, what: str, lines: tuple[Line, ...], at: datetime) -> None:
    key = f"{what}:{refund.id}"
    post_entry(key=key, about=order.reference, what=what, lines=lines, at=at)
