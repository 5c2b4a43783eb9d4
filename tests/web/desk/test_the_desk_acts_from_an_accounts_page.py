"""An account's page at the desk, and what is done from it: previewed, confirmed, recorded."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from propdesk.crm.accounts.models import AccountEvent, AccountVerdict, Approval
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.models import Programme
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.notices.models import Notice
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live import source
from tests.crm.accounts.house_of_accounts import NOW
from tests.web.desk.desk_cast import BALANCE, DeskFirm, confirmed, desk, made_up, shown

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(secret_key: None) -> DeskFirm:
    return DeskFirm()


@pytest.fixture
def engine() -> Iterator[MadeUpAccounts]:
    accounts = made_up()
    source.provide(accounts)
    yield accounts
    source.provide(source.NoEngine())


def address(firm: DeskFirm, verb: str = "") -> str:
    return f"/staff/accounts/{firm.account.pk}/{verb}"


def state(firm: DeskFirm) -> str:
    return Enrolment.objects.get(pk=firm.enrolment.pk).state


def test_it_shows_state_now_facts_and_time_line(engine: MadeUpAccounts, firm: DeskFirm) -> None:
    page = shown(desk("risk"), address(firm))
    told = engine.account("A001")
    assert told is not None
    for each in told.positions:
        assert each.symbol in page
    assert "Ada Lark" in page
    assert firm.account.sha256 in page
    assert "Time line" in page
    assert "<b>Provision</b>" in page
    assert 'data-live="/live/events?account=A001"' in page


def test_without_an_engine_the_firms_part_stands(firm: DeskFirm) -> None:
    page = shown(desk("risk"), address(firm))
    assert "The engine is away" in page
    assert "Time line" in page


def test_an_account_that_is_nobodys_is_not_found() -> None:
    assert (
        desk("risk").get(f"/staff/accounts/{'0' * 8}-0000-0000-0000-{'0' * 12}/").status_code == 404
    )


def test_a_long_time_line_is_read_in_pages_at_one_price(firm: DeskFirm) -> None:
    AccountEvent.objects.bulk_create(
        AccountEvent(
            account=firm.account, at=NOW, recorded_at=NOW, kind="verdict", word="warn",
            detail={"number": number}, source=str(number),
        )
        for number in range(10_000)
    )  # fmt: skip
    client = desk("risk")
    costs, seen, following = [], set[str](), ""
    for _ in range(3):
        with CaptureQueriesContext(connection) as asked:
            page = shown(client, address(firm) + following)
        costs.append(len(asked))
        seen |= set(re.findall(r"<dt>Number</dt> <dd>(\d+)</dd>", page))
        found = re.search(r'rel="next" href="(\?before=\d+)', page)
        assert found is not None
        following = found[1]
    assert len(seen) == 150
    assert costs[1] == costs[2]
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT * FROM accounts_accountevent WHERE account_id = %s AND id < %s "
            "ORDER BY id DESC LIMIT 51",
            [firm.account.pk, 10**9],
        )
        plan = " ".join(line for (line,) in cursor.fetchall())
    assert "account_time_line" in plan


def test_messages_stand_among_what_happened_each_on_one_page(firm: DeskFirm) -> None:
    """Even where a message and the line a page ends at were recorded at once."""
    for number in range(120):
        at = NOW + timedelta(minutes=2, seconds=number)
        AccountEvent.objects.create(
            account=firm.account, at=at, recorded_at=at, kind="verdict", word="warn", source="V"
        )
        Notice.objects.create(
            id=uuid7(at), kind="warning", at=at, taken_at=at, account="A001",
            detail={"number": number},
        )  # fmt: skip
    client, seen, following = desk("risk"), list[str](), ""
    for _ in range(3):
        page = shown(client, address(firm) + following)
        seen += re.findall(r"<dt>Number</dt> <dd>(\d+)</dd>", page)
        found = re.search(r'rel="next" href="(\?before=\d+)', page)
        following = "" if found is None else found[1]
    assert sorted(map(int, seen)) == list(range(120))


def test_the_evidence_of_a_verdict_is_there(firm: DeskFirm) -> None:
    firm.account.engine_account = "A001"
    verdict = AccountVerdict.objects.create(
        id="V1", account=firm.account, phase="challenge", rule="max_loss", outcome="warn", at=NOW,
        basis="ticks", evidence={"peak": "100000.00"}, offset=1, tick=1,
    )  # fmt: skip
    client = desk("auditor")
    assert f"{address(firm)}verdicts/{verdict.pk}.json" in shown(client, address(firm))
    told = client.get(f"{address(firm)}verdicts/V1.json").json()
    assert told["evidence"] == {"peak": "100000.00"}
    assert client.get(f"{address(firm)}verdicts/V2.json").status_code == 404


# --- doing -----------------------------------------------------------------------------------
def offered(client: Client, firm: DeskFirm) -> set[str]:
    page = shown(client, address(firm))
    listed = page.partition("What can be done")[2].partition("</section>")[0]
    return set(re.findall(r'href="(\w+)"', listed))


@pytest.mark.parametrize(
    ("role", "verbs"),
    [
        ("owner", {"pause", "suspend", "fail", "terminate", "gate", "reset", "rebind"}),
        ("risk", {"pause", "suspend", "fail", "terminate", "gate", "rebind"}),
        ("support", {"pause", "gate"}),
        ("finance", set()),
        ("auditor", set()),
    ],
)
def test_each_role_is_offered_what_it_may_do_now(
    firm: DeskFirm, role: str, verbs: set[str]
) -> None:
    assert offered(desk(role), firm) == verbs


def test_a_verb_says_what_it_does_before_it_is_confirmed(firm: DeskFirm) -> None:
    page = shown(desk("risk"), address(firm, "suspend"))
    for said in ("Open positions", "Pending payout", "Other accounts", "Buying again", "Reason"):
        assert said in page
    assert state(firm) == "evaluating"


def test_it_is_done_once_with_its_reason_and_who_did_it(firm: DeskFirm) -> None:
    client = desk("risk")
    answer = confirmed(client, address(firm, "suspend"), reason="ring", positions="leave")
    assert "Done, and recorded." in answer.content.decode()
    assert state(firm) == "suspended"
    row = AuditRow.objects.get(action="challenges.suspend")
    assert (row.role, row.reason, row.address) == ("risk", "ring", "127.0.0.1")
    assert re.search(r"Suspend</b> by <a[^>]*>risk</a>", shown(client, address(firm)))
    assert offered(client, firm) == {"lift", "terminate"}


def test_without_a_reason_nothing_is_done(firm: DeskFirm) -> None:
    client = desk("risk")
    answer = confirmed(client, address(firm, "terminate"), positions="close")
    assert answer.status_code == 422
    assert state(firm) == "evaluating"


def test_what_changed_since_it_was_shown_is_looked_at_again(firm: DeskFirm) -> None:
    client = desk("risk")
    page = client.get(address(firm, "terminate"))
    seen = page.context["form"]["seen"].value()
    confirmed(client, address(firm, "suspend"), reason="ring", positions="leave")
    late = {"seen": seen, "reason": "fraud", "positions": "close"}
    answer = client.post(address(firm, "terminate"), late)
    assert answer.status_code == 422
    assert "changed since" in answer.content.decode()
    assert state(firm) == "suspended"


def test_a_refusal_is_a_sentence_on_the_page(firm: DeskFirm) -> None:
    answer = confirmed(desk("owner"), address(firm, "reset"), order="O-2026-000009")
    assert answer.status_code == 422
    assert "The trader has no such order." in answer.content.decode()


def test_a_free_retry_is_given_in_a_role_of_the_staff(firm: DeskFirm) -> None:
    Programme.objects.filter(pk=firm.programme.pk).update(free_retries=1)
    firm.as_the_platform_names_it()
    firm.say(firm.enrolment, "breached")
    confirmed(desk("support"), address(firm, "retry"))
    assert state(firm) == "evaluating"
    assert AuditRow.objects.get(action="challenges.retry").role == "support"


def test_a_reinstatement_takes_two_and_says_what_begins_anew(firm: DeskFirm) -> None:
    firm.as_the_platform_names_it()
    firm.say(firm.enrolment, "breached")
    one, two = desk("risk", "one"), desk("owner", "two")
    assert "not carried" in shown(one, address(firm, "reinstate"))
    confirmed(one, address(firm, "reinstate"), balance=f"{BALANCE}", reason="feed gap")
    asked = Approval.objects.get(kind="reinstatement")
    page = shown(one, "/staff/approvals/")
    assert "It is your own" in page
    assert f"/staff/approvals/{asked.pk}/approve" not in page
    own = one.post(f"/staff/approvals/{asked.pk}/approve")
    assert (own.status_code, state(firm)) == (422, "customer")
    assert "begin anew" in shown(two, "/staff/approvals/")
    two.post(f"/staff/approvals/{asked.pk}/approve")
    assert state(firm) == "evaluating"
    assert firm.running(firm.enrolment).account.opening_balance == BALANCE


def test_a_version_is_proposed_with_its_difference(firm: DeskFirm) -> None:
    page = shown(desk("risk"), address(firm, "rebind"))
    assert firm.programme.title in page
    answer = confirmed(
        desk("owner"), address(firm, "rebind"), version=str(firm.enrolment.version_id),
        reason="complaint",
    )  # fmt: skip
    assert "judged by this version already" in answer.content.decode()


def test_a_gate_is_settled_by_hand(firm: DeskFirm) -> None:
    firm.as_the_platform_names_it()
    for _ in range(2):
        firm.say(firm.enrolment, "passed")
    assert state(firm) == "awaiting_kyc"
    client, newest = desk("support"), firm.running(firm.enrolment).account
    queue = shown(client, "/staff/queue/")
    assert newest.engine_account in queue
    assert "Kyc" in queue, "what blocks it is said"
    for gate in ("kyc", "contract"):
        page = shown(client, f"/staff/accounts/{newest.pk}/gate")
        assert f'value="{gate}" selected' in page, "what it waits for is chosen"
        confirmed(client, f"/staff/accounts/{newest.pk}/gate", gate=gate, reason="seen")
    assert state(firm) == "funded"
