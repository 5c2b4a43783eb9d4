"""The test provider: the same every time, and nothing of a message is believed before its
signature holds."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from propdesk.connectors.test_payments.courses import Course, messages
from propdesk.connectors.test_payments.messages import ID, SIGNATURE, STAMP, headers_of
from propdesk.connectors.test_payments.provider import TestPayments, fee_minor
from propdesk.ports.payments import (
    NoticeKind,
    NoticeRefused,
    PaymentAsked,
    PaymentNotice,
    RefundAsked,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PROVIDER = TestPayments(b"secret")
NOTICE = PaymentNotice(
    id="n1",
    kind=NoticeKind.PENDING,
    payment="tp_1",
    key="k",
    currency="USD",
    amount_minor=100,
    at=NOW,
)
ASKED = PaymentAsked(key="k", reference="O-1", currency="USD", amount_minor=100, return_address="/")


def test_the_same_key_is_the_same_payment() -> None:
    first, again = PROVIDER.start(ASKED, NOW), PROVIDER.start(ASKED, NOW + timedelta(days=1))
    assert first == again
    assert first.address == f"/pay/test/{first.payment}/"
    other = PROVIDER.start(replace(ASKED, key="other"), NOW)
    assert other.payment != first.payment
    assert TestPayments(b"another").start(ASKED, NOW).payment != first.payment


def test_a_refund_is_done_at_once_and_said_in_the_answer() -> None:
    asked = RefundAsked(key="r", payment="tp_1", payment_key="k", currency="USD", amount_minor=7)
    answer = PROVIDER.refund(asked, NOW)
    assert answer == PROVIDER.refund(asked, NOW)
    told = answer.notice
    assert told is not None
    assert (told.kind, told.of, told.of_key, told.amount_minor) == (
        NoticeKind.REFUNDED,
        answer.refund,
        "r",
        7,
    )


@pytest.mark.parametrize(("amount", "fee"), [(54_900, 1_672), (100, 28), (33, 25), (10, 10)])
def test_what_it_keeps(amount: int, fee: int) -> None:
    assert fee_minor(amount) == fee


def test_a_signed_message_reads_back() -> None:
    body, headers = PROVIDER.signed(NOTICE, NOW)
    shouted = {name.upper(): value for name, value in headers.items()}
    assert PROVIDER.read_notice(body, shouted, NOW + timedelta(minutes=5)) == NOTICE


def refuse(body: bytes, headers: Mapping[str, str], why: str, now: datetime = NOW) -> None:
    with pytest.raises(NoticeRefused, match=why):
        PROVIDER.read_notice(body, headers, now)


def test_nothing_is_believed_without_the_providers_signature() -> None:
    body, headers = PROVIDER.signed(NOTICE, NOW)
    not_its = "signature is not"
    refuse(body.replace(b"100", b"101"), headers, not_its)
    refuse(b"\xff not json", headers, not_its)
    refuse(body, {}, not_its)
    refuse(body, {**headers, SIGNATURE: "v1,ünicode"}, not_its)
    refuse(body, {**headers, ID: "n2"}, not_its)
    refuse(body, {**headers, STAMP: str(int(NOW.timestamp()) + 1)}, not_its)
    refuse(body, TestPayments(b"thief").signed(NOTICE, NOW)[1], not_its)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_an_old_message_is_not_believed(minutes: int) -> None:
    body, headers = PROVIDER.signed(NOTICE, NOW)
    refuse(body, headers, "five minutes", NOW + timedelta(minutes=minutes))


def test_a_message_too_long_is_not_read() -> None:
    body, headers = PROVIDER.signed(replace(NOTICE, fingerprint="x" * 20_000), NOW)
    refuse(body, headers, "longer than")


def test_what_is_signed_and_not_readable_is_refused() -> None:
    for change in ({"kind": "stolen"}, {"at": "yesterday"}, {"more": 1}):
        body, headers = PROVIDER.signed(NOTICE, NOW)
        said = json.dumps({**json.loads(body), **change}).encode()
        signed = headers_of(b"secret", NOTICE.id, said, NOW)
        assert signed.keys() == headers.keys()
        refuse(said, signed, "not readable")


@pytest.mark.parametrize(
    ("course", "kinds"),
    [
        (Course.PAYS, ["pending", "succeeded"]),
        (Course.DECLINES, ["pending", "failed"]),
        (Course.DELAYS, ["pending"]),
        (Course.REPEATS, ["succeeded", "pending", "failed"] * 5),
        (Course.DISPUTES, ["dispute_opened", "pending", "succeeded"]),
        (Course.WINS_DISPUTE, ["dispute_won", "dispute_opened", "pending", "succeeded"]),
        (Course.LOSES_DISPUTE, ["dispute_lost", "dispute_opened", "pending", "succeeded"]),
    ],
)
def test_what_each_course_tells(course: Course, kinds: list[str]) -> None:
    told = messages(course, NOTICE)
    assert [each.kind.value for each in told] == kinds
    assert len({each.id for each in told}) == len(set(kinds))
    assert messages(course, NOTICE) == told
