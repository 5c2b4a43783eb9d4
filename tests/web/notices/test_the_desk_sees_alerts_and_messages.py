"""The desk's pages about what is told: alerts, the log of deliveries, texts, channels."""

import re
from typing import Any

import pytest
from django.test import Client

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.notices.models import Alert, Delivery, NoticeTerms, Outlet, TextVersion
from propdesk.crm.notices.terms import terms
from propdesk.web.received import received_at
from tests.crm.notices.outlets import webhook
from tests.crm.notices.post_office import BREACH, PostOffice, account_of, put
from tests.crm.people.cast import registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Client:
    return client_of(staff("owner"), with_factor=True)


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_an_alert_is_seen_acknowledged_and_kept_with_who_did(
    desk: Client, office: PostOffice
) -> None:
    risk = staff("risk", "rita")
    whose = account_of(registered())
    put("breach", whose, **BREACH)
    office.deliver()
    page = said(desk.get("/staff/alerts/"))
    assert "Breach: 1001, max loss" in page
    assert "<b>1</b> alert waits" in page
    assert "Alerts that wait" in said(desk.get("/staff/people/")), "every page says so"
    alert = Alert.objects.get()
    client = client_of(risk, with_factor=True)
    client.post("/staff/alerts/acknowledge", {"alert": [str(alert.pk)], "note": "on it"})
    alert.refresh_from_db()
    assert (alert.acknowledged_by, alert.note) == (risk.id, "on it")
    assert AuditRow.objects.get(action="notices.acknowledge_alerts").person == risk.id
    assert "Nothing waits" in said(desk.get("/staff/alerts/"))
    every = said(desk.get("/staff/alerts/?show=all"))
    assert "rita" in every
    assert "on it" in every


def test_who_only_looks_acknowledges_nothing(office: PostOffice) -> None:
    put("breach", account_of(registered()), **BREACH)
    office.deliver()
    client = client_of(staff("auditor"), with_factor=True)
    assert 'name="alert"' not in said(client.get("/staff/alerts/"))
    asked = {"alert": [str(Alert.objects.get().pk)]}
    assert client.post("/staff/alerts/acknowledge", asked).status_code == 403
    assert Alert.objects.get().acknowledged_at is None


def test_choosing_nothing_is_refused_with_a_sentence(desk: Client) -> None:
    assert "Choose the alerts" in said(desk.post("/staff/alerts/acknowledge", {}), 422)
    broken = {"alert": ["no-id"]}
    assert "Choose the alerts" in said(desk.post("/staff/alerts/acknowledge", broken), 422)


def test_the_piece_a_page_asks_for_is_sent_only_when_something_changed(
    desk: Client, office: PostOffice
) -> None:
    first = desk.get("/staff/alerts/rows")
    assert "Nothing waits" in said(first)
    same = desk.get("/staff/alerts/rows", headers={"If-None-Match": first["ETag"]})
    assert same.status_code == 304
    whose = account_of(registered())
    put("correction", whose, verdict="V1", rule="max_loss", outcome="fail", why="late ticks")
    office.deliver()
    second = desk.get("/staff/alerts/rows", headers={"If-None-Match": first["ETag"]})
    assert "Corrected: max loss of 1001" in said(second)
    put("correction", whose, source="again", verdict="V1", rule="max_loss", outcome="fail")
    office.later(seconds=1)
    office.deliver()
    third = desk.get("/staff/alerts/rows", headers={"If-None-Match": second["ETag"]})
    assert "2 times" in said(third)


def test_a_delivery_is_found_by_its_state_and_sent_again(desk: Client, office: PostOffice) -> None:
    webhook()
    put("passed", account_of(registered("ada")))
    office.deliver()
    page = said(desk.get("/staff/messages/?state=sent&channel=webhook"))
    row = Delivery.objects.get(channel="webhook")
    assert f"/staff/messages/{row.pk}/" in page
    assert "ada@example.org" not in page
    assert "ada@example.org" in said(desk.get("/staff/messages/?channel=mail"))
    one = said(desk.get(f"/staff/messages/{row.pk}/"))
    assert "&quot;type&quot;:&quot;passed&quot;" in one
    again = desk.post(f"/staff/messages/{row.pk}/replay")
    assert said(desk.get(again["Location"])).count(str(row.pk)) >= 1
    assert "on its way" in said(desk.post(f"/staff/messages/{row.pk}/replay"), 422)
    assert desk.get("/staff/messages/00000000-0000-0000-0000-000000000000/").status_code == 404
    assert (
        desk.post("/staff/messages/00000000-0000-0000-0000-000000000000/replay").status_code == 404
    )


def test_the_log_masks_addresses_and_hides_words_by_role(office: PostOffice) -> None:
    put("passed", account_of(registered("ada")))
    office.deliver()
    row = Delivery.objects.get()
    risk = client_of(staff("risk"), with_factor=True)
    assert "a•••@e•••.org" in said(risk.get("/staff/messages/"))
    assert "Hello ada" in said(risk.get(f"/staff/messages/{row.pk}/"))
    auditor = client_of(staff("auditor"), with_factor=True)
    hidden = said(auditor.get(f"/staff/messages/{row.pk}/"))
    assert "Hello ada" not in hidden
    assert "does not see" in hidden


def test_everything_that_was_sent_to_one_person(desk: Client, office: PostOffice) -> None:
    ada, bob = registered("ada"), registered("bob")
    put("passed", account_of(ada, "1001"))
    put("paused", account_of(bob, "1002"), reason="holiday")
    office.deliver()
    page = said(desk.get(f"/staff/messages/?person={ada.id}"))
    assert "ada@example.org" in page
    assert "bob@example.org" not in page
    row = Delivery.objects.get(person=ada.id)
    assert f"/staff/messages/?person={ada.id}" in said(desk.get(f"/staff/messages/{row.pk}/"))


def test_long_logs_come_in_pages(desk: Client, office: PostOffice) -> None:
    whose = account_of(registered())
    for number in range(52):
        put("passed", whose, source=str(number))
    office.deliver()
    first = desk.get("/staff/messages/").content.decode()
    following = re.search(r'href="\?(before=[^"]+)"', first)
    assert following is not None
    second = desk.get(f"/staff/messages/?{following[1].replace('&amp;', '&')}").content.decode()
    links = re.compile(r"/staff/messages/([0-9a-f-]{36})/")
    assert len({*links.findall(first), *links.findall(second)}) == 52
    assert not {*links.findall(first)} & {*links.findall(second)}


TEXT = {"language": "en", "after": "0", "subject": "Passed: {phase}", "body": "Well, {name}."}
ADDRESS = "/staff/messages/texts/passed/"


def test_a_text_is_previewed_kept_used_and_taken_back(desk: Client, office: PostOffice) -> None:
    assert "Phase passed" in said(desk.get("/staff/messages/texts/"))
    assert "You passed" in said(desk.get(ADDRESS)) or "passed" in said(desk.get(ADDRESS))
    shown = said(desk.post(ADDRESS, {**TEXT, "preview": "yes"}))
    assert "Passed: challenge" in shown
    assert not TextVersion.objects.exists()
    assert desk.post(ADDRESS, TEXT)["Location"] == f"{ADDRESS}?language=en"
    assert "saved this text meanwhile" in said(desk.post(ADDRESS, TEXT), 422)
    put("passed", account_of(registered("ada")))
    office.deliver()
    assert office.mails("ada@example.org") == ["Passed: challenge"]
    assert "version 1" in said(desk.get(ADDRESS))
    desk.post(f"{ADDRESS}restore", {"language": "en", "after": "1"})
    assert TextVersion.objects.get(version=2).is_shipped
    assert desk.get("/staff/messages/texts/none/").status_code == 404
    assert desk.post("/staff/messages/texts/none/restore").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"body": "Hello {password}"}, "{password}"),
        ({"body": "Hello {name.__class__}"}, "{name.__class__}"),
        ({"subject": "{"}, "stands for nothing"),
        ({"subject": " "}, "This field is required"),
        ({"language": "klingon!"}, "Write the language"),
        ({"after": "7"}, "saved this text meanwhile"),
    ],
)
def test_a_text_that_cannot_be_kept_says_why(
    desk: Client, wrong: dict[str, str], sentence: str
) -> None:
    assert sentence in said(desk.post(ADDRESS, {**TEXT, **wrong}), 422)
    assert not TextVersion.objects.exists()


NEW = {"name": "Books", "channel": "webhook", "address": "https://hooks.example.com/in"}
CHANNELS = "/staff/messages/channels/"


def test_a_channel_is_made_tested_switched_and_its_secret_shown_once(
    desk: Client, office: PostOffice
) -> None:
    shown = said(desk.post(f"{CHANNELS}create", {**NEW, "kinds": "breach, passed"}))
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", shown)
    assert secret is not None
    assert secret[0] not in said(desk.get(CHANNELS))
    outlet = Outlet.objects.get()
    assert secret[0].encode() not in bytes(outlet.secret or b"")
    assert outlet.kinds == ["breach", "passed"]
    desk.post(f"{CHANNELS}{outlet.pk}/test")
    office.now = received_at()
    office.deliver()
    (sent,) = office.channels["webhook"].taken
    assert '"type":"test"' in sent.text
    assert (sent.to, sent.secret) == (NEW["address"], secret[0])
    renewed = said(desk.post(f"{CHANNELS}{outlet.pk}/secret"))
    assert secret[0] not in renewed
    assert "whsec_" in renewed
    desk.post(f"{CHANNELS}{outlet.pk}/switch", {"on": "no"})
    assert "Switch it on first" in said(desk.post(f"{CHANNELS}{outlet.pk}/test"), 422)
    assert "no such outlet" in said(
        desk.post(f"{CHANNELS}00000000-0000-0000-0000-000000000000/switch"), 422
    )
    audit = [row.after for row in AuditRow.objects.filter(action="notices.set_outlet")]
    assert [(row or {})["change"] for row in audit] == ["created", "secret", "off"]
    assert secret[0] not in str(audit)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"address": "http://hooks.example.com/in"}, "begins with https"),
        ({"address": "https://127.0.0.1/in"}, "own network"),
        ({"address": "https://[::ffff:10.0.0.1]/in"}, "own network"),
        ({"address": "https://user:word@example.com/"}, "no name, password"),
        ({"channel": "discord"}, "only "),
        ({"channel": "telegram"}, "a chat is a number"),
        ({"kinds": "breach, <b>"}, "These are no events"),
        ({"name": ""}, "required"),
    ],
)
def test_a_channel_that_cannot_be_says_why(
    desk: Client, wrong: dict[str, str], sentence: str
) -> None:
    assert sentence in said(desk.post(f"{CHANNELS}create", {**NEW, **wrong}), 422)
    assert not Outlet.objects.exists()


def test_how_the_firm_tells_is_set_and_the_bots_token_is_never_shown(desk: Client) -> None:
    token = "123456789:" + "a" * 35
    asked = {"escalate_minutes": "7", "site": "https://desk.example.com/", "telegram_token": token}
    desk.post(f"{CHANNELS}terms", asked)
    now = terms()
    assert (now.escalate_minutes, now.site) == (7, "https://desk.example.com")
    assert now.telegram_token == token
    page = said(desk.get(CHANNELS))
    assert token not in page
    assert "has a Telegram bot" in page
    desk.post(f"{CHANNELS}terms", {"escalate_minutes": "7", "forgets_bot": "on"})
    assert NoticeTerms.objects.get().telegram_token is None
    for wrong, sentence in (
        ({"site": "ftp://x"}, "Write the address"),
        ({"telegram_token": "short"}, "A bot"),
        ({"escalate_minutes": "0"}, "greater than or equal"),
    ):
        asked = {"escalate_minutes": "7", **wrong}
        assert sentence in said(desk.post(f"{CHANNELS}terms", asked), 422)
