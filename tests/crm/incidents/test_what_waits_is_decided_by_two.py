"""A breach that waits: enforced or reinstated by two persons, released where it was withdrawn."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from propdesk.crm.accounts.actions.close_case import close_case
from propdesk.crm.accounts.held_verdicts import HELD, RULE_SUSPENDED
from propdesk.crm.accounts.messages import notice_in
from propdesk.crm.accounts.models import Blocked, Case, Hold
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.challenges.actions.enforce import enforce
from propdesk.crm.challenges.actions.propose_enforcement import propose_enforcement
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.challenges.actions.reinstate import reinstate
from propdesk.crm.challenges.actions.release_held import release_held
from propdesk.crm.challenges.models import Enrolment, Outcome
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.platform import CancelAll, CloseAll, Rights
from propdesk.wire.log_records import VerdictCorrected
from tests.crm.accounts.house_of_accounts import micros
from tests.crm.challenges.enrolled import NOW, SECOND_STAFF, STAFF, SUPPORT, Firm

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(secret_key: None) -> Firm:
    return Firm()


@pytest.fixture
def waiting(firm: Firm) -> Enrolment:
    """An enrolment whose account broke a rule that was suspended."""
    made = firm.enrolled()
    firm.say(made, "active")
    Hold.objects.create(
        id=uuid7(NOW), account=firm.running(made).account, reason=RULE_SUSPENDED,
        source="S/max_loss", rights=Rights.TRADE, set_at=NOW,
    )  # fmt: skip
    firm.say(made, "breached")
    return made


def withdrawn(firm: Firm, enrolment: Enrolment) -> None:
    account = firm.running(enrolment).account
    verdict = account.verdicts.get(outcome="fail")
    said = VerdictCorrected(
        id=verdict.pk, account=account.login, phase="challenge", rule="max_loss", outcome="fail",
        replaced_by=None, why="back_filled", because=3, at=micros(), observed="1", limit="2",
        offset=9, tick=9,
    )  # fmt: skip
    firm.engine.say(f"corrected/{verdict.pk}", said)
    firm.engine.status(account.login, "active", 9)
    firm.project()


def code(act: Callable[[], Any]) -> str:
    with pytest.raises(ActionRefused) as refused:
        act()
    return refused.value.code


def told(firm: Firm, notice: str) -> dict[str, Any]:
    rows = OutboxRow.objects.filter(destination="notice", command=notice)
    return notice_in(bytes(rows.get().body))


def test_what_waits_ends_nothing(firm: Firm, waiting: Enrolment) -> None:
    phase = firm.running(waiting)
    assert (firm.state(waiting), phase.outcome) == ("evaluating", Outcome.RUNS)
    assert not any(isinstance(each, CloseAll | CancelAll) for each in firm.platform.done)


def test_two_persons_enforce_it(firm: Firm, waiting: Enrolment) -> None:
    asked = propose_enforcement(waiting.pk, by=SUPPORT, at=NOW, reason="prices were right")
    assert code(lambda: enforce(asked.pk, by=SUPPORT, at=NOW)) == "not_permitted"
    enforce(asked.pk, by=SECOND_STAFF, at=NOW)
    firm.deliver()
    phase = firm.running(waiting)
    account = phase.account
    assert (account.status, account.blocked_by) == ("breached", Blocked.BREACHED)
    assert account.rights == Rights.READ_ONLY
    assert (firm.state(waiting), phase.outcome) == ("customer", Outcome.FAILED)
    kinds = [type(each).__name__ for each in firm.platform.done]
    assert kinds[-3:] == ["CancelAll", "CloseAll", "SetRights"]
    assert Case.objects.get().decision == "enforced: prices were right"
    assert not Hold.objects.filter(reason=HELD, lifted_at=None).exists()
    assert told(firm, "breach_enforced")["reason"] == "prices were right"
    assert AuditRow.objects.filter(action="challenges.enforce").count() == 1


def test_nobody_enforces_what_he_proposed_nor_what_does_not_wait(
    firm: Firm, waiting: Enrolment
) -> None:
    asked = propose_enforcement(waiting.pk, by=STAFF, at=NOW, reason="x")
    assert code(lambda: enforce(asked.pk, by=STAFF, at=NOW)) == "same_person"
    withdrawn(firm, waiting)
    release_held(waiting.pk, by=STAFF, at=NOW, reason="bad tick")
    assert code(lambda: enforce(asked.pk, by=SECOND_STAFF, at=NOW)) == "changed"
    other = firm.enrolled()
    firm.say(other, "active")
    assert code(lambda: propose_enforcement(other.pk, by=STAFF, at=NOW, reason="x")) == "not_held"
    assert code(lambda: release_held(other.pk, by=STAFF, at=NOW, reason="x")) == "not_held"


def test_one_person_releases_what_the_engine_withdrew_and_nothing_else(
    firm: Firm, waiting: Enrolment
) -> None:
    assert code(lambda: release_held(waiting.pk, by=STAFF, at=NOW, reason="x")) == "stands"
    withdrawn(firm, waiting)
    assert set(Case.objects.values_list("kind", flat=True)) == {"enforcement", "un_breached"}
    assert code(lambda: release_held(waiting.pk, by=STAFF, at=NOW, reason=" ")) == "no_reason"
    assert code(lambda: release_held(waiting.pk, by=SUPPORT, at=NOW, reason="x")) == "not_permitted"
    release_held(waiting.pk, by=STAFF, at=NOW, reason="bad tick")
    firm.deliver()
    account = firm.running(waiting).account
    assert (account.status, account.blocked_by, account.rights) == (
        "active", Blocked.NOTHING, Rights.TRADE,
    )  # fmt: skip
    assert not Case.objects.filter(closed_at=None).exists()
    assert told(firm, "held_released")["reason"] == "bad tick"


def test_two_persons_reinstate_what_waits_in_another_account(
    firm: Firm, waiting: Enrolment
) -> None:
    old = firm.running(waiting).account
    balance = Decimal("100000.00")
    asked = propose_reinstatement(waiting.pk, balance, by=STAFF, at=NOW, reason="our outage")
    opened = reinstate(asked.pk, by=SECOND_STAFF, at=NOW)
    firm.deliver()
    assert (opened.attempt, firm.state(waiting)) == (2, "evaluating")
    old.refresh_from_db()
    assert (old.blocked_by, old.rights) == (Blocked.SUCCEEDED, Rights.READ_ONLY)
    assert any(isinstance(e, CloseAll) and e.account == old.login for e in firm.platform.done)
    assert not Hold.objects.filter(reason=HELD, lifted_at=None).exists()


def test_a_case_of_what_waits_is_not_closed_by_words(firm: Firm, waiting: Enrolment) -> None:
    case = Case.objects.get()
    assert code(lambda: close_case(case.pk, by=STAFF, at=NOW, decision="fine")) == "held"


def test_the_trader_is_told_of_a_decision_where_somebody_says_so(firm: Firm) -> None:
    made = firm.enrolled()
    account = firm.running(made).account
    for number, words in enumerate(("", "Your pass stands.")):
        case = Case.objects.create(
            id=uuid7(NOW), account=account, kind="newly_breached", source=str(number),
            opened_at=NOW,
        )  # fmt: skip
        close_case(case.pk, by=STAFF, at=NOW, decision="goodwill", told=words)
    said = told(firm, "case_decided")
    assert (said["reason"], said["to"]) == ("Your pass stands.", ["trader"])
    lines = account.events.filter(word="accounts.close_case").order_by("id")
    assert [each.detail.get("told") for each in lines] == [None, "Your pass stands."]
