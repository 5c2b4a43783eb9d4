"""Keys: shown once, kept as a hash, ended by their time, by being revoked, or with the person."""

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError, connection, transaction

from propdesk.crm.api_keys.actions.create_key import KEYS_MAX, NewKey, create_key
from propdesk.crm.api_keys.actions.revoke_key import revoke_key
from propdesk.crm.api_keys.bearing import key_of, note_use, staff_roles_of
from propdesk.crm.api_keys.models import ApiKey, Scope
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.actions.suspend_person import suspend_person
from propdesk.crm.people.models import Person, RoleGrant
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from tests.crm.people.cast import AT, acting, registered, staff
from tests.web.api.calling import Program, key_text, program_of
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NEW = NewKey(name="sheet", scopes=frozenset({Scope.PROFILE_READ}), lasts=DAY)
FORM = {"name": "Sheet", "scopes": ["profile:read", "orders:read"], "days": "90"}


def made(person: Person, **said: Any) -> str:
    new = NewKey(**{"name": "sheet", "scopes": NEW.scopes, "lasts": DAY, **said})
    return create_key(person.pk, new, by=acting(person, "trader"), at=AT).text


def test_a_key_is_shown_once_and_only_its_hash_is_kept() -> None:
    person = registered("ada")
    client = client_of(person)
    page = client.post("/me/keys/", FORM).content.decode()
    (text,) = re.findall(r"pdk_[A-Za-z0-9_-]{43}", page)
    again = client.get("/me/keys/").content.decode()
    assert text not in again
    assert text[:10] in again
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k)::text FROM api_keys_apikey k")
        assert text not in str(cursor.fetchall())
    row = AuditRow.objects.get(action="api_keys.create_key")
    assert row.after is not None
    assert (row.person, row.role, row.after["scopes"]) == (
        person.pk, "trader", ["orders:read", "profile:read"],
    )  # fmt: skip
    assert text not in str(row.after)
    assert Program(text).get("/me").json()["email"] == person.email
    assert Program(text).get("/challenges").json()["code"] == "no_scope"


def test_what_a_form_lacks_is_said_and_no_key_is_made() -> None:
    client = client_of(registered("ada"))
    lacking: Any
    for lacking in ({"name": ""}, {"scopes": []}, {"days": "9999"}, {"scopes": ["ledger"]}):
        assert client.post("/me/keys/", {**FORM, **lacking}).status_code == 422
    # A trader is not offered what is of staff alone, nor to act with a role he has not proved.
    assert client.post("/me/keys/", {**FORM, "scopes": ["audit:read"]}).status_code == 422
    assert not ApiKey.objects.exists()
    client.post("/me/keys/", {**FORM, "with_staff_roles": "on"})
    assert not ApiKey.objects.get().with_staff_roles


def test_one_revokes_ones_own_keys_and_nobody_elses() -> None:
    ada, other = registered("ada"), registered("other")
    text = key_text(ada)
    key = ApiKey.objects.get(person=ada)
    assert client_of(other).post(f"/me/keys/{key.pk}/revoke").status_code == 404
    assert program_of(other).post(f"/me/keys/{key.pk}/revoke").status_code == 404
    with pytest.raises(NotPermitted):
        revoke_key(key.pk, by=acting(other, "trader"), at=AT)
    assert Program(text).get("/me").status_code == 200
    assert client_of(ada).post(f"/me/keys/{key.pk}/revoke").status_code == 302
    assert Program(text).get("/me").json()["code"] == "no_key"
    with pytest.raises(ActionRefused, match="revoked already"):
        revoke_key(key.pk, by=acting(ada, "trader"), at=AT)
    assert AuditRow.objects.filter(action="api_keys.revoke_key").count() == 1
    assert "revoked" in client_of(ada).get("/me/keys/").content.decode()


@pytest.mark.parametrize(
    ("after", "holds"),
    [(timedelta(0), True), (DAY - timedelta(microseconds=1), True), (DAY, False)],
)
def test_a_key_ends_by_its_time(after: timedelta, holds: bool) -> None:
    text = made(registered("ada"))
    assert (key_of(text, AT + after) is not None) == holds


def test_a_key_ends_with_its_person() -> None:
    ada = registered("ada")
    text = key_text(ada)
    suspend_person(ada.pk, reason="asked", by=acting(staff("owner"), "owner"), at=AT)
    assert Program(text).get("/me").status_code == 401


def test_staff_roles_have_effect_by_a_key_while_they_and_the_factor_last() -> None:
    ruler = staff("owner")
    with_roles, without = program_of(ruler, as_staff=True), program_of(ruler)
    assert with_roles.get("/audit").status_code == 200
    assert without.get("/audit").json()["code"] == "not_permitted"
    factor = Authenticator.objects.get(user=ruler)
    key = ApiKey.objects.get(person=ruler, with_staff_roles=True)
    assert staff_roles_of(key) == {"owner"}
    RoleGrant.objects.filter(person=ruler).update(revoked_at=AT)
    assert with_roles.get("/audit").json()["code"] == "not_permitted"
    RoleGrant.objects.filter(person=ruler).update(revoked_at=None)
    factor.delete()
    assert with_roles.get("/audit").json()["code"] == "not_permitted"


def test_a_key_is_refused_where_it_would_be_nothing_or_too_much() -> None:
    ada = registered("ada")
    said: dict[str, Any]
    for said in ({"name": " "}, {"scopes": frozenset()}, {"lasts": DAY * 0}, {"lasts": DAY * 367}):
        with pytest.raises(ActionRefused):
            made(ada, **said)
    with pytest.raises(NotPermitted):
        create_key(ada.pk, NEW, by=acting(registered("other"), "trader"), at=AT)
    for _ in range(KEYS_MAX):
        made(ada)
    with pytest.raises(ActionRefused, match="twenty"):
        made(ada)


def test_what_a_key_may_do_stays() -> None:
    made(registered("ada"))
    for change in ({"scopes": ["audit:read"]}, {"with_staff_roles": True}, {"sha256": "0" * 64}):
        with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
            ApiKey.objects.update(**change)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        ApiKey.objects.all().delete()
    ApiKey.objects.update(revoked_at=AT)
    with pytest.raises(DatabaseError, match="stays"), transaction.atomic():
        ApiKey.objects.update(revoked_at=None)


def test_when_it_was_used_is_kept_to_the_minute() -> None:
    made(registered("ada"))
    moments = []
    for seconds in (0, 59, 60):
        note_use(ApiKey.objects.get(), AT + timedelta(seconds=seconds))
        moments.append(ApiKey.objects.get().last_used_at)
    assert moments == [AT, AT, AT + timedelta(seconds=60)]
