"""The desk's pages of incidents and cases: a preview before everything, two persons, and words."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from propdesk.crm.accounts.models import Approval, Blocked, Case, Hold
from propdesk.crm.incidents.models import Incident, Measure
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import Deal
from propdesk.domain.instants import micros_of
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.platform import Rights
from propdesk.web import log_source
from propdesk.web.live import source
from tests.crm.accounts.house_of_accounts import NOW
from tests.crm.challenges.judged import LogIntake
from tests.crm.incidents.incident_cast import LATER, opened
from tests.web.desk.desk_cast import DeskFirm, desk, made_up, shown

pytestmark = pytest.mark.django_db
SAID = {
    "kind": "bad_price", "title": "Wrong gold", "told": "Gold was wrong.", "symbol": "",
    "began_at": "2026-11-23T12:00:00", "ended_at": "2026-11-23T12:30:00", "server": "",
    "rulebook": "", "accounts": "",
}  # fmt: skip
NEW = "/staff/incidents/new"


@pytest.fixture(autouse=True)
def an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in ("incidents", "incident_measures", "desk_cases", "desk_approvals"):
        monkeypatch.setattr(f"propdesk.web.pages.{each}.received_at", lambda: LATER)


@pytest.fixture
def firm(secret_key: None) -> DeskFirm:
    return DeskFirm()


def waiting(firm: DeskFirm) -> Case:
    """A case of a breach that waits, because its rule was suspended."""
    firm.as_the_platform_names_it()
    Hold.objects.create(
        id=uuid7(NOW), account=firm.account, reason="rule_suspended", source="S/max_loss",
        rights=Rights.TRADE, set_at=NOW,
    )  # fmt: skip
    firm.say(firm.enrolment, "breached")
    return Case.objects.get()


def sent(client: Client, path: str, **said: Any) -> str:
    """What the page says behind a form that was sent."""
    answer = client.post(path, said, follow=True)
    assert answer.status_code in {200, 422}
    return answer.content.decode()


# --- opening ---------------------------------------------------------------------------------
def test_whom_it_concerns_is_looked_at_before_it_is_opened(firm: DeskFirm) -> None:
    firm.engine.verdict(firm.running(firm.enrolment).account.login, "warn", 5)
    firm.as_the_platform_names_it()
    firm.project()
    client = desk("risk")
    page = sent(client, NEW, **SAID)
    assert "1 account" in page
    assert "a verdict in the window: <b>1</b>" in page
    assert "deals are missing" in page, "no log is connected, and the page says so"
    assert not Incident.objects.exists()
    sent(client, NEW, **SAID, confirmed="yes")
    row = Incident.objects.get()
    assert [each.why for each in row.affected.all()] == [["verdict"]]
    assert "deals are missing" in row.lacks
    page = shown(client, f"/staff/incidents/{row.pk}/")
    assert row.reference in shown(client, "/staff/incidents/")
    assert firm.account.login in page
    assert re.search(r"<b>Open</b> by risk", page)


def test_deals_and_open_positions_come_from_the_log_and_the_engine(
    firm: DeskFirm, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = MemoryLog()
    lots, price = Decimal(1), Decimal(4000)
    said = Deal("A001", micros_of(NOW), "D1", "P1", "XAUUSD", "buy", "in", lots, price)
    LogIntake(log).events([said], source="platform", key="D1")
    monkeypatch.setattr("propdesk.crm.incidents.traded._before", lambda *_: 0)
    log_source.provide(log.reader)
    source.provide(made_up())
    try:
        page = sent(desk("risk"), NEW, **{**SAID, "symbol": "XAUUSD"})
    finally:
        log_source.provide(None)
        source.provide(source.NoEngine())
    assert "a deal in the window: <b>1</b>" in page
    assert "deals are missing" not in page
    assert "does not answer" not in page


@pytest.mark.parametrize("wrong", [{"title": ""}, {"began_at": "soon"}, {"told": ""}])
def test_a_form_that_says_too_little_opens_nothing(firm: DeskFirm, wrong: dict[str, str]) -> None:
    answer = desk("risk").post(NEW, {**SAID, **wrong, "confirmed": "yes"})
    assert answer.status_code == 422
    assert not Incident.objects.exists()


# --- measures --------------------------------------------------------------------------------
def test_a_measure_is_looked_at_proposed_approved_and_undone(firm: DeskFirm) -> None:
    row = opened(firm, firm.enrolment)
    first, second = desk("risk", "one"), desk("risk", "two")
    path = f"/staff/incidents/{row.pk}/measures/suspend_rules"
    assert "1 account" in shown(first, path)
    said = {"rules": ["price_rules"], "reason": "quotes are off"}
    assert "Propose it" in sent(first, path, **said)
    assert not Measure.objects.exists()
    page = sent(first, path, **said, confirmed="yes")
    assert "waits for a second person" in page
    approval = Approval.objects.get(kind="incident_measure")
    assert "Measure of an incident" in shown(second, "/staff/approvals/")
    first.post(f"/staff/approvals/{approval.pk}/approve")
    assert not Hold.objects.exists(), "nobody approves his own"
    second.post(f"/staff/approvals/{approval.pk}/approve")
    assert Hold.objects.get().source.endswith("/price_rules")
    page = shown(first, f"/staff/incidents/{row.pk}/")
    assert "suspend rules: done" in page
    measure = Measure.objects.get()
    assert "Say why" in sent(first, f"/staff/measures/{measure.pk}/undo")
    assert "suspend rules: undone" in sent(first, f"/staff/measures/{measure.pk}/undo", reason="x")


def test_one_person_tells_the_traders(firm: DeskFirm) -> None:
    row = opened(firm, firm.enrolment)
    path = f"/staff/incidents/{row.pk}/measures/notify"
    said = {"text": "Sorry.", "reason": "they ask"}
    client = desk("risk")
    assert "Do it" in sent(client, path, **said)
    assert "tell the traders: done" in sent(client, path, **said, confirmed="yes")
    assert client.get(path.replace("notify", "none")).status_code == 404


def test_it_is_decided_closed_and_reported(firm: DeskFirm) -> None:
    row = opened(firm, firm.enrolment)
    path, owner = f"/staff/incidents/{row.pk}/", desk("owner")
    assert "Decide it first" in sent(owner, f"{path}close", reason="x")
    assert "Losses are credited" in sent(owner, f"{path}decide", decision="Losses are credited.")
    public = f"/incidents/{row.reference}/"
    assert Client().get(public).status_code == 404
    sent(owner, f"{path}publish", report="A vendor sent wrong gold.")
    assert "A vendor sent wrong gold." in shown(Client(), public)
    sent(owner, f"{path}withdraw", reason="names a vendor")
    assert Client().get(public).status_code == 404
    sent(owner, f"{path}close", reason="done")
    row.refresh_from_db()
    assert row.state == "closed"


def test_it_is_changed_and_counted_anew_on_its_page(firm: DeskFirm) -> None:
    row = opened(firm, firm.enrolment)
    path, client = f"/staff/incidents/{row.pk}/", desk("risk")
    assert "EURUSD off by a big figure" in shown(client, f"{path}change")
    page = sent(client, f"{path}change", **SAID, reason="narrower")
    assert "0 accounts" in page
    row.refresh_from_db()
    assert row.title != "Wrong gold"
    sent(client, f"{path}change", **SAID, reason="narrower", confirmed="yes")
    row.refresh_from_db()
    assert (row.title, row.affected.count()) == ("Wrong gold", 0)
    assert "Counted: 0 accounts." in sent(client, f"{path}count")


# --- cases -----------------------------------------------------------------------------------
def test_a_breach_that_waits_is_enforced_from_its_case_by_two(firm: DeskFirm) -> None:
    case = waiting(firm)
    first, second = desk("risk", "one"), desk("risk", "two")
    path = f"/staff/cases/{case.pk}/"
    assert path in shown(first, "/staff/queue/")
    page = shown(first, path)
    assert "89999.99" in page
    assert "Release it" not in page
    assert "Close the case</button>" not in page
    assert "A proposal about this enrolment waits" in sent(first, f"{path}enforce", reason="right")
    approval = Approval.objects.get(kind="enforcement")
    second.post(f"/staff/approvals/{approval.pk}/approve")
    firm.account.refresh_from_db()
    assert firm.account.blocked_by == Blocked.BREACHED
    assert "enforced: right" in shown(first, path)


def test_a_breach_that_waits_is_reinstated_from_its_case(firm: DeskFirm) -> None:
    case = waiting(firm)
    path = f"/staff/cases/{case.pk}/"
    desk("support").post(f"{path}reinstate", {"balance": "100000.00", "reason": "outage"})
    assert Approval.objects.get(kind="reinstatement").proposal["balance"] == "100000.00"


def test_a_case_is_closed_with_words_for_the_trader(firm: DeskFirm) -> None:
    case = Case.objects.create(
        id=uuid7(NOW), account=firm.account, kind="corrected", source="V", opened_at=NOW
    )
    client = desk("risk")
    sent(client, f"/staff/cases/{case.pk}/decide", decision="Checked.", told="Your pass stands.")
    case.refresh_from_db()
    assert case.decision == "Checked."
    assert firm.account.events.get(word="accounts.close_case").detail["told"] == (
        "Your pass stands."
    )
