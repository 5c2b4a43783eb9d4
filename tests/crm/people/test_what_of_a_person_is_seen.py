"""Masks by role, networks by prefix, and session events by consent and age."""

from datetime import timedelta

import pytest
from django.db import connection

from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person, Purpose, SessionEvent, SessionEventKind
from propdesk.crm.people.networks import network_of
from propdesk.crm.people.searching import found
from propdesk.crm.people.session_events import (
    Seen,
    device_hash,
    forget_session_events,
    keep_session_event,
)
from tests.crm.people.cast import AT, registered

VALUES = {
    "email": ("ada.l@mail.example.org", "a•••@m•••.example.org"),
    "name": ("Ada de Example", "A••• d••• E•••"),
    "phone": ("+41 44 555 01 00", "••••00"),
    "birth": ("1990-12-31", "1990-••-••"),
    "document": ("X1234567", "••••67"),
    "address": ("203.0.113.9", "••••"),
}
# Written by hand: who sees the field whole.
SEEN = {
    "owner": {"email", "name", "phone", "birth", "document", "address"},
    "admin": {"email", "name", "phone", "birth", "document", "address"},
    "risk": {"name", "address"},
    "finance": {"name"},
    "support": {"email", "name", "phone"},
    "auditor": {"address"},
    "trader": set(),
    "anonymous": set(),
}


@pytest.mark.parametrize("role", SEEN)
def test_what_a_role_sees(role: str) -> None:
    for name, (value, masked) in VALUES.items():
        expected = value if name in SEEN[role] else masked
        assert shown(Field(name), value, frozenset({role})) == expected, name


def test_several_roles_see_what_either_sees_and_nobodys_nothing() -> None:
    assert shown(Field.EMAIL, "a@b.c", frozenset({"risk", "support"})) == "a@b.c"
    assert shown(Field.EMAIL, "a@b.c", frozenset({"risk", "trader"})) != "a@b.c"
    assert shown(Field.EMAIL, "", frozenset()) == ""
    assert set(VALUES) == {each.value for each in Field}


@pytest.mark.parametrize("value", ["1", "12345", "ab"])
def test_a_short_number_shows_nothing_of_itself(value: str) -> None:
    assert shown(Field.DOCUMENT, value, frozenset()) == "••••"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("203.0.113.255", "203.0.113.0/24"),
        ("2001:db8:1:2::7", "2001:db8:1::/48"),
        ("2001:db8:1:ffff::", "2001:db8:1::/48"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("", ""),
        ("unix", ""),
    ],
)
def test_the_network_of_an_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_a_device_is_a_keyed_hash() -> None:
    assert len(device_hash("cookie", "key")) == 64
    assert device_hash("cookie", "key") != device_hash("cookie", "another")
    assert device_hash("cookie", "key") != device_hash("cookie2", "key")


SEEN_BY = Seen("203.0.113.9", device="d" * 64, client="Browser\x00 1.0 " + "x" * 300)


@pytest.mark.django_db
@pytest.mark.parametrize(("given", "kept"), [(True, "d" * 64), (False, ""), (None, "")])
def test_a_device_is_kept_with_consent_alone(given: bool | None, kept: str) -> None:
    answers = () if given is None else ((Purpose.DEVICE, given),)
    person = registered(consents=answers)
    event = keep_session_event(SessionEventKind.LOGIN, at=AT, seen=SEEN_BY, person=person.id)
    assert event.device == kept
    assert event.network == "203.0.113.0/24"
    assert event.client.startswith("Browser 1.0 x")
    assert len(event.client) == 200


@pytest.mark.django_db
def test_an_event_of_nobody_or_of_an_account() -> None:
    keep_session_event(SessionEventKind.LOGIN_FAILED, at=AT, seen=SEEN_BY)
    keep_session_event(SessionEventKind.PLATFORM_LOGIN, at=AT, seen=SEEN_BY, account="A1")
    assert list(SessionEvent.objects.order_by("id").values_list("device", flat=True)) == ["", ""]


@pytest.mark.django_db
def test_what_is_older_than_its_time_is_forgotten() -> None:
    for age in (timedelta(days=30), timedelta(days=30, seconds=1), timedelta(0)):
        keep_session_event(SessionEventKind.LOGIN_FAILED, at=AT - age, seen=SEEN_BY)
    assert forget_session_events(AT, 30) == 1
    assert SessionEvent.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "role", "names"),
    [
        ("lark", "owner", ["lark", "skylark"]),
        ("KYLA", "owner", ["skylark"]),
        ("k@exa", "owner", ["lark", "skylark"]),
        ("k@exa", "risk", []),
        ("sk", "risk", ["skylark"]),
        ("a%k", "owner", []),
        ("'); drop", "owner", []),
        ("lark", "auditor", []),
        ("k lark", "owner", []),
        ("élan", "owner", ["Élan"]),
    ],
)
def test_a_part_of_a_name_or_address_finds(text: str, role: str, names: list[str]) -> None:
    for name in ("lark", "skylark", "wren"):
        registered(name)
    registered("elan", display_name="Élan")
    people = found(Person.objects.order_by("id"), text, frozenset({role}))
    assert [each.display_name for each in people] == names


@pytest.mark.django_db
def test_an_id_finds_whoever_may_look() -> None:
    person = registered("lark")
    registered("wren")
    assert found(Person.objects.all(), str(person.id), frozenset({"auditor"})).get() == person


@pytest.mark.django_db
def test_a_search_is_answered_from_the_index_of_pieces() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = found(Person.objects.order_by("-id"), "lark", frozenset({"owner"})).explain()
    assert "people_person_pieces" in plan
