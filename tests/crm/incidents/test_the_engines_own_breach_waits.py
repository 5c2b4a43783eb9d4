"""A breach that the real engine says, held because of an incident, and reinstated by two."""

from decimal import Decimal

import pytest

from propdesk.crm.accounts.models import Blocked, Case
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.challenges.actions.reinstate import reinstate
from propdesk.crm.incidents.actions.approve_measure import approve_measure
from propdesk.crm.incidents.actions.open_incident import open_incident
from propdesk.crm.incidents.actions.propose_measure import propose_measure
from propdesk.crm.incidents.finding import Found, Window
from propdesk.crm.incidents.measures import MeasureWanted
from propdesk.crm.incidents.models import MeasureKind
from propdesk.ports.platform import Rights
from tests.crm.challenges.enrolled import SECOND_STAFF, STAFF
from tests.crm.challenges.judged import OPEN, JudgedFirm
from tests.crm.incidents.incident_cast import wanted

pytestmark = pytest.mark.django_db


def test_a_breach_of_the_engine_waits_and_the_trader_goes_on_in_another_account() -> None:
    firm = JudgedFirm()
    made = firm.enrolled()
    firm.settle()
    old = firm.running(made).account
    found = Found([(old.pk, ("deal",))])
    said = wanted(window=Window(began_at=firm.now))
    row = open_incident(said, found, by=STAFF, at=firm.now)
    prices = MeasureWanted(kind=MeasureKind.SUSPEND_RULES, rules=("price_rules",))
    measure = propose_measure(row.pk, prices, by=STAFF, at=firm.now, reason="bad ticks")
    assert measure.approval_id is not None
    approve_measure(measure.approval_id, by=SECOND_STAFF, at=firm.now)
    firm.later(days=1)
    firm.tick(OPEN)
    firm.deal(made, "in", OPEN, Decimal(0))
    firm.tick(OPEN - Decimal("0.02"))
    firm.settle()
    old.refresh_from_db()
    assert (old.status, old.blocked_by, old.rights) == (
        "active", Blocked.CASE, Rights.CLOSE_ONLY,
    )  # fmt: skip
    assert firm.platform.held[old.login].positions, "nothing was closed at the bad price"
    rules = {each.detail["rule"] for each in Case.objects.filter(kind="enforcement")}
    assert rules <= {"daily_loss", "overall_loss"}
    assert rules
    balance = Decimal("100000.00")
    asked = propose_reinstatement(made.pk, balance, by=STAFF, at=firm.now, reason="bad ticks")
    opened = reinstate(asked.pk, by=SECOND_STAFF, at=firm.now)
    firm.settle()
    opened.account.refresh_from_db()
    old.refresh_from_db()
    assert (opened.account.status, old.blocked_by) == ("active", Blocked.SUCCEEDED)
    assert firm.platform.held[old.login].positions == []
    assert not Case.objects.filter(kind="unreadable").exists(), "the log took every command"
    assert not Case.objects.filter(closed_at=None).exists()
