"""Staff act by programs as on the pages: the same actions, two persons, masks and pages of rows."""

from typing import Any

import pytest

from propdesk.crm.accounts.actions import show_credentials
from propdesk.crm.accounts.models import KillSwitch
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.models import Coupon
from propdesk.crm.challenges.actions.propose_ban import propose_ban
from propdesk.crm.challenges.models import Enrolment
from propdesk.web.received import received_at
from tests.crm.firm_cast import STAFF, on_sale
from tests.crm.people.cast import registered, staff
from tests.web.api.calling import Program, program_of
from tests.web.api.firm_of_two import firm_of_two

pytestmark = pytest.mark.django_db

WHY = {"reason": "asked for"}


def by(role: str, name: str = "") -> Program:
    return program_of(staff(role, name), as_staff=True)


def test_a_challenge_is_suspended_and_let_go_on_and_the_trader_may_not() -> None:
    two = firm_of_two()
    risk, trader = by("risk"), program_of(two.whose)
    path = f"/challenges/{two.challenge.pk}"
    assert trader.post(f"{path}/suspend", {**WHY, "positions": "leave"}).status_code == 403
    told = risk.post(f"{path}/suspend", {**WHY, "positions": "leave"})
    assert told.json()["state"] == "suspended"
    assert trader.get(path).json()["state"] == "suspended"
    again = risk.post(f"{path}/suspend", {**WHY, "positions": "leave"})
    assert (again.status_code, again.json()["code"]) == (422, "held")
    assert risk.post(f"{path}/lift-suspension", WHY).json()["state"] == "evaluating"
    row = AuditRow.objects.get(action="challenges.suspend")
    assert (row.role, row.reason) == ("risk", "asked for")


def test_a_failed_challenge_is_retried_by_its_trader_or_by_support_and_by_nobody_else() -> None:
    two = firm_of_two()
    two.firm.say(two.challenge, "breached")
    programme = two.challenge.version.programme
    programme.free_retries = 2
    programme.save()
    path = f"/challenges/{two.challenge.pk}/retry"
    assert program_of(two.other).post(path).status_code == 404
    assert by("finance").post(path).json()["code"] == "not_permitted"
    assert program_of(two.whose).post(path).status_code == 200
    two.firm.deliver()
    two.firm.say(two.challenge, "active")
    two.firm.say(two.challenge, "breached")
    assert by("support").post(path).json()["retries_used"] == 2
    assert Enrolment.objects.get(pk=two.challenge.pk).state == "evaluating"


def test_two_persons_reinstate() -> None:
    two = firm_of_two()
    two.firm.say(two.challenge, "breached")
    first, second = by("risk", "one"), by("risk", "two")
    proposal = {"balance": "100000.00", **WHY}
    path = f"/challenges/{two.challenge.pk}/propose-reinstatement"
    made = first.post(path, proposal).json()
    (waiting,) = second.get("/approvals").json()["items"]
    assert waiting["id"] == made["id"]
    alone = first.post(f"/approvals/{made['id']}/approve")
    assert (alone.status_code, alone.json()["code"]) == (422, "same_person")
    support = by("support").post(f"/approvals/{made['id']}/approve")
    assert (support.status_code, support.json()["code"]) == (403, "not_permitted")
    assert second.post(f"/approvals/{made['id']}/approve").json()["decision"] == "approved"
    told = second.get(f"/challenges/{two.challenge.pk}").json()
    assert [each["attempt"] for each in told["phases"]] == [1, 2]


def test_a_ban_that_was_proposed_is_approved_by_a_program() -> None:
    person, second = firm_of_two().firm.person, by("risk", "two")
    now = received_at()
    propose_ban(person.pk, by=STAFF, at=now, reason="two passports", positions="close")
    (waiting,) = second.get("/approvals").json()["items"]
    assert second.post(f"/approvals/{waiting['id']}/approve").json()["decision"] == "approved"
    person.refresh_from_db()
    assert person.standing == "banned"


def test_two_persons_ban() -> None:
    two = firm_of_two()
    asks, decides = by("support"), by("risk")
    trader = program_of(two.whose)
    path = f"/people/{two.whose.pk}/propose-ban"
    made = asks.post(path, {**WHY, "positions": "close"}).json()
    assert trader.get("/me").status_code == 200
    assert asks.post(f"/approvals/{made['id']}/approve").status_code == 403
    assert decides.post(f"/approvals/{made['id']}/approve").status_code == 200
    assert trader.get("/me").status_code == 401
    told = decides.get(f"/challenges/{two.challenge.pk}").json()
    assert told["state"] == "terminated"


def test_a_kill_switch_that_closes_waits_for_a_second_person() -> None:
    two = firm_of_two()
    first, second = by("risk", "one"), by("admin", "two")
    slug = two.firm.programme.slug
    whom = {"scope": "programme", "target": slug}
    assert first.post("/kill-switches/preview", whom).json()["accounts"] == 1
    wanted = {**whom, "minutes": 60, **WHY}
    held = first.post("/kill-switches", {**wanted, "action": "no_new_orders"}).json()
    assert held["switch"]["accounts"] == 1
    assert held["approval"] is None
    closing = first.post("/kill-switches", {**wanted, "action": "close"}).json()
    assert closing["switch"] is None
    assert KillSwitch.objects.count() == 1
    approval = closing["approval"]["id"]
    assert first.post(f"/approvals/{approval}/approve").status_code == 422
    assert second.post(f"/approvals/{approval}/approve").status_code == 200
    assert KillSwitch.objects.count() == 2
    lifted = second.post(f"/kill-switches/{held['switch']['id']}/lift", WHY)
    assert lifted.json()["lifted_by"]
    no_target = first.post("/kill-switches", {**wanted, "target": "", "action": "cancel"})
    assert no_target.json()["code"] == "no_target"


def test_a_role_sees_of_a_person_what_it_sees_on_the_pages() -> None:
    person = registered("adele")
    seen = {}
    for role in ("support", "auditor", "finance"):
        told = by(role).get(f"/people/{person.pk}").json()
        seen[role] = (told["email"], told["display_name"])
    assert seen == {
        "support": ("adele@example.org", "adele"),
        "auditor": ("a•••@e•••.org", "a•••"),
        "finance": ("a•••@e•••.org", "adele"),
    }
    assert by("risk").get("/people?q=adele@ex").json()["items"] == []
    assert len(by("owner").get("/people?q=adele").json()["items"]) == 1


def test_a_list_is_read_to_its_end_whatever_comes_meanwhile() -> None:
    owner = by("owner")
    for number in range(5):
        owner.post("/coupons", {"code": f"C{number}", "percent": "10"})
    codes: list[str] = []
    after = ""
    while True:
        told = owner.get(f"/coupons?limit=2&after={after}").json()
        codes += [each["code"] for each in told["items"]]
        owner.post("/coupons", {"code": f"LATE{len(codes)}", "percent": "10"})
        if told["next"] is None:
            break
        after = told["next"]
    assert codes == ["C4", "C3", "C2", "C1", "C0"]
    assert Coupon.objects.count() == 8


def test_a_trader_reads_the_time_line_without_what_is_the_desks() -> None:
    two = firm_of_two()
    two.firm.say(two.challenge, "breached")
    account = two.firm.running(two.challenge).account

    def kinds(program: Program) -> set[Any]:
        told = program.get(f"/accounts/{account.pk}/time-line").json()["items"]
        return {each["kind"] for each in told}

    assert kinds(program_of(two.whose)) == {"verdict", "status"}
    assert "command" in kinds(by("risk"))
    (verdict,) = program_of(two.whose).get(f"/accounts/{account.pk}/verdicts").json()["items"]
    assert (verdict["outcome"], verdict["observed"]) == ("fail", "89999.99")
    assert verdict["evidence"] == {"peak": "100000.00"}
    assert verdict["at"].endswith("Z")


def test_a_password_is_told_once_and_kept_in_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    two = firm_of_two()
    account = two.firm.running(two.challenge).account
    monkeypatch.setattr(show_credentials, "decrypted", lambda _hidden: "sesame")
    path = f"/accounts/{account.pk}/credentials"
    assert program_of(two.owner, as_staff=True).post(path).status_code == 404
    program = program_of(two.whose)
    assert program.post(path, Idempotency_Key="a").json()["password"] == "sesame"
    again = program.post(path, Idempotency_Key="a")
    assert (again.status_code, again.json()["code"]) == (409, "answered_once")
    assert program.post(path).json()["code"] == "shown"


def test_a_programme_is_edited_priced_and_published() -> None:
    programme = on_sale()
    owner, finance = by("owner"), by("finance")
    path = f"/desk/programmes/{programme.slug}"
    assert owner.get(f"{path}/draft").status_code == 404
    text = programme.versions.get().rulebook
    broken = owner.send("PUT", f"{path}/draft", {"text": text.replace("phases:", "phase:")})
    assert (broken.status_code, broken.json()["code"]) == (422, "rulebook_refused")
    assert broken.json()["faults"]
    price = {"currency": "USD", "prices": [{"size": "100000", "amount": "599.00"}]}
    assert finance.send("PUT", f"{path}/prices", price).json() == {"done": True}
    sold = Program().get(f"/programmes/{programme.slug}").json()["prices"]
    assert {"amount": "599.00", "currency": "USD"} in [each["price"] for each in sold]
    assert finance.send("PUT", f"{path}/draft", {"text": text}).status_code == 403
    assert owner.post("/desk/programmes", {"preset": "none", "slug": "x", "title": "X"}).json()[
        "code"
    ] == ("no_preset")
