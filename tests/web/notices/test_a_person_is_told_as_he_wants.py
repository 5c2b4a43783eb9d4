"""One's own messages, what one wants to be told, and by which way."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from propdesk.crm.audit.actor import Actor
from propdesk.crm.notices.actions.connect_messenger import TRIES_MAX
from propdesk.crm.notices.actions.mark_read import mark_read
from propdesk.crm.notices.actions.set_preferences import set_preferences
from propdesk.crm.notices.actions.set_terms import NewTerms, set_terms
from propdesk.crm.notices.models import Contact, Delivery, InboxMessage, Preference
from propdesk.crm.people.models import Consent, Person, Purpose, SessionEventKind
from propdesk.crm.people.new_devices import tell_of_new_device
from propdesk.crm.people.permissions import TRADER
from propdesk.crm.people.session_events import Seen, keep_session_event
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.web.received import received_at
from tests.crm.firm_cast import STAFF
from tests.crm.notices.post_office import PostOffice, account_of, put
from tests.crm.people.cast import registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
OWN = "/me/notifications/"


@pytest.fixture
def office() -> PostOffice:
    made = PostOffice()
    made.now = received_at()
    return made


@pytest.fixture
def ada() -> Person:
    return registered("ada")


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def by(person: Person) -> Actor:
    return Actor(person.id, TRADER)


def test_a_message_is_read_and_leads_to_what_it_is_about(office: PostOffice, ada: Person) -> None:
    client, whose = client_of(ada), account_of(ada)
    assert "Nothing was told yet" in said(client.get("/me/messages/"))
    put("passed", whose)
    put("paused", whose, reason="holiday")
    office.deliver()
    page = said(client.get("/me/messages/"))
    assert "Passed: challenge of ftmo-2-step" in page
    assert "Mark all 2 as read" in page
    assert "new messages" in said(client.get("/me/profile/")), "every page says so"
    first = InboxMessage.objects.get(kind="passed")
    led = client.post(f"/me/messages/{first.pk}/read", {"go": "yes"})
    assert led["Location"] == f"/me/accounts/{whose.pk}/"
    assert "Mark 1 as read" in said(client.get("/me/messages/"))
    client.post("/me/messages/read-all")
    assert not InboxMessage.objects.filter(read_at=None).exists()


def test_nobody_reads_or_marks_anothers_messages(office: PostOffice, ada: Person) -> None:
    put("passed", account_of(ada))
    office.deliver()
    message = InboxMessage.objects.get()
    for other in (client_of(registered("bob")), client_of(staff("owner"), with_factor=True)):
        assert "Passed" not in said(other.get("/me/messages/"))
        other.post(f"/me/messages/{message.pk}/read")
        other.post("/me/messages/read-all")
    assert InboxMessage.objects.get().read_at is None
    with pytest.raises(ActionRefused, match="not permitted"):
        mark_read(ada.id, None, by=by(registered("eve")), at=office.now)


def test_the_inbox_comes_in_pages(office: PostOffice, ada: Person) -> None:
    whose = account_of(ada)
    for number in range(32):
        put("paused", whose, source=str(number), reason="holiday")
    office.deliver()
    client = client_of(ada)
    older = re.search(r'href="\?before=([0-9a-f-]+)"', client.get("/me/messages/").content.decode())
    assert older is not None
    assert said(client.get(f"/me/messages/?before={older[1]}")).count("inbox-message") == 2
    assert said(client.get("/me/messages/?before=nonsense")).count("<details") >= 30


def test_what_is_switched_off_is_not_sent_and_security_and_money_always_are(
    office: PostOffice, ada: Person
) -> None:
    client = client_of(ada)
    page = said(client.get(OWN))
    assert re.search(r'value="purchase/mail"[^>]*checked disabled', page)
    assert "alert_breach" not in page, "alerts are staff's"
    client.post(OWN, {"on": ["breach/mail"]})
    whose = account_of(ada)
    put("passed", whose)
    put("breach", whose, verdict="V1", rule="max_loss")
    put("purchase", whose, order="O-2026-000001", amount="1.00 USD", programme="Two")
    office.deliver()
    assert sorted(Delivery.objects.values_list("kind", flat=True)) == ["breach", "purchase"]
    assert InboxMessage.objects.count() == 3, "the pages keep everything"
    for kind in ("purchase", "refund", "new_device"):
        with pytest.raises(ActionRefused, match="always sent"):
            set_preferences(ada.id, {(kind, "mail"): False}, by=by(ada), at=office.now)
    with pytest.raises(ActionRefused, match="no such"):
        set_preferences(ada.id, {("x", "mail"): False}, by=by(ada), at=office.now)
    with pytest.raises(ActionRefused, match="not permitted"):
        set_preferences(ada.id, {}, by=by(registered("eve")), at=office.now)
    client.post(OWN, {"on": ["breach/mail", "passed/mail"]})
    assert Preference.objects.get(kind="passed", channel="mail").is_on


HOOK = "https://discord.com/api/webhooks/1/secret"


def code_in(office: PostOffice, channel: str) -> str:
    office.now = received_at()
    office.deliver()
    found = re.search(r"\d{8}", office.channels[channel].taken[-1].text)
    assert found is not None
    return found[0]


def test_a_hook_is_connected_by_its_code_and_then_told(office: PostOffice, ada: Person) -> None:
    client, whose = client_of(ada), account_of(ada)
    asked = client.post(f"{OWN}connect", {"channel": "discord", "address": HOOK})
    assert asked["Location"] == OWN
    code = code_in(office, "discord")
    assert office.channels["discord"].taken[-1].to == HOOK
    put("paused", whose, source="before", reason="holiday")
    office.deliver()
    assert len(office.channels["discord"].taken) == 1, "a code alone goes to what is not confirmed"
    assert "not the code" in said(
        client.post(f"{OWN}confirm", {"channel": "discord", "code": "1"}), 422
    )
    client.post(f"{OWN}confirm", {"channel": "discord", "code": code})
    page = said(client.get(OWN))
    assert "connected" in page
    assert HOOK not in page
    put("passed", whose)
    office.deliver()
    assert len(office.channels["discord"].taken) == 2
    client.post(f"{OWN}disconnect", {"channel": "discord"})
    put("expired", whose)
    office.deliver()
    assert len(office.channels["discord"].taken) == 2
    assert HOOK.encode() not in bytes(Contact.objects.get().address)


def test_a_code_is_good_for_a_few_tries_and_some_minutes(office: PostOffice, ada: Person) -> None:
    client = client_of(ada)
    client.post(f"{OWN}connect", {"channel": "discord", "address": HOOK})
    code = code_in(office, "discord")
    for _ in range(TRIES_MAX):
        client.post(f"{OWN}confirm", {"channel": "discord", "code": "00000000x"})
    right = {"channel": "discord", "code": code}
    assert "no longer good" in said(client.post(f"{OWN}confirm", right), 422)
    again = {"channel": "discord", "address": HOOK}
    assert "Ask again" in said(client.post(f"{OWN}connect", again), 422)
    Contact.objects.update(asked_at=received_at() - timedelta(minutes=31), code_tries=0)
    assert "no longer good" in said(client.post(f"{OWN}confirm", right), 422)
    assert client.post(f"{OWN}connect", again).status_code == 302
    assert Contact.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"channel": "discord", "address": "https://example.com/api/webhooks/1/x"}, "only "),
        ({"channel": "telegram", "address": "my chat"}, "a chat is a number"),
        ({"channel": "webhook", "address": "https://example.com"}, "Choose the channel"),
    ],
)
def test_what_cannot_be_connected_says_why(
    ada: Person, asked: dict[str, str], sentence: str
) -> None:
    assert sentence in said(client_of(ada).post(f"{OWN}connect", asked), 422)
    assert not Contact.objects.exists()


def test_telegram_is_offered_where_the_firm_has_a_bot(ada: Person) -> None:
    client: Client = client_of(ada)
    assert '<option value="telegram">' not in said(client.get(OWN))
    token = "123456789:" + "a" * 35
    set_terms(NewTerms(escalate_minutes=10, telegram_token=token), by=STAFF, at=received_at())
    assert '<option value="telegram">' in said(client.get(OWN))


# --- signing in from somewhere new ------------------------------------------------------------
def signs_in(person: Person, address: str, client: str, device: str = "") -> bool:
    seen = Seen(address=address, device=device, client=client)
    at = received_at()
    event = keep_session_event(SessionEventKind.LOGIN, at=at, seen=seen, person=person.id)
    return tell_of_new_device(event)


def test_a_sign_in_from_somewhere_new_is_told_and_the_known_ones_are_not(
    office: PostOffice, ada: Person
) -> None:
    at = received_at()
    Consent.objects.create(id=uuid7(at), person=ada, purpose=Purpose.DEVICE, is_given=True, at=at)
    story = [
        ("198.51.100.1", "Firefox", "d1", False),  # the first of all
        ("198.51.100.9", "Firefox", "", False),  # the same browser, the same network
        ("203.0.113.5", "Chrome", "d1", False),  # the same device
        ("203.0.113.5", "Safari", "d2", True),
        ("203.0.113.5", "Safari", "d2", False),
        ("192.0.2.77", "Firefox", "", True),
    ]
    for address, client, device, told in story:
        assert signs_in(ada, address, client, device) == told, (address, client, device)
    office.now = received_at()
    office.deliver()
    subject = "A sign-in from a device we do not know"
    assert office.mails("ada@example.org") == [subject, subject]
    text = office.channels["mail"].taken[0].text
    assert "203.0.113.5 with Safari" in text
    assert "/me/sessions/" in text


def test_signing_in_on_the_page_tells_it(office: PostOffice) -> None:
    person = registered("ada")
    client_of(person)  # his address counts as verified
    asked = {"login": "ada@example.org", "password": "four words nobody guesses"}
    for agent in ("Firefox", "Chrome"):
        answer = Client(headers={"user-agent": agent}).post("/me/login/", asked)
        assert answer.status_code == 302
    office.now = received_at()
    office.deliver()
    assert office.mails("ada@example.org") == ["A sign-in from a device we do not know"]
