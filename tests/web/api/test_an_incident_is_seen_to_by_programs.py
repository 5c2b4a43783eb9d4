"""Incidents and breaches that wait, by programs: the same actions, the same two persons."""

from typing import Any

import pytest

from propdesk.crm.accounts.models import Hold
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.platform import Rights
from tests.crm.accounts.house_of_accounts import NOW
from tests.crm.people.cast import staff
from tests.web.api.calling import Program, program_of
from tests.web.api.firm_of_two import firm_of_two

pytestmark = pytest.mark.django_db
WHY = {"reason": "our fault"}
SAID: dict[str, Any] = {
    "kind": "bad_price", "title": "Wrong gold", "told": "Gold was wrong.\nWe look.",
    "began_at": "2026-11-23T12:00:00Z", "ended_at": "2026-11-23T12:30:00Z",
}  # fmt: skip


def by(role: str, name: str = "") -> Program:
    return program_of(staff(role, name), as_staff=True)


def test_an_incident_goes_its_whole_way() -> None:
    two = firm_of_two()
    owner, risk = program_of(two.owner, as_staff=True), by("risk")
    account = two.firm.running(two.challenge).account
    said = {**SAID, "accounts": [account.engine_account]}
    scope = {"began_at": SAID["began_at"], "accounts": [account.engine_account]}
    told = risk.post("/incidents/preview", scope).json()
    assert (told["accounts"], told["reasons"]) == (1, {"named": 1})
    made = risk.post("/incidents", said).json()
    assert (made["state"], made["accounts"], made["reference"][:2]) == ("open", 1, "I-")
    path = f"/incidents/{made['id']}"
    assert risk.get("/incidents").json()["items"][0]["id"] == made["id"]
    suspend = {**WHY, "kind": "suspend_rules", "rules": ["price_rules"]}
    measure = risk.post(f"{path}/measures", suspend).json()
    assert measure["done_at"] is None
    approve = f"/approvals/{measure['approval']['id']}/approve"
    assert risk.post(approve).json()["code"] == "same_person"
    assert owner.post(approve).json()["decision"] == "approved"
    (came,) = risk.get(f"{path}/accounts").json()["items"]
    assert (came["why"], came["came"][0]["kind"]) == (["named"], "suspend_rules")
    assert risk.post(f"/measures/{measure['id']}/undo", WHY).json()["undone_at"]
    notify = risk.post(f"{path}/measures", {**WHY, "kind": "notify", "text": "Sorry."}).json()
    assert (notify["approval"], bool(notify["done_at"])) == (None, True)
    assert len(risk.get(f"{path}/measures").json()["items"]) == 2
    changed = risk.send("PUT", path, {**said, **WHY, "title": "Wrong silver"}).json()
    assert changed["title"] == "Wrong silver"
    assert risk.post(f"{path}/count").json()["accounts"] == 1
    assert risk.post(f"{path}/decide", {"decision": "Credited."}).json()["state"] == "decided"
    report = {"report": "A vendor sent wrong prices."}
    assert risk.send("PUT", f"{path}/report", report).json()["code"] == "not_permitted"
    assert owner.send("PUT", f"{path}/report", report).json()["report_at"]
    assert owner.post(f"{path}/withdraw-report", WHY).json()["report_at"] is None
    assert owner.post(f"{path}/close", WHY).json()["state"] == "closed"
    assert risk.get(path).json()["closed_at"]


def test_a_breach_that_waits_is_enforced_by_two_and_not_released_while_it_stands() -> None:
    two = firm_of_two()
    account = two.firm.running(two.challenge).account
    Hold.objects.create(
        id=uuid7(NOW), account=account, reason="rule_suspended", source="S/max_loss",
        rights=Rights.TRADE, set_at=NOW,
    )  # fmt: skip
    two.firm.say(two.challenge, "breached")
    support, risk = by("support"), by("risk")
    path = f"/challenges/{two.challenge.pk}"
    assert risk.post(f"{path}/release", WHY).json()["code"] == "stands"
    asked = support.post(f"{path}/propose-enforcement", WHY).json()
    assert asked["kind"] == "enforcement"
    assert risk.post(f"/approvals/{asked['id']}/approve").json()["decision"] == "approved"
    assert risk.get(path).json()["state"] == "customer"
