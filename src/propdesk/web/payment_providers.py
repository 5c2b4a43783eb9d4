"""The payment providers this installation has switched on.

The test provider must not be among them unless the installation says so: it moves no money.
"""

import hashlib

from django.conf import settings

from propdesk.connectors.test_payments.provider import NAME as TEST
from propdesk.connectors.test_payments.provider import TestPayments
from propdesk.ports.payments import PaymentProvider


def providers() -> dict[str, PaymentProvider]:
    """By name, the first one being that which new payments are begun with."""
    return {TEST: installed_test_payments()} if settings.TEST_PAYMENTS else {}


def installed_test_payments() -> TestPayments:
    """Its secret follows from this installation's, and is no other one's."""
    key = f"test payments: {settings.SECRET_KEY}"
    return TestPayments(hashlib.sha256(key.encode()).digest())
