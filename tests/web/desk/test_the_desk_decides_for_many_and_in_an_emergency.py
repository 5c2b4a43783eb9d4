"""Many accounts at once, kill switches, the queue, approvals of persons, looking as a trader."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from propdesk.crm.accounts.models import (
    Acknowledgement,
    Approval,
    Case,
    CaseKind,
    KillSwitch,
)
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.models import Person
from propdesk.crm.uuid7 import uuid7
from propdesk.web import received
from propdesk.web.live import source
from tests.crm.accounts.house_of_accounts import NOW
from tests.crm.people.cast import registered
from tests.web.desk.desk_cast import DeskFirm, desk, made_up, shown
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(secret_key: None) -> DeskFirm:
    return DeskFirm()


# --- many ------------------------------------------------------------------------------------
def many(client: Client, verb: str, ids: Sequence[object], **said: str) -> Any:
    return client.post("/staff/accounts/act", {"verb": verb, "account": ids, **said})


def test_each_of_many_has_its_own_result(firm: DeskFirm) -> None:
    other = firm.enrolled()
    firm.say(other, "active")
    gone = firm.enrolled()
    ids = [firm.account.pk, firm.running(other).account.pk, firm.running(gone).account.pk, "none"]
    client = desk("risk")
    asked = many(client, "pause", ids).content.decode()
    assert "3 accounts" in asked
    assert AuditRow.objects.filter(action="challenges.pause").count() == 0
    done = many(client, "pause", ids, confirmed="yes", reason="feed", positions="leave")
    page = done.content.decode()
    assert "2 of 3 done" in page
    assert page.count("✕") == 1, "the one the engine does not judge yet"
    assert AuditRow.objects.filter(action="challenges.pause").count() == 2


def test_nothing_is_done_to_many_without_a_reason_or_a_choice(firm: DeskFirm) -> None:
    client = desk("risk")
    assert many(client, "pause", [firm.account.pk], confirmed="yes").status_code == 422
    for verb, ids in (("pause", []), ("reset", [firm.account.pk])):
        assert many(client, verb, ids, confirmed="yes", reason="x").status_code == 302
    assert not AuditRow.objects.filter(action="challenges.pause").exists()


def test_who_may_not_do_it_to_one_may_not_to_many(firm: DeskFirm) -> None:
    done = many(
        desk("support"), "terminate", [firm.account.pk], confirmed="yes", reason="x",
        positions="close",
    )  # fmt: skip
    assert "0 of 1 done" in done.content.decode()
    assert Enrolment.objects.get(pk=firm.enrolment.pk).state == "evaluating"


# --- kill switches ---------------------------------------------------------------------------
SWITCH = {"scope": "symbol", "target": "EURUSD", "action": "cancel", "minutes": "30"}


def test_a_switch_is_previewed_set_and_lifted(firm: DeskFirm) -> None:
    client = desk("risk")
    page = client.get("/staff/kill-switches/", SWITCH).content.decode()
    assert "1 running account" in page
    assert "No new order in EURUSD" in page
    assert "the engine is away" in page
    assert not KillSwitch.objects.exists()
    client.post("/staff/kill-switches/set", {**SWITCH, "reason": "quotes"})
    switch = KillSwitch.objects.get()
    assert switch.expires_at - switch.set_at == timedelta(minutes=30)
    assert "EURUSD" in shown(client, "/staff/kill-switches/")
    assert client.post(f"/staff/kill-switches/{switch.pk}/lift", {}).status_code == 422
    client.post(f"/staff/kill-switches/{switch.pk}/lift", {"reason": "mended"})
    switch.refresh_from_db()
    assert switch.lifted_at is not None


def test_the_preview_says_how_many_hold_the_symbol(firm: DeskFirm) -> None:
    accounts = made_up()
    (told,) = (each for each in accounts.exposure().rows if each.symbol == "EURUSD")
    source.provide(accounts)
    try:
        page = desk("risk").get("/staff/kill-switches/", SWITCH).content.decode()
    finally:
        source.provide(source.NoEngine())
    assert f"{told.accounts} accounts hold it now" in page


def test_one_that_closes_waits_for_a_second_person(firm: DeskFirm) -> None:
    wanted = {"scope": "firm", "target": "", "action": "close", "minutes": "5", "reason": "x"}
    desk("risk").post("/staff/kill-switches/set", wanted)
    asked = Approval.objects.get(kind="kill_switch")
    assert not KillSwitch.objects.exists()
    desk("owner").post(f"/staff/approvals/{asked.pk}/approve")
    assert KillSwitch.objects.get().approval_id == asked.pk


@pytest.mark.parametrize(
    "wrong", [{"scope": "firm"}, {"target": ""}, {"minutes": "0"}, {"reason": ""}]
)
def test_a_switch_that_says_too_little_is_not_set(firm: DeskFirm, wrong: dict[str, str]) -> None:
    answer = desk("risk").post("/staff/kill-switches/set", {**SWITCH, "reason": "x", **wrong})
    assert answer.status_code == 422
    assert not KillSwitch.objects.exists()


# --- the queue -------------------------------------------------------------------------------
def test_the_queue_counts_what_waits_and_says_who_looks_at_it(firm: DeskFirm) -> None:
    case = Case.objects.create(
        id=uuid7(NOW), account=firm.account, kind=CaseKind.REVIEW, source="V", opened_at=NOW
    )
    client = desk("risk")
    assert re.search(r"<b>1</b> Cases</a>", shown(client, "/staff/queue/"))
    said = {"kind": "case", "subject": str(case.pk)}
    for _ in range(2):
        client.post("/staff/queue/acknowledge", said)
    assert Acknowledgement.objects.count() == 1
    assert AuditRow.objects.filter(action="accounts.acknowledge").count() == 1
    assert "I look at it" not in shown(client, "/staff/queue/")
    assert client.post("/staff/queue/acknowledge", {"kind": "none"}).status_code == 422
    client.post(f"/staff/cases/{case.pk}/close", {"reason": "nothing was found"})
    case.refresh_from_db()
    assert case.decision == "nothing was found"
    assert "<b>0</b> Cases</li>" in shown(client, "/staff/queue/")


def test_a_failed_command_is_delivered_again_by_hand(firm: DeskFirm) -> None:
    row = OutboxRow.objects.filter(destination="platform").first()
    assert row is not None
    OutboxRow.objects.filter(pk=row.pk).update(
        delivered_at=None, given_up_at=NOW, last_error="no such group"
    )
    client = desk("risk")
    assert "no such group" in shown(client, "/staff/queue/")
    assert client.post(f"/staff/messages/{row.key}/again", {}).status_code == 422
    client.post(f"/staff/messages/{row.key}/again", {"reason": "the group is there now"})
    row.refresh_from_db()
    assert row.given_up_at is None
    assert AuditRow.objects.get(action="accounts.deliver_again").reason == "the group is there now"
    again = client.post(f"/staff/messages/{row.key}/again", {"reason": "x"})
    assert again.status_code == 422


# --- persons ---------------------------------------------------------------------------------
def test_a_ban_takes_two_persons(firm: DeskFirm) -> None:
    page = f"/staff/people/{firm.person.pk}/"
    desk("support").post(f"{page}ban", {"reason": "fraud", "positions": "close"})
    firm.person.refresh_from_db()
    assert firm.person.standing == "open"
    asked = Approval.objects.get(kind="ban")
    assert "waits for a second person" in shown(desk("auditor"), page)
    desk("risk").post(f"/staff/approvals/{asked.pk}/approve")
    firm.person.refresh_from_db()
    assert firm.person.standing == "banned"
    assert Enrolment.objects.get(pk=firm.enrolment.pk).state == "terminated"


def test_a_merge_takes_two_persons(firm: DeskFirm) -> None:
    one, other = registered("one"), registered("other")
    first, second = desk("support", "first"), desk("admin", "second")
    first.post(f"/staff/people/{one.pk}/merge", {"into": other.pk, "reason": "one passport"})
    asked = Approval.objects.get(kind="merge")
    assert first.post(f"/staff/approvals/{asked.pk}/approve").status_code == 422
    second.post(f"/staff/approvals/{asked.pk}/approve")
    one.refresh_from_db()
    assert (one.standing, one.merged_into_id) == ("merged", other.pk)


def test_a_proposal_is_refused_with_a_reason(firm: DeskFirm) -> None:
    desk("support").post(
        f"/staff/people/{firm.person.pk}/ban", {"reason": "fraud", "positions": "close"}
    )
    asked, client = Approval.objects.get(), desk("risk")
    assert client.post(f"/staff/approvals/{asked.pk}/refuse", {}).status_code == 422
    client.post(f"/staff/approvals/{asked.pk}/refuse", {"reason": "no proof"})
    asked.refresh_from_db()
    assert asked.decision == "refused"
    assert "Refused" in shown(client, "/staff/approvals/")


# --- looking as a trader ---------------------------------------------------------------------
def looking(firm: DeskFirm, role: str = "support") -> Client:
    client = desk(role)
    begun = client.post(f"/staff/people/{firm.person.pk}/view-as", {"reason": "ticket 7"})
    assert begun.status_code == 302
    return client


def test_staff_see_a_traders_pages_and_can_do_nothing_there(firm: DeskFirm) -> None:
    client = looking(firm)
    page = shown(client, "/orders/")
    assert "may only look" in page
    assert firm.person.email in page
    for method, address in (
        ("post", "/orders/O-2026-000001/pay"),
        ("get", "/me/profile/"),
        ("get", "/staff/board/"),
        ("post", f"/staff/people/{firm.person.pk}/suspend"),
        ("post", "/judge"),
        ("post", "/me/logout/"),
    ):
        assert getattr(client, method)(address).status_code == 403, address
    row = AuditRow.objects.get(action="people.view_as")
    assert (row.role, row.reason, UUID(row.object_id)) == ("support", "ticket 7", firm.person.pk)


def test_it_ends_when_it_is_ended(firm: DeskFirm) -> None:
    client = looking(firm)
    ended = client.post("/staff/view-as/end")
    assert ended.headers["Location"] == f"/staff/people/{firm.person.pk}/"
    assert "Board" in shown(client, "/staff/board/")
    assert AuditRow.objects.filter(action="people.view_as").count() == 2


def test_it_ends_by_itself(firm: DeskFirm, monkeypatch: pytest.MonkeyPatch) -> None:
    client = looking(firm)
    later = received.received_at() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr("propdesk.web.visitor.received_at", lambda: later)
    assert "may only look" not in shown(client, "/staff/board/")


def test_nobody_looks_as_staff_or_without_a_reason(firm: DeskFirm) -> None:
    client = desk("support")
    other = Person.objects.get(email="support@example.org")
    for whom, reason in ((other.pk, "x"), (firm.person.pk, " ")):
        answer = client.post(f"/staff/people/{whom}/view-as", {"reason": reason})
        assert answer.status_code == 422
    assert client.get("/staff/board/").status_code == 200


def test_a_traders_session_cannot_be_made_to_look(firm: DeskFirm) -> None:
    """What the session keeps counts only as long as the one who looks is staff."""
    client = client_of(registered("somebody"))
    session = client.session
    until = received.received_at() + timedelta(hours=1)
    session["view_as"] = {"person": str(firm.person.pk), "until": until.isoformat()}
    session.save()
    assert firm.person.email not in shown(client, "/orders/")
