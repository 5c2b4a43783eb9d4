"""From the first look to a second factor, as a browser without scripts does it."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.actions.set_firm import Look, set_brand
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.people.models import Person, PersonState, SessionEvent, StaffRole, consents_of
from propdesk.crm.uuid7 import uuid7
from propdesk.web.second_factor import SecondFactor
from tests.crm.firm_cast import NOW, STAFF
from tests.crm.people.cast import PASSWORD, registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
FORM = {
    "email": "Ada@Example.org",
    "display_name": "Ada",
    "password1": PASSWORD,
    "language": "en",
    "time_zone": "Europe/Zurich",
    "device": "on",
}


def signs_up(client: Client, **fields: str) -> Any:
    return client.post("/me/signup/", {**FORM, **fields})


def link_in(message: mail.EmailMessage) -> str:
    found = re.search(r"https?://[^/\s]+(/\S+)", str(message.body))
    assert found is not None, message.body
    return found[1]


def verified(client: Client) -> None:
    address = link_in(mail.outbox[-1])
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302


def signs_in(client: Client, password: str = PASSWORD, email: str = "ada@example.org") -> Any:
    return client.post("/me/login/", {"login": email, "password": password})


def code_of(authenticator: Authenticator) -> str:
    """What the app of the person shows now."""
    secret = SecondFactor().decrypt(authenticator.data["secret"])
    return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))


def test_the_firm_writes_in_its_own_name(client: Client) -> None:
    look = Look(
        name="Northern Capital", accent="#1f5fae", sender_name="Desk", sender_email="desk@n.example"
    )
    set_brand(DEFAULT_BRAND, look, by=STAFF, at=NOW)
    signs_up(client)
    (sent,) = mail.outbox
    assert "Hello from Northern Capital!" in sent.body
    assert sent.from_email == "Desk <desk@n.example>"


def test_somebody_registers_verifies_and_signs_in(client: Client) -> None:
    client.get("/?utm_source=podcast&utm_campaign=spring")
    client.get("/rulebooks/?utm_source=another")
    answer = signs_up(client)
    assert answer["Location"] == "/me/confirm-email/"
    person = Person.objects.get()
    assert (person.email, person.time_zone) == ("ada@example.org", "Europe/Zurich")
    assert (person.first_source, person.first_campaign) == ("podcast", "spring")
    assert person.first_seen_at is not None
    assert consents_of(person.id) == {"device": True, "news": False}
    # Not before the address is verified.
    assert signs_in(client)["Location"] == "/me/confirm-email/"
    assert "_auth_user_id" not in client.session
    verified(client)
    assert signs_in(client)["Location"] == "/welcome/"
    assert client.get("/welcome/")["Location"] == "/me/profile/"
    event = SessionEvent.objects.get(kind="login")
    assert event.person_id == person.id
    assert event.network == "127.0.0.0/24"
    assert len(event.device) == 64
    assert client.cookies["propdesk_device"]["httponly"]
    assert {"people.register", "people.change_sign_in"} <= set(
        AuditRow.objects.values_list("action", flat=True)
    )


def test_without_consent_no_device_is_named(client: Client) -> None:
    signs_up(client, device="")
    verified(client)
    signs_in(client)
    assert "propdesk_device" not in client.cookies
    assert SessionEvent.objects.get(kind="login").device == ""


def test_a_second_registration_says_nothing_but_to_the_owner_of_the_address(
    client: Client,
) -> None:
    client_of(registered("ada"))
    answer = signs_up(client)
    assert answer["Location"] == "/me/confirm-email/"
    assert Person.objects.count() == 1
    assert mail.outbox[-1].to == ["ada@example.org"]
    assert "already exists" in mail.outbox[-1].body


def test_a_lead_registers_and_stays_one_person(client: Client) -> None:
    now = datetime.now(UTC)
    lead = Person.objects.create(
        id=uuid7(now), created_at=now, email="ada@example.org", state=PersonState.LEAD
    )
    signs_up(client)
    lead.refresh_from_db()
    assert lead.state == PersonState.REGISTERED
    verified(client)
    assert signs_in(client)["Location"] == "/welcome/"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("email", "ada", "valid email"),
        ("password1", "short", "at least 12"),
        ("password1", "ada@example.org", "too similar"),
        ("password1", "qwertyuiop123", "too common"),
        ("display_name", "", "required"),
        ("language", "tlh", "Select a valid choice"),
        ("time_zone", "Mars/Olympus", "no time zone of this name"),
    ],
)
def test_a_form_that_cannot_be_taken(client: Client, field: str, value: str, said: str) -> None:
    answer = signs_up(client, **{field: value})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert not Person.objects.exists()


def test_registration_can_be_closed(client: Client, settings: Any) -> None:
    settings.REGISTRATION_IS_OPEN = False
    signs_up(client)
    assert not Person.objects.exists()


def test_a_failed_sign_in_is_kept_at_whosever_door(client: Client) -> None:
    person = registered("ada")
    client_of(person)
    signs_in(client, password="not this one")
    signs_in(client, email="nobody@example.org")
    kept = SessionEvent.objects.filter(kind="login_failed").order_by("at")
    assert [each.person_id for each in kept] == [person.id, None]
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed(client: Client) -> None:
    client_of(registered("ada"))
    answers = [signs_in(client, password="not this one") for _ in range(6)]
    assert "Too many failed login attempts" in answers[-1].content.decode()
    assert "Too many" in signs_in(client).content.decode()


@pytest.mark.parametrize("standing", ["suspended", "banned"])
def test_who_is_barred_does_not_sign_in_and_is_out_at_once(client: Client, standing: str) -> None:
    person = registered("ada")
    inside = client_of(person)
    assert inside.get("/me/profile/").status_code == 200
    Person.objects.filter(pk=person.pk).update(standing=standing)
    assert inside.get("/me/profile/").status_code == 302
    assert "_auth_user_id" not in client.session
    signs_in(client)
    assert "_auth_user_id" not in client.session


def test_a_forgotten_password_is_chosen_anew(client: Client) -> None:
    person = registered("ada")
    inside = client_of(person)
    client.post("/me/password/reset/", {"email": "ada@example.org"})
    address = link_in(mail.outbox[-1])
    form = client.get(address, follow=True).redirect_chain[-1][0]
    new = "another four words entirely"
    client.post(form, {"password1": new, "password2": new})
    assert inside.get("/me/profile/").status_code == 302, "every other session has ended"
    assert signs_in(client, new)["Location"] == "/welcome/"
    assert AuditRow.objects.filter(after={"change": "password changed"}).exists()


@pytest.mark.django_db(transaction=True)
def test_a_role_has_effect_with_a_second_factor_alone(client: Client) -> None:
    owner = staff("owner", "ada")
    client_of(owner)
    assert signs_in(client)["Location"] == "/welcome/"
    assert client.get("/welcome/")["Location"] == "/me/second-factor/"
    assert client.get("/staff/people/")["Location"].startswith("/me/second-factor/?next=")
    page = client.get("/me/second-factor/").content.decode()
    assert "/me/2fa/totp/activate/" in page
    again = client.get("/me/2fa/totp/activate/")["Location"]
    assert again.startswith("/me/reauthenticate/?next=")
    assert client.post(again, {"password": PASSWORD})["Location"] == "/me/2fa/totp/activate/"
    shown = client.get("/me/2fa/totp/activate/")
    secret = shown.context["form"].secret
    code = format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))
    assert client.post("/me/2fa/totp/activate/", {"code": code}).status_code == 302
    kept = Authenticator.objects.get(type="totp")
    assert secret not in str(kept.data)
    # The code that set it up was the factor of this session.
    assert client.get("/staff/people/").status_code == 200
    assert client.get("/welcome/")["Location"] == "/staff/first-steps/", "nothing can be sold yet"
    changes = AuditRow.objects.filter(action="people.change_sign_in")
    assert {row.after["change"] for row in changes if row.after} >= {
        "totp added",
        "recovery_codes added",
    }


def test_the_next_session_asks_for_the_code(client: Client) -> None:
    owner = staff("owner", "ada")
    client_of(owner)
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    factor = Authenticator.objects.create(
        user=owner, type="totp", data={"secret": SecondFactor().encrypt(secret)}
    )
    assert signs_in(client)["Location"] == "/me/2fa/authenticate/"
    assert client.get("/staff/people/")["Location"].startswith("/me/login/?next=")
    assert client.post("/me/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert SessionEvent.objects.filter(kind="login_failed", person=owner).exists()
    assert client.post("/me/2fa/authenticate/", {"code": code_of(factor)}).status_code == 302
    assert client.get("/staff/people/").status_code == 200


def test_a_factor_that_was_removed_counts_no_more() -> None:
    owner = staff("owner")
    client = client_of(owner, with_factor=True)
    assert client.get("/staff/people/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/staff/people/")["Location"].startswith("/me/second-factor/")


def test_a_role_that_was_revoked_has_no_effect_from_the_next_request_on() -> None:
    risk = staff("risk")
    client = client_of(risk, with_factor=True)
    assert client.get("/staff/people/").status_code == 200
    risk.grants.update(revoked_at=datetime.now(UTC))
    assert client.get("/staff/people/").status_code == 403


def test_a_factor_of_another_person_is_none() -> None:
    one, other = staff("owner", "one"), staff("owner", "other")
    client_of(other, with_factor=True)
    client = client_of(one)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "id": Authenticator.objects.get().pk, "type": "totp"}
    ]
    session["account_authentication_methods_user"] = str(one.pk)
    session.save()
    assert client.get("/staff/people/").status_code == 302


def test_sessions_are_listed_and_ended(client: Client) -> None:
    person, other = registered("ada"), registered("other")
    client_of(person)
    browsers = [Client(), Client(), client]
    for browser in browsers:
        signs_in(browser)
    client_of(other)
    stranger = Client()
    signs_in(stranger, email="other@example.org")
    assert client.get("/me/sessions/").content.decode().count("Browser") == 0
    mine = UserSession.objects.filter(user=person).order_by("created_at")
    theirs = UserSession.objects.get(user=other)
    first = mine[0]
    assert client.post(f"/me/sessions/{theirs.pk}/end").status_code == 404
    assert client.post(f"/me/sessions/{first.pk}/end").status_code == 302
    assert browsers[0].get("/me/profile/").status_code == 302
    assert browsers[1].get("/me/profile/").status_code == 200
    client.post("/me/sessions/end-others")
    assert browsers[1].get("/me/profile/").status_code == 302
    assert client.get("/me/profile/").status_code == 200
    assert stranger.get("/me/profile/").status_code == 200
    assert AuditRow.objects.filter(action="people.end_session").count() == 2


def test_signing_out_is_kept(client: Client) -> None:
    person = registered("ada")
    client_of(person)
    signs_in(client)
    client.post("/me/logout/")
    assert "_auth_user_id" not in client.session
    kinds = SessionEvent.objects.filter(person=person).order_by("at", "id")
    assert list(kinds.values_list("kind", flat=True)) == ["login", "logout"]


def test_the_last_use_of_a_session_is_written_once_in_a_while(client: Client) -> None:
    client_of(registered("ada"))
    signs_in(client)
    session = UserSession.objects.get()
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    UserSession.objects.update(last_seen_at=long_ago)
    kept = client.session
    kept["seen_at"] = int(long_ago.timestamp())
    kept.save()
    client.get("/me/profile/")
    session.refresh_from_db()
    assert session.last_seen_at > long_ago
    UserSession.objects.update(last_seen_at=long_ago)
    client.get("/me/profile/")
    session.refresh_from_db()
    assert session.last_seen_at == long_ago


def test_every_role_can_be_named_on_the_page_of_a_second_factor() -> None:
    for role in StaffRole.values:
        page = client_of(staff(role)).get("/me/second-factor/").content.decode()
        assert role in page
