"""The states of an order, the edges between them, and the state that follows from its facts.

Pure. A state is derived from what happened, never set by who happened to tell it last.
"""

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrderState(models.TextChoices):
    """How far an order is. Append-only: states are in rows."""

    CREATED = "created", _("created")
    AWAITING_PAYMENT = "awaiting_payment", _("awaiting payment")
    PAID = "paid", _("paid")
    PROVISIONED = "provisioned", _("account opened")
    FAILED = "failed", _("payment failed")
    EXPIRED = "expired", _("expired")
    REFUNDED = "refunded", _("refunded")
    DISPUTED = "disputed", _("disputed")


S = OrderState
# One table for the code and for the trigger in the database.
TRANSITIONS: Final = (
    (S.CREATED, S.AWAITING_PAYMENT),
    (S.CREATED, S.PAID),  # nothing was to be paid
    (S.CREATED, S.EXPIRED),
    (S.AWAITING_PAYMENT, S.PAID),
    (S.AWAITING_PAYMENT, S.FAILED),
    (S.AWAITING_PAYMENT, S.EXPIRED),
    (S.FAILED, S.AWAITING_PAYMENT),  # tried again
    (S.FAILED, S.PAID),  # the failure was told, the success overtook it
    (S.FAILED, S.EXPIRED),
    (S.EXPIRED, S.PAID),  # the money came late, but it came
    (S.PAID, S.PROVISIONED),
    (S.PAID, S.REFUNDED),
    (S.PAID, S.DISPUTED),
    (S.PROVISIONED, S.REFUNDED),
    (S.PROVISIONED, S.DISPUTED),
    (S.DISPUTED, S.PAID),  # the dispute was won
    (S.DISPUTED, S.PROVISIONED),
    (S.DISPUTED, S.REFUNDED),
    (S.REFUNDED, S.DISPUTED),
)
OPEN: Final = frozenset({S.CREATED, S.AWAITING_PAYMENT, S.FAILED})
"""What can still be paid."""
BOUGHT: Final = frozenset({S.PAID, S.PROVISIONED, S.REFUNDED, S.DISPUTED})
"""What was paid once, whatever became of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of an order's money. Amounts are of payments that count for it."""

    settled: bool
    """The total was received, or there was none."""
    received_minor: int
    refunded_minor: int
    disputed: bool
    """A dispute is open or lost."""
    provisioned: bool
    paying: bool
    """A payment is under way."""
    failed: bool
    """A payment failed."""


def state_of(facts: Facts, now: OrderState) -> OrderState:
    """What an order is, by its facts; ``now`` is what it was."""
    if facts.settled:
        if facts.disputed:
            return S.DISPUTED
        if facts.received_minor and facts.refunded_minor >= facts.received_minor:
            return S.REFUNDED
        return S.PROVISIONED if facts.provisioned else S.PAID
    if now == S.EXPIRED:
        return S.EXPIRED
    if facts.paying:
        return S.AWAITING_PAYMENT
    return S.FAILED if facts.failed else now
