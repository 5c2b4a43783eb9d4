"""What the firm asks of a payment provider, and what a provider tells of a payment.

A provider tells at least once and in any order; it must not be believed before its signature holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class PaymentsError(Exception):
    """A provider did not do what was asked. Its subclasses say what the caller does."""


class ProviderAway(PaymentsError):
    """No answer: it may have been done or not. The caller asks again with the same key."""


class ProviderRefuses(PaymentsError):
    """The provider will not do it. The caller shows the sentence and does not ask again."""


class NoticeRefused(PaymentsError):
    """A message is not the provider's, or not readable. The caller believes none of it."""


class NoticeKind(StrEnum):
    """What a provider can tell. Append-only: kinds are in rows."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentNotice:
    """One thing a provider tells of a payment, its signature verified."""

    id: str
    """By which the provider knows it: a repeated message bears the same."""
    kind: NoticeKind
    payment: str
    """The provider's id of the payment."""
    key: str
    """Ours, as the payment was asked with it."""
    currency: str
    amount_minor: int
    """Of the payment, the refund or the dispute, in minor units."""
    fee_minor: int = 0
    """What the provider keeps for it."""
    of: str = ""
    """The provider's id of the refund or dispute it is about."""
    of_key: str = ""
    """Ours, where we asked for the refund."""
    fingerprint: str = ""
    """Of what was paid with; the same means the same card or account."""
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentAsked:
    """A payment to begin. The same ``key`` is the same payment, however often it is asked."""

    key: str
    reference: str
    """Of the order, as the customer sees it."""
    currency: str
    amount_minor: int
    return_address: str


@dataclass(frozen=True, slots=True)
class PaymentStarted:
    """Where the customer pays."""

    payment: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundAsked:
    """Money to give back of a payment. The same ``key`` is the same refund."""

    key: str
    payment: str
    payment_key: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RefundStarted:
    """``notice``: the provider did it at once and says so in its answer."""

    refund: str
    notice: PaymentNotice | None


class PaymentProvider(Protocol):
    """A provider behind the port."""

    name: str

    def start(self, asked: PaymentAsked, at: datetime) -> PaymentStarted:
        """Raises ``ProviderAway`` and ``ProviderRefuses``."""
        ...

    def refund(self, asked: RefundAsked, at: datetime) -> RefundStarted:
        """Raises ``ProviderAway`` and ``ProviderRefuses``."""
        ...

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime) -> PaymentNotice:
        """Verifies the signature, then parses. Raises ``NoticeRefused``."""
        ...
