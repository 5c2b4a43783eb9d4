"""The life of an enrolment: provisioned, passed, gated, funded; failed, reset, reinstated."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from propdesk.boot.courier_process import SIMULATED
from propdesk.connectors.simulated_platform.terms import DEFAULT_GROUPS
from propdesk.crm.accounts.actions.refuse_approval import refuse_approval
from propdesk.crm.accounts.actions.show_credentials import show_credentials
from propdesk.crm.accounts.models import Approval, Case, CaseKind
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.models import Programme
from propdesk.crm.challenges.actions.ban import ban
from propdesk.crm.challenges.actions.expire import expire
from propdesk.crm.challenges.actions.fail import fail
from propdesk.crm.challenges.actions.lift_suspension import lift_suspension
from propdesk.crm.challenges.actions.pause import pause
from propdesk.crm.challenges.actions.propose_ban import propose_ban
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.challenges.actions.provision import Bought, provision
from propdesk.crm.challenges.actions.reinstate import reinstate
from propdesk.crm.challenges.actions.reset import reset
from propdesk.crm.challenges.actions.resume import resume
from propdesk.crm.challenges.actions.retry import retry
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.actions.suspend import suspend
from propdesk.crm.challenges.actions.terminate import terminate
from propdesk.crm.challenges.models import (
    Enrolment,
    EnrolmentPhase,
    Gate,
    GateTerms,
    PhasePlace,
)
from propdesk.crm.notices.shipped_texts import KINDS
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import Paused, Resumed
from propdesk.ports.intake_in_memory import MemoryIntake
from propdesk.ports.platform import CreateAccount, Reason, Rights
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import AccountEnrolled, Moment
from tests.crm.challenges.enrolled import (
    NOW,
    SECOND_STAFF,
    STAFF,
    SUPPORT,
    SYSTEM,
    Firm,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(db: None) -> Firm:
    return Firm()


def refusal(error: pytest.ExceptionInfo[ActionRefused]) -> str:
    return error.value.code


def to_engine(enrolment: Enrolment, firm: Firm) -> list[object]:
    """What the engine is told of the newest account, oldest first."""
    name = firm.running(enrolment).account.engine_account
    rows = OutboxRow.objects.filter(destination="engine", account=name).order_by("id")
    said: list[object] = []
    for row in rows:
        record = decode(bytes(row.body))
        said += record.events if isinstance(record, Moment) else [record]
    return said


def test_what_was_bought_is_opened_and_the_engine_told(firm: Firm) -> None:
    enrolment = firm.enrolled()
    phase = firm.running(enrolment)
    account = phase.account
    assert (enrolment.state, phase.name, phase.stage) == ("evaluating", "challenge", "evaluation")
    assert account.opened_at is not None
    (enrolled,) = to_engine(enrolment, firm)
    assert isinstance(enrolled, AccountEnrolled)
    assert (enrolled.sha256, enrolled.size, enrolled.phase) == (
        enrolment.version.sha256, "100000", "challenge",
    )  # fmt: skip
    (created,) = firm.platform.done
    assert isinstance(created, CreateAccount)
    assert (created.balance, created.owner) == (Decimal(100_000), str(firm.person.pk))
    assert AuditRow.objects.filter(action="challenges.provision").count() == 1


def test_a_programme_without_places_opens_on_the_platform_that_ships(firm: Firm) -> None:
    PhasePlace.objects.all().delete()
    provision(firm.bought(), by=SYSTEM, at=NOW)
    account = EnrolmentPhase.objects.get().account
    assert (account.server, account.group) == (SIMULATED, "usd-hedging")
    assert account.group in {each.name for each in DEFAULT_GROUPS}


def test_an_order_is_provisioned_once(firm: Firm) -> None:
    bought = firm.bought()
    made = [provision(bought, by=SYSTEM, at=NOW) for _ in range(2)]
    firm.deliver()
    assert made[0].pk == made[1].pk
    assert len(firm.platform.held) == 1
    other = Bought(
        order=bought.order, person=bought.person, version=bought.version, size=Decimal(5),
        currency="USD",
    )  # fmt: skip
    with pytest.raises(ActionRefused) as error:
        provision(other, by=SYSTEM, at=NOW)
    assert refusal(error) == "other_order"


def test_credentials_are_shown_once_to_the_trader_alone(firm: Firm) -> None:
    enrolment = firm.enrolled()
    account = firm.running(enrolment).account
    me = Actor(firm.person.pk, "trader")
    with pytest.raises(ActionRefused) as error:
        show_credentials(account.pk, by=me, at=NOW)
    assert refusal(error) == "not_open", "the engine does not judge it yet"
    firm.say(enrolment, "active")
    with pytest.raises(NotPermitted):
        show_credentials(account.pk, by=Actor(uuid7(NOW), "trader"), at=NOW)
    shown = show_credentials(account.pk, by=me, at=NOW)
    assert (shown.login, shown.password) == (account.login, f"trade-{account.login}")
    assert f"trade-{account.login}".encode() not in bytes(account.credentials.password)
    with pytest.raises(ActionRefused) as error:
        show_credentials(account.pk, by=me, at=NOW)
    assert refusal(error) == "shown"


def test_phases_follow_each_other_and_the_gates_before_funding_hold(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    firm.say(enrolment, "passed")
    first, second = EnrolmentPhase.objects.order_by("number")
    assert (first.outcome, first.account.blocked_by) == ("passed", "succeeded")
    assert (second.name, firm.state(enrolment)) == ("verification", "evaluating")
    assert firm.platform.held[first.account.login].rights == Rights.READ_ONLY
    firm.say(enrolment, "active")
    firm.say(enrolment, "passed")
    assert firm.state(enrolment) == "awaiting_kyc"
    second.refresh_from_db()
    assert (second.account.blocked_by, second.account.blocked_why) == ("promotion", "kyc")
    settle_gate(enrolment.pk, Gate.KYC, by=STAFF, at=firm.now, reason="passport seen")
    assert firm.state(enrolment) == "awaiting_contract"
    for _ in range(2):
        settle_gate(enrolment.pk, Gate.CONTRACT, by=SUPPORT, at=firm.now, reason="signed")
    firm.deliver()
    assert firm.state(enrolment) == "funded"
    assert firm.running(enrolment).name == "funded"
    assert EnrolmentPhase.objects.count() == 3
    firm.say(enrolment, "active")
    firm.say(enrolment, "breached")
    assert firm.state(enrolment) == "customer"


def test_a_gate_settled_before_the_pass_holds_nobody(firm: Firm) -> None:
    enrolment = firm.enrolled()
    for gate in (Gate.KYC, Gate.CONTRACT):
        settle_gate(enrolment.pk, gate, by=STAFF, at=NOW, reason="seen")
    for _ in range(2):
        firm.say(enrolment, "passed")
    assert firm.state(enrolment) == "funded"


def test_a_programme_may_ask_for_a_review_of_each_pass(firm: Firm) -> None:
    GateTerms.objects.create(
        programme=firm.programme, before_evaluation=["review"], before_funded=["review"]
    )
    enrolment = firm.enrolled()
    with pytest.raises(ActionRefused) as error:
        settle_gate(enrolment.pk, Gate.REVIEW, by=STAFF, at=NOW, reason="fine")
    assert refusal(error) == "not_passed"
    firm.say(enrolment, "passed")
    assert firm.state(enrolment) == "passed"
    settle_gate(enrolment.pk, Gate.REVIEW, by=STAFF, at=firm.now, reason="fine")
    assert (firm.state(enrolment), firm.running(enrolment).number) == ("evaluating", 2)
    firm.say(enrolment, "passed")
    assert firm.state(enrolment) == "passed", "a review is of one pass"


def test_what_is_paid_after_the_pass_is_a_gate(firm: Firm) -> None:
    Programme.objects.filter(pk=firm.programme.pk).update(on_pass_days=14)
    GateTerms.objects.create(programme=firm.programme, before_evaluation=[], before_funded=[])
    enrolment = firm.enrolled()
    for _ in range(2):
        firm.say(enrolment, "passed")
    assert (firm.state(enrolment), firm.running(enrolment).number) == ("passed", 2)
    settle_gate(enrolment.pk, Gate.PAYMENT, by=SYSTEM, at=firm.now, reason="order paid")
    assert firm.state(enrolment) == "funded"


def test_a_breach_ends_it_and_a_paid_reset_begins_it_anew(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    firm.say(enrolment, "breached")
    old = firm.running(enrolment)
    assert (firm.state(enrolment), old.outcome) == ("customer", "failed")
    assert firm.platform.held[old.account.login].rights == Rights.READ_ONLY
    order = uuid7(firm.now)
    opened = [reset(enrolment.pk, order, by=SYSTEM, at=firm.now) for _ in range(2)]
    firm.deliver()
    assert opened[0].pk == opened[1].pk
    new = firm.running(enrolment)
    assert (new.attempt, new.number, new.account.replaces_id) == (2, 1, old.account_id)
    assert firm.state(enrolment) == "evaluating"
    old.refresh_from_db()
    assert (old.outcome, old.account.status) == ("failed", "breached")


def test_a_reset_of_what_still_runs_ends_it(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    old = firm.running(enrolment)
    firm.now += timedelta(minutes=1)
    reset(enrolment.pk, uuid7(firm.now), by=SYSTEM, at=firm.now)
    firm.deliver()
    old.refresh_from_db()
    assert old.outcome == "replaced"
    assert firm.platform.held[old.account.login].rights == Rights.READ_ONLY
    assert firm.running(enrolment).pk != old.pk


def test_a_free_retry_is_given_as_often_as_the_programme_says(firm: Firm) -> None:
    Programme.objects.filter(pk=firm.programme.pk).update(free_retries=1)
    enrolment, me = firm.enrolled(), Actor(firm.person.pk, "trader")
    with pytest.raises(ActionRefused) as error:
        retry(enrolment.pk, by=me, at=NOW)
    assert refusal(error) == "running"
    firm.say(enrolment, "breached")
    retry(enrolment.pk, by=me, at=firm.now)
    firm.say(enrolment, "breached")
    with pytest.raises(ActionRefused) as error:
        retry(enrolment.pk, by=me, at=firm.now)
    assert refusal(error) == "no_retry_left"


def test_a_reinstatement_needs_two_persons_and_undoes_no_verdict(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "breached")
    old = firm.running(enrolment)
    Case.objects.create(
        id=uuid7(NOW), account=old.account, kind=CaseKind.UN_BREACHED, source="V", opened_at=NOW
    )
    asked = propose_reinstatement(
        enrolment.pk, Decimal("97123.45"), by=STAFF, at=firm.now, reason="feed gap"
    )
    for actor, code in ((STAFF, "same_person"), (SYSTEM, "not_permitted")):
        with pytest.raises(ActionRefused) as error:
            reinstate(asked.pk, by=actor, at=firm.now)
        assert refusal(error) == code
    with pytest.raises(ActionRefused) as error:
        reinstate(asked.pk, by=SECOND_STAFF, at=asked.expires_at)
    assert refusal(error) == "lapsed"
    reinstate(asked.pk, by=SECOND_STAFF, at=firm.now)
    firm.deliver()
    new = firm.running(enrolment)
    assert (new.account.opening_balance, new.attempt) == (Decimal("97123.45"), 2)
    assert OutboxRow.objects.filter(command="reinstated").count() == 1
    assert "begin anew" in KINDS["reinstated"].body, "what is not carried is said"
    done = AuditRow.objects.get(action="challenges.reinstate")
    assert done.after is not None
    assert "begin anew" in done.after["history"]
    old.refresh_from_db()
    assert (old.account.status, old.account.verdicts.count()) == ("breached", 1)
    case = Case.objects.get(kind="un_breached")
    assert (case.closed_by, case.decision) == (SECOND_STAFF.person, "reinstated: feed gap")
    with pytest.raises(ActionRefused) as error:
        reinstate(asked.pk, by=SECOND_STAFF, at=firm.now)
    assert refusal(error) == "decided"


def test_a_proposal_may_be_refused_and_then_made_anew(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "breached")

    def propose() -> Approval:
        return propose_reinstatement(
            enrolment.pk, Decimal(90_000), by=STAFF, at=firm.now, reason="feed gap"
        )

    asked = propose()
    with pytest.raises(ActionRefused) as error:
        propose()
    assert refusal(error) == "proposed_already"
    refuse_approval(asked.pk, by=SUPPORT, at=firm.now, reason="no gap was found")
    with pytest.raises(ActionRefused) as error:
        reinstate(asked.pk, by=SECOND_STAFF, at=firm.now)
    assert refusal(error) == "decided"
    firm.now = propose().expires_at
    assert propose().decision == "", "one that has lapsed stands in nobody's way"


def test_the_database_refuses_an_approval_by_who_proposed(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "breached")
    asked = propose_reinstatement(
        enrolment.pk, Decimal(1), by=STAFF, at=firm.now, reason="a reason"
    )
    with pytest.raises(DatabaseError, match="another_persons"), transaction.atomic():
        Approval.objects.filter(pk=asked.pk).update(
            decision="approved", decided_by=STAFF.person, decided_at=NOW
        )


def test_a_pause_is_the_engines_and_rights_follow_what_it_says(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    pause(enrolment.pk, by=SUPPORT, at=firm.now, reason="holiday")
    login = firm.running(enrolment).account.login
    assert isinstance(to_engine(enrolment, firm)[-1], Paused)
    assert firm.platform.held[login].rights == Rights.TRADE
    firm.say(enrolment, "paused")
    assert firm.platform.held[login].rights == Rights.READ_ONLY
    resume(enrolment.pk, by=SUPPORT, at=firm.now, reason="back")
    assert isinstance(to_engine(enrolment, firm)[-1], Resumed)
    firm.say(enrolment, "active")
    assert firm.platform.held[login].rights == Rights.TRADE


def test_a_suspension_holds_until_it_is_lifted_whatever_the_engine_says(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    login = firm.running(enrolment).account.login
    firm.platform.held[login].positions = ["P1"]
    suspend(enrolment.pk, by=STAFF, at=firm.now, reason="ring", positions="leave")
    firm.deliver()
    assert firm.platform.held[login].rights == Rights.READ_ONLY
    assert firm.platform.held[login].positions == ["P1"]
    firm.say(enrolment, "paused")
    firm.say(enrolment, "active")
    assert firm.platform.held[login].rights == Rights.READ_ONLY
    assert firm.running(enrolment).account.blocked_by == "suspended"
    lift_suspension(enrolment.pk, by=STAFF, at=firm.now, reason="cleared")
    firm.deliver()
    assert firm.platform.held[login].rights == Rights.TRADE
    assert firm.state(enrolment) == "evaluating"


def test_a_pass_during_a_suspension_waits_for_its_end(firm: Firm) -> None:
    enrolment = firm.enrolled()
    suspend(enrolment.pk, by=STAFF, at=NOW, reason="ring", positions="leave")
    firm.say(enrolment, "passed")
    assert (firm.state(enrolment), firm.running(enrolment).number) == ("suspended", 1)
    lift_suspension(enrolment.pk, by=STAFF, at=firm.now, reason="cleared")
    assert (firm.state(enrolment), firm.running(enrolment).number) == ("evaluating", 2)


@pytest.mark.parametrize(("positions", "left"), [("close", []), ("leave", ["P1"])])
def test_who_is_terminated_stays_so_with_positions_as_stated(
    firm: Firm, positions: str, left: list[str]
) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    login = firm.running(enrolment).account.login
    firm.platform.held[login].positions = ["P1"]
    terminate(
        enrolment.pk, by=STAFF, at=firm.now, reason="fraud", positions=positions  # type: ignore[arg-type]
    )  # fmt: skip
    firm.deliver()
    assert firm.platform.held[login].positions == left
    assert firm.platform.held[login].rights == Rights.READ_ONLY
    firm.say(enrolment, "passed")
    assert firm.state(enrolment) == "terminated"
    assert EnrolmentPhase.objects.count() == 1
    with pytest.raises(ActionRefused):
        reset(enrolment.pk, uuid7(NOW), by=SYSTEM, at=firm.now)


def test_a_ban_ends_everything_of_a_person(firm: Firm) -> None:
    enrolments = [firm.enrolled() for _ in range(3)]
    terminate(enrolments[0].pk, by=STAFF, at=NOW, reason="fraud", positions="close")
    asked = propose_ban(firm.person.pk, by=SUPPORT, at=NOW, reason="fraud", positions="close")
    with pytest.raises(NotPermitted):
        ban(asked.pk, by=SUPPORT, at=NOW)
    ended = ban(asked.pk, by=STAFF, at=NOW)
    assert {each.pk for each in ended} == {each.pk for each in enrolments[1:]}
    assert {firm.state(each) for each in enrolments} == {"terminated"}
    firm.person.refresh_from_db()
    assert firm.person.standing == "banned"


def test_nobody_bans_alone(firm: Firm) -> None:
    enrolment = firm.enrolled()
    asked = propose_ban(firm.person.pk, by=STAFF, at=NOW, reason="fraud", positions="close")
    with pytest.raises(ActionRefused) as error:
        ban(asked.pk, by=STAFF, at=NOW)
    assert refusal(error) == "same_person"
    assert firm.state(enrolment) == "evaluating"
    firm.person.refresh_from_db()
    assert firm.person.standing == "open"


def test_the_firm_may_fail_what_the_rules_did_not_see(firm: Firm) -> None:
    enrolment = firm.enrolled()
    firm.say(enrolment, "active")
    fail(enrolment.pk, by=STAFF, at=firm.now, reason="latency arbitrage")
    phase = firm.running(enrolment)
    assert (firm.state(enrolment), phase.outcome) == ("customer", "ended")
    assert phase.account.status == "active", "no verdict is made up"
    row = AuditRow.objects.get(action="challenges.fail")
    assert (row.person, row.reason) == (STAFF.person, "latency arbitrage")
    with pytest.raises(ActionRefused):
        fail(enrolment.pk, by=STAFF, at=firm.now, reason="again")


def test_what_waits_too_long_expires(firm: Firm) -> None:
    enrolment = firm.enrolled()
    with pytest.raises(ActionRefused):
        expire(enrolment.pk, by=SYSTEM, at=NOW, reason="not activated")
    for _ in range(2):
        firm.say(enrolment, "passed")
    expire(enrolment.pk, by=SYSTEM, at=firm.now, reason="not activated")
    assert firm.state(enrolment) == "terminated"


def test_an_opening_the_platform_refuses_at_first_is_asked_again(firm: Firm) -> None:
    firm.platform.refuses = {"CreateAccount": Reason.UNKNOWN_GROUP}
    enrolment = firm.enrolled()
    assert firm.running(enrolment).account.opened_at is None
    firm.platform.refuses = {}
    firm.now += timedelta(minutes=1)
    firm.deliver()
    assert firm.running(enrolment).account.opened_at is not None
    assert len(to_engine(enrolment, firm)) == 1


def test_no_account_is_opened_of_which_the_engine_has_not_heard(firm: Firm) -> None:
    assert isinstance(firm.intake, MemoryIntake)
    firm.intake.away = True
    enrolment = firm.enrolled()
    assert firm.platform.done == []
    firm.intake.away = False
    firm.now += timedelta(minutes=1)
    firm.deliver()
    assert firm.running(enrolment).account.opened_at is not None


def test_a_platform_may_choose_the_login_itself(firm: Firm) -> None:
    firm.platform.chooses = True
    enrolment = firm.enrolled()
    firm.deliver()
    account = firm.running(enrolment).account
    assert (account.login, account.engine_account) == ("own-1", "own-1")
    said = [each for each in to_engine(enrolment, firm) if isinstance(each, AccountEnrolled)]
    assert [each.account for each in said] == ["own-1"]
