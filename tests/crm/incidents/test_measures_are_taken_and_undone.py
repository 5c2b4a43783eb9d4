"""What is done about an incident: by one person or two, for each account for itself, and undone."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from propdesk.boot.firm_clock import DOERS
from propdesk.crm.accounts.actions.refuse_approval import refuse_approval
from propdesk.crm.accounts.due_work import do_next
from propdesk.crm.accounts.messages import notice_in
from propdesk.crm.accounts.models import Approval, Blocked, Hold
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.challenges.models import Outcome
from propdesk.crm.incidents.actions.approve_measure import approve_measure
from propdesk.crm.incidents.actions.close_incident import close_incident
from propdesk.crm.incidents.actions.count_accounts import count_accounts
from propdesk.crm.incidents.actions.decide_incident import decide_incident
from propdesk.crm.incidents.actions.propose_measure import propose_measure
from propdesk.crm.incidents.actions.take_measure import take_measure
from propdesk.crm.incidents.actions.undo_measure import undo_measure
from propdesk.crm.incidents.finding import Found
from propdesk.crm.incidents.measures import MeasureWanted, preview
from propdesk.crm.incidents.models import Measure, MeasureKind
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import Paused, Resumed
from propdesk.ports.platform import AdjustBalance, Rights
from tests.crm.challenges.enrolled import NOW, SECOND_STAFF, STAFF, SUPPORT, Firm
from tests.crm.incidents.incident_cast import LATER, MINUTE, came_of, code, opened

pytestmark = pytest.mark.django_db
PRICES = MeasureWanted(kind=MeasureKind.SUSPEND_RULES, rules=("price_rules",))
REINSTATE = MeasureWanted(kind=MeasureKind.REINSTATE)
CREDIT = MeasureWanted(kind=MeasureKind.CREDIT, amount=Decimal("250.00"), currency="USD")
PAUSE = MeasureWanted(kind=MeasureKind.PAUSE)
NOTIFY = MeasureWanted(kind=MeasureKind.NOTIFY)


@pytest.fixture
def firm() -> Firm:
    return Firm()


def proposed(incident: Any, wanted: MeasureWanted) -> Measure:
    return propose_measure(incident.pk, wanted, by=STAFF, at=LATER, reason="our fault")


def done(incident: Any, wanted: MeasureWanted) -> Measure:
    return approved(proposed(incident, wanted))


def approved(measure: Measure, by: Actor = SECOND_STAFF) -> Measure:
    assert measure.approval_id is not None
    return approve_measure(measure.approval_id, by=by, at=LATER)


def notices(name: str) -> list[dict[str, Any]]:
    rows = OutboxRow.objects.filter(destination="notice", command=name).order_by("id")
    return [notice_in(bytes(each.body)) for each in rows]


# --- rules -----------------------------------------------------------------------------------
def test_suspended_rules_are_held_until_the_suspension_is_undone(firm: Firm) -> None:
    one, two, three = firm.enrolled(), firm.enrolled(), firm.enrolled()
    for each in (one, two, three):
        firm.say(each, "active")
    row = opened(firm, one, two)
    measure = proposed(row, PRICES)
    assert not Hold.objects.exists(), "a proposal does nothing"
    approved(measure)
    assert Hold.objects.filter(rights=Rights.TRADE, lifted_at=None).count() == 2
    for each in (one, three):
        login = firm.running(each).account.login
        firm.engine.verdict(login, "fail", rule="overall_loss")
        firm.engine.status(login, "breached")
    firm.project()
    assert firm.running(one).account.blocked_by == Blocked.CASE
    assert firm.running(three).account.blocked_by == Blocked.BREACHED
    undo_measure(measure.pk, by=STAFF, at=LATER + MINUTE, reason="prices are back")
    login = firm.running(two).account.login
    firm.engine.verdict(login, "fail", rule="overall_loss")
    firm.engine.status(login, "breached")
    firm.project()
    assert firm.running(two).account.blocked_by == Blocked.BREACHED
    assert firm.running(one).account.blocked_by == Blocked.CASE, "what waits keeps waiting"
    lines = firm.running(two).account.events.filter(word__startswith="incidents.")
    assert list(lines.order_by("id").values_list("word", flat=True)) == [
        "incidents.suspend_rules", "incidents.let_rules_count",
    ]  # fmt: skip


def test_a_suspension_with_an_end_ends_by_the_clock(firm: Firm) -> None:
    made = firm.enrolled()
    row = opened(firm, made)
    until = LATER + MINUTE
    wanted = MeasureWanted(kind=MeasureKind.SUSPEND_RULES, rules=("daily_loss",), until=until)
    measure = done(row, wanted)
    assert not do_next(DOERS, until - timedelta(seconds=1), firm.alarms.append)
    assert do_next(DOERS, until, firm.alarms.append)
    assert firm.alarms == []
    measure.refresh_from_db()
    assert (measure.undone_at, measure.undone_by) == (until, None)
    assert not Hold.objects.filter(lifted_at=None).exists()


# --- verdicts --------------------------------------------------------------------------------
def test_what_failed_is_reinstated_in_bulk_by_two_persons(firm: Firm) -> None:
    lost, runs = firm.enrolled(), firm.enrolled()
    for each in (lost, runs):
        firm.say(each, "active")
    firm.say(lost, "breached")
    old = firm.running(lost).account
    row = opened(firm, lost, runs)
    told = preview(row, REINSTATE)
    assert [each.pk for each in told.reached] == [old.pk]
    assert [why for _, why in told.left] == ["it did not fail"]
    measure = proposed(row, REINSTATE)
    kinds = sorted(Approval.objects.values_list("kind", flat=True))
    assert kinds == ["incident_measure", "reinstatement"], "each by the action of its own"
    approved(measure)
    phase = firm.running(lost)
    assert (phase.attempt, phase.outcome, firm.state(lost)) == (2, Outcome.RUNS, "evaluating")
    assert phase.account.opening_balance == old.opening_balance
    assert came_of(measure) == {old.engine_account: ""}
    assert not Approval.objects.filter(decision="").exists()
    assert AuditRow.objects.filter(action="challenges.reinstate").count() == 1


def test_what_is_refused_for_one_stops_no_other(firm: Firm) -> None:
    one, two = firm.enrolled(), firm.enrolled()
    for each in (one, two):
        firm.say(each, "active")
        firm.say(each, "breached")
    row = opened(firm, one, two)
    measure = proposed(row, REINSTATE)
    account = firm.running(one).account
    refuse_approval(
        Approval.objects.get(kind="reinstatement", subject=one.pk).pk, by=SECOND_STAFF, at=LATER,
        reason="he hedged",
    )  # fmt: skip
    approved(measure)
    assert firm.state(two) == "evaluating"
    assert firm.state(one) == "customer"
    assert came_of(measure)[account.engine_account] == "The proposal is refused already."


# --- money -----------------------------------------------------------------------------------
def test_an_amount_is_credited_on_the_platform_once_and_taken_back_by_another(firm: Firm) -> None:
    made = firm.enrolled()
    firm.say(made, "active")
    row = opened(firm, made)
    measure = done(row, CREDIT)
    firm.now = LATER
    firm.deliver()
    login = firm.running(made).account.login
    (booked,) = (each for each in firm.platform.done if isinstance(each, AdjustBalance))
    assert (booked.account, booked.amount, booked.kind) == (login, Decimal("250.00"), "correction")
    (told,) = notices("incident_credit")
    assert (told["amount"], told["incident"]) == ("250.00 USD", row.reference)
    assert code(lambda: undo_measure(measure.pk, by=STAFF, at=LATER, reason="x")) == "not_undone"
    back = MeasureWanted(kind=MeasureKind.CREDIT, amount=Decimal(-250), currency="USD")
    done(row, back)
    firm.deliver()
    assert [e.amount for e in firm.platform.done if isinstance(e, AdjustBalance)] == [250, -250]


def test_nothing_is_credited_to_what_is_over_or_in_another_currency(firm: Firm) -> None:
    over, runs = firm.enrolled(), firm.enrolled()
    for each in (over, runs):
        firm.say(each, "active")
    firm.say(over, "breached")
    row = opened(firm, over, runs)
    assert len(preview(row, CREDIT).reached) == 1
    euros = MeasureWanted(kind=MeasureKind.CREDIT, amount=Decimal(1), currency="EUR")
    assert code(lambda: proposed(row, euros)) == "nobody"
    measure = proposed(row, CREDIT)
    firm.say(runs, "breached")
    approved(measure)
    assert list(came_of(measure).values()) == ["Its phase does not run."]
    assert notices("incident_credit") == []


# --- clocks and words ------------------------------------------------------------------------
def test_accounts_are_paused_and_let_go_on_by_one_person(firm: Firm) -> None:
    made = firm.enrolled()
    firm.say(made, "active")
    row = opened(firm, made)
    measure = take_measure(row.pk, PAUSE, by=STAFF, at=LATER, reason="the platform is away")
    commands = OutboxRow.objects.filter(destination="engine").values_list("command", flat=True)
    assert commands.filter(command=Paused.__name__).count() == 1
    firm.say(made, "paused")
    undo_measure(measure.pk, by=STAFF, at=LATER + MINUTE, reason="it is back")
    assert commands.filter(command=Resumed.__name__).count() == 1
    again = undo_measure(measure.pk, by=STAFF, at=LATER + 2 * MINUTE, reason="again")
    assert again.undone_at == LATER + MINUTE
    assert came_of(measure, is_undoing=True) == {firm.running(made).account.engine_account: ""}


@pytest.mark.parametrize(("text", "told"), [("", "Prices were wrong"), ("Sorry.", "Sorry.")])
def test_the_traders_are_told(firm: Firm, text: str, told: str) -> None:
    made = firm.enrolled()
    row = opened(firm, made)
    wanted = MeasureWanted(kind=MeasureKind.NOTIFY, text=text)
    take_measure(row.pk, wanted, by=STAFF, at=LATER, reason="they ask")
    (said,) = notices("incident")
    assert said["to"] == ["trader"]
    assert said["reason"].startswith(told)
    assert said["person"] == str(firm.person.pk)


def test_only_the_chosen_are_reached(firm: Firm) -> None:
    one, two = firm.enrolled(), firm.enrolled()
    row = opened(firm, one, two)
    chosen = firm.running(two).account
    wanted = MeasureWanted(kind=MeasureKind.NOTIFY, accounts=[chosen.pk, uuid7(NOW)])
    measure = take_measure(row.pk, wanted, by=STAFF, at=LATER, reason="x")
    assert came_of(measure) == {chosen.engine_account: ""}


# --- what is refused -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("wanted", "refused"),
    [
        (MeasureWanted(kind=MeasureKind.SUSPEND_RULES), "no_rule"),
        (MeasureWanted(kind=MeasureKind.SUSPEND_RULES, rules=("none",)), "no_rule"),
        (
            MeasureWanted(kind=MeasureKind.SUSPEND_RULES, rules=("news",), until=LATER),
            "over",
        ),
        (MeasureWanted(kind=MeasureKind.CREDIT, currency="USD"), "no_amount"),
        (MeasureWanted(kind=MeasureKind.CREDIT, amount=Decimal(1), currency="???"), "no_currency"),
        (MeasureWanted(kind=MeasureKind.CREDIT, amount=Decimal(0), currency="USD"), "no_amount"),
        (MeasureWanted(kind=MeasureKind.CREDIT, amount=Decimal("0.001"), currency="USD"),
         "too_fine"),
        (PAUSE, "one_is_enough"),
    ],
)  # fmt: skip
def test_unsound_terms_are_not_proposed(firm: Firm, wanted: MeasureWanted, refused: str) -> None:
    row = opened(firm, firm.enrolled())
    assert code(lambda: proposed(row, wanted)) == refused
    assert not Measure.objects.exists()


def test_nobody_approves_his_own_nor_takes_alone_what_two_do(firm: Firm) -> None:
    row = opened(firm, firm.enrolled())
    measure = proposed(row, PRICES)
    assert code(lambda: approved(measure, STAFF)) == "same_person"
    assert code(lambda: approved(measure, SUPPORT)) == "not_permitted"
    for wanted in (PRICES, REINSTATE, CREDIT):
        alone = partial(take_measure, row.pk, wanted, by=STAFF, at=LATER, reason="x")
        assert code(alone) == "two_persons"
    assert (
        code(lambda: take_measure(row.pk, NOTIFY, by=SUPPORT, at=LATER, reason="x"))
        == "not_permitted"
    )
    assert code(lambda: take_measure(row.pk, NOTIFY, by=STAFF, at=LATER, reason=" ")) == "no_reason"
    assert code(lambda: undo_measure(measure.pk, by=STAFF, at=LATER, reason="x")) == "no_measure"


def test_it_is_not_closed_while_a_measure_stands_or_waits(firm: Firm) -> None:
    row = opened(firm, firm.enrolled())
    decide_incident(row.pk, by=STAFF, at=LATER, decision="Rules do not count.")
    close = lambda: close_incident(row.pk, by=STAFF, at=LATER, reason="over")  # noqa: E731
    measure = proposed(row, PRICES)
    assert code(close) == "standing"
    approved(measure)
    assert code(close) == "standing"
    undo_measure(measure.pk, by=STAFF, at=LATER, reason="x")
    assert close().state == "closed"


def test_an_account_something_was_done_for_stays_in_the_list(firm: Firm) -> None:
    row = opened(firm, firm.enrolled(), firm.enrolled())
    one = row.affected.order_by("account")[0].account_id
    wanted = MeasureWanted(kind=MeasureKind.NOTIFY, accounts=[one])
    take_measure(row.pk, wanted, by=STAFF, at=LATER, reason="x")
    count_accounts(row.pk, Found([]), by=STAFF, at=LATER)
    assert [each.account_id for each in row.affected.all()] == [one]
