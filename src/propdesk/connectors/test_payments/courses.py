"""The courses a test payment can take, each as the messages the provider sends, in their order.

They must hold what real providers do: repeat, overtake, come late, contradict nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from propdesk.connectors.test_payments.provider import fee_minor
from propdesk.ports.payments import NoticeKind, PaymentNotice

DISPUTE_FEE_MINOR = 1_500
TIMES_REPEATED = 5


class Course(StrEnum):
    """What the customer chooses on the test provider's page."""

    PAYS = "pays"
    DECLINES = "declines"
    DELAYS = "delays"
    REPEATS = "repeats"
    DISPUTES = "disputes"
    WINS_DISPUTE = "dispute_won"
    LOSES_DISPUTE = "dispute_lost"


def messages(course: Course, pending: PaymentNotice) -> tuple[PaymentNotice, ...]:
    """What is sent, in the order of arrival. ``pending`` is the payment as it was begun."""
    return _COURSES[course](pending)


def _told(pending: PaymentNotice, kind: NoticeKind, after_s: int, **said: object) -> PaymentNotice:
    notice = replace(
        pending,
        id=f"{pending.payment}-{kind}",
        kind=kind,
        at=pending.at + timedelta(seconds=after_s),
        fingerprint=f"card-of-{pending.payment[:9]}",
    )
    return replace(notice, **said)  # type: ignore[arg-type]  # fields of the notice by name


def _paid(pending: PaymentNotice) -> PaymentNotice:
    return _told(pending, NoticeKind.SUCCEEDED, 1, fee_minor=fee_minor(pending.amount_minor))


def _pays(pending: PaymentNotice) -> tuple[PaymentNotice, ...]:
    return (pending, _paid(pending))


def _declines(pending: PaymentNotice) -> tuple[PaymentNotice, ...]:
    return (pending, _told(pending, NoticeKind.FAILED, 1))


def _delays(pending: PaymentNotice) -> tuple[PaymentNotice, ...]:
    return (pending,)


def _repeats(pending: PaymentNotice) -> tuple[PaymentNotice, ...]:
    """A first try that failed is told last, and each message five times."""
    paid, failed = _paid(pending), _told(pending, NoticeKind.FAILED, 0)
    return (paid, pending, failed) * TIMES_REPEATED


def _dispute(pending: PaymentNotice, kind: NoticeKind, after_s: int) -> PaymentNotice:
    fee = DISPUTE_FEE_MINOR if kind == NoticeKind.DISPUTE_OPENED else 0
    return _told(pending, kind, after_s, of=f"{pending.payment}-d", fee_minor=fee)


def _disputes(pending: PaymentNotice) -> tuple[PaymentNotice, ...]:
    """The dispute overtakes the payment."""
    return (_dispute(pending, NoticeKind.DISPUTE_OPENED, 60), pending, _paid(pending))


def _closes(kind: NoticeKind) -> Callable[[PaymentNotice], tuple[PaymentNotice, ...]]:
    def closed(pending: PaymentNotice) -> tuple[PaymentNotice, ...]:
        return (_dispute(pending, kind, 120), *_disputes(pending))

    return closed


_COURSES: Final[dict[Course, Callable[[PaymentNotice], tuple[PaymentNotice, ...]]]] = {
    Course.PAYS: _pays,
    Course.DECLINES: _declines,
    Course.DELAYS: _delays,
    Course.REPEATS: _repeats,
    Course.DISPUTES: _disputes,
    Course.WINS_DISPUTE: _closes(NoticeKind.DISPUTE_WON),
    Course.LOSES_DISPUTE: _closes(NoticeKind.DISPUTE_LOST),
}
