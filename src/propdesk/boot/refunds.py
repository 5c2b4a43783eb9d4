"""The carrier of refunds: asks the payment providers to give back what was decided to be.

By each refund's own key, so that one asked twice is given once. It must not decide any.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from propdesk.crm.purchases.actions.send_refund import due_refunds, send_refund
from propdesk.ports.payments import PaymentProvider

LOOK_S = 2.0


def send_refunds(providers: Mapping[str, PaymentProvider], at: datetime) -> int:
    """Ask for what is due; how many were answered. Who does not answer is asked again later."""
    return sum(
        send_refund(task, provider, at)
        for name, provider in providers.items()
        for task in due_refunds(name, at)
    )


def carry_refunds(
    providers: Mapping[str, PaymentProvider],
    clock: Callable[[], datetime],
    over: threading.Event,
) -> None:
    """Go on until ``over`` is set. Raises what the database raises."""
    while not over.is_set():
        if not send_refunds(providers, clock()):
            over.wait(LOOK_S)
