"""The test provider behind the port. It keeps nothing: ids and signatures follow from its secret.

It must not take part in a real sale.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from propdesk.connectors.test_payments.messages import read, sign
from propdesk.ports.payments import (
    NoticeKind,
    PaymentAsked,
    PaymentNotice,
    PaymentStarted,
    RefundAsked,
    RefundStarted,
)

NAME = "test"
FEE_PERCENT, FEE_FIXED_MINOR = 3, 25


class TestPayments:
    """What it is asked is done at once; how a payment goes the customer chooses on its page."""

    __test__ = False  # no test class, whatever its name suggests to a collector
    name = NAME

    def __init__(self, secret: bytes) -> None:
        """``secret``: what its messages are signed with."""
        self._secret = secret

    def start(self, asked: PaymentAsked, at: datetime) -> PaymentStarted:
        del at
        payment = self._id("tp", asked.key)
        return PaymentStarted(payment, f"/pay/test/{payment}/")

    def refund(self, asked: RefundAsked, at: datetime) -> RefundStarted:
        refund = self._id("tr", asked.key)
        done = PaymentNotice(
            id=f"{refund}-refunded",
            kind=NoticeKind.REFUNDED,
            payment=asked.payment,
            key=asked.payment_key,
            currency=asked.currency,
            amount_minor=asked.amount_minor,
            of=refund,
            of_key=asked.key,
            at=at,
        )
        return RefundStarted(refund, done)

    def read_notice(self, body: bytes, headers: Mapping[str, str], now: datetime) -> PaymentNotice:
        return read(self._secret, body, headers, now)

    def signed(self, notice: PaymentNotice, at: datetime) -> tuple[bytes, dict[str, str]]:
        """The message that tells ``notice``: its body and its headers."""
        return sign(self._secret, notice, at)

    def _id(self, kind: str, key: str) -> str:
        made = hmac.new(self._secret, f"{kind}:{key}".encode(), hashlib.sha256)
        return f"{kind}_{made.hexdigest()[:24]}"


def fee_minor(amount_minor: int) -> int:
    """Three per cent, rounded down to the minor unit, and 25 of them; never more than was paid."""
    return min(amount_minor, amount_minor * FEE_PERCENT // 100 + FEE_FIXED_MINOR)
