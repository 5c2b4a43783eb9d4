"""What the audit holds stays, in the order of commits, and whatever was done to it shows."""

import json
import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from propdesk.crm.audit.actor import Actor, system
from propdesk.crm.audit.chain import Head, NoHead, parse_head, walk
from propdesk.crm.audit.content import NotPlain
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.audit.record import NotInTransaction, record

AT = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)
RISK = Actor(UUID(int=7), "risk", address="203.0.113.9")


def written(count: int, **fields) -> list[AuditRow]:
    rows = []
    for place in range(count):
        with transaction.atomic():
            rows.append(
                record(
                    by=RISK,
                    action="people.suspend_person",
                    object_type="person",
                    object_id=str(place),
                    at=AT + timedelta(seconds=place),
                    before={"standing": "open"},
                    after={"standing": "suspended", "days": 3, "lists": [1, "2", None, True]},
                    reason="chargeback — “двойной”",
                    **fields,
                )
            )
    return rows


@pytest.mark.django_db(transaction=True)
def test_rows_are_numbered_and_fit() -> None:
    rows = written(5)
    walked = walk()
    assert (walked.fault, walked.head.count) == ("", 5)
    numbers = AuditRow.objects.order_by("number").values_list("number", "object_id")
    assert list(numbers) == [(1, "0"), (2, "1"), (3, "2"), (4, "3"), (5, "4")]
    last = AuditRow.objects.get(pk=rows[-1].pk)
    assert walked.head == Head(5, last.hash)
    assert (last.role, last.address, last.at) == ("risk", "203.0.113.9", AT + timedelta(seconds=4))


@pytest.mark.django_db(transaction=True)
def test_an_action_that_falls_leaves_no_row_and_no_gap() -> None:
    written(1)
    with transaction.atomic():
        record(by=RISK, action="a.b", object_type="x", object_id="1", at=AT)
        transaction.set_rollback(True)
    written(1)
    assert walk().head.count == 2
    assert walk().fault == ""


@pytest.mark.django_db(transaction=True)
def test_nothing_is_recorded_outside_a_transaction() -> None:
    with pytest.raises(NotInTransaction):
        record(by=system("test"), action="a.b", object_type="x", object_id="1", at=AT)
    assert not AuditRow.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditrow SET reason = 'another' WHERE number = 2",
        "UPDATE audit_auditrow SET number = NULL",
        "DELETE FROM audit_auditrow WHERE number = 3",
        "TRUNCATE audit_auditrow",
        """INSERT INTO audit_auditrow SELECT gen_random_uuid(), 9, at, person, role, process,
        address, action, object_type, object_id, before, after, reason, content_hash, hash
        FROM audit_auditrow WHERE number = 3""",
    ],
)
def test_a_row_is_written_once_and_stays(statement: str) -> None:
    written(3)
    with pytest.raises(IntegrityError, match="audit: a row"), connection.cursor() as cursor:
        cursor.execute(statement)
    assert walk().head.count == 3


@pytest.mark.django_db(transaction=True)
def test_not_even_its_own_transaction_changes_a_row() -> None:
    with transaction.atomic():
        row = record(by=RISK, action="a.b", object_type="x", object_id="1", at=AT)
        with pytest.raises(IntegrityError, match="written once"), transaction.atomic():
            AuditRow.objects.filter(pk=row.pk).update(reason="another")


def tampered(*statements: str) -> None:
    """What somebody can do who owns the table and switches its triggers off."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditrow DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("ALTER TABLE audit_auditrow ENABLE TRIGGER USER")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE audit_auditrow SET reason = '' WHERE number = 3", "row 3 (%s) is not as it was"),
        ("UPDATE audit_auditrow SET person = NULL WHERE number = 3", "row 3 (%s) is not as it"),
        ("UPDATE audit_auditrow SET at = at + '1us' WHERE number = 3", "row 3 (%s) is not as it"),
        (
            'UPDATE audit_auditrow SET after = \'{"standing": "open"}\' WHERE number = 3',
            "row 3 (%s) is not as it",
        ),
        ("DELETE FROM audit_auditrow WHERE number = 2", "row 2 is gone: row 3 (%s) follows row 1"),
        ("UPDATE audit_auditrow SET hash = repeat('a', 64) WHERE number = 3", "row 3 (%s) does"),
        (
            "UPDATE audit_auditrow SET number = NULL WHERE number = 4",
            "a row stands outside the chain",
        ),
    ],
)
def test_what_was_tampered_with_is_named(statement: str, fault: str) -> None:
    rows = written(4)
    tampered(statement)
    found = walk().fault
    assert (fault % rows[2].pk if "%s" in fault else fault) in found


@pytest.mark.django_db(transaction=True)
def test_a_row_that_was_exchanged_with_its_hash_does_not_fit() -> None:
    rows = written(3)
    tampered(
        "UPDATE audit_auditrow SET number = 99 WHERE number = 2",
        "UPDATE audit_auditrow SET number = 2 WHERE number = 3",
        "UPDATE audit_auditrow SET number = 3 WHERE number = 99",
    )
    assert f"row 2 ({rows[2].pk}) does not follow" in walk().fault


@pytest.mark.django_db(transaction=True)
def test_a_cut_tail_shows_by_a_head_kept_elsewhere() -> None:
    written(3)
    head = walk().head
    assert parse_head(str(head)) == head
    assert walk(head).fault == ""
    tampered("DELETE FROM audit_auditrow WHERE number = 3")
    assert walk().fault == ""
    assert "row 3 is gone" in walk(head).fault
    written(1)  # another one in its place
    assert "row 3" in walk(head).fault
    assert "not the one the known head names" in walk(head).fault


@pytest.mark.parametrize("text", ["", "3", "3:abc", "-1:" + "0" * 64, "3:" + "A" * 64])
def test_a_text_that_is_no_head(text: str) -> None:
    with pytest.raises(NoHead):
        parse_head(text)


@pytest.mark.django_db(transaction=True)
def test_many_write_at_once_into_one_chain() -> None:
    begun = threading.Barrier(6)

    def write() -> None:
        begun.wait()
        written(15)
        connections.close_all()

    writers = [threading.Thread(target=write) for _ in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    walked = walk()
    assert (walked.fault, walked.head.count) == ("", 90)


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_an_action_that_is_under_way() -> None:
    """The lock is taken at the commit: a slow action that recorded early holds nobody up."""
    recorded, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            record(by=RISK, action="slow.one", object_type="x", object_id="1", at=AT)
            recorded.set()
            go_on.wait(30)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    try:
        assert recorded.wait(10)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
            written(1)
            cursor.execute("SET lock_timeout = 0")
    finally:
        go_on.set()
        thread.join(30)
    assert list(AuditRow.objects.order_by("number").values_list("action", flat=True)) == [
        "people.suspend_person",
        "slow.one",
    ]
    assert walk().fault == ""


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [1.5, Decimal(1), AT, {"a": {"b": 2.0}}, {1: "a"}, ["\0"], "\ud800", {"\0": 1}, {2}],
)
def test_what_would_not_read_back_the_same_is_refused(value) -> None:
    with pytest.raises(NotPlain), transaction.atomic():
        record(by=RISK, action="a.b", object_type="x", object_id="1", at=AT, after={"value": value})


@pytest.mark.django_db
def test_the_content_hash_has_one_form_for_good() -> None:
    """Worked by hand: a change of the form would make every old row unfit."""
    row = record(
        by=Actor(UUID(int=7), "risk", address="203.0.113.9"),
        action="a.b",
        object_type="x",
        object_id="1",
        at=AT,
        after={"b": 1, "a": "é"},
    )
    text = (
        '{"action":"a.b","address":"203.0.113.9","after":{"a":"é","b":1},'
        '"at":"2026-03-02T08:00:00.123456+00:00","before":null,'
        f'"id":"{row.id}","object_id":"1","object_type":"x",'
        '"person":"00000000-0000-0000-0000-000000000007","process":"","reason":"","role":"risk"}'
    )
    assert json.loads(text)["after"] == {"a": "é", "b": 1}
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(sha256(convert_to(%s, 'UTF8')), 'hex')", [text])
        assert cursor.fetchone() == (row.content_hash,)


@pytest.mark.django_db(transaction=True)
def test_a_row_that_says_another_number_cannot_be_inserted() -> None:
    with pytest.raises(DatabaseError, match="from the chain alone"), transaction.atomic():
        AuditRow.objects.create(
            id=UUID(int=1),
            number=1,
            at=AT,
            role="risk",
            action="a.b",
            object_type="x",
            object_id="1",
            content_hash="0" * 64,
        )
