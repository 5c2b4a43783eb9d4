"""From a purchase to the second phase, and to a breach, with the engine that judges live."""

from decimal import Decimal

import pytest

from propdesk.crm.accounts.models import AccountVerdict
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.outbox.models import OutboxRow
from propdesk.ports.platform import CancelAll, CloseAll, Rights, SetRights
from tests.crm.challenges.judged import OPEN, JudgedFirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(db: None) -> JudgedFirm:
    return JudgedFirm()


def test_four_good_days_pass_the_first_phase_and_open_the_second(firm: JudgedFirm) -> None:
    enrolment = firm.enrolled()
    firm.settle()
    first = firm.running(enrolment)
    assert first.account.status == "active"
    for day in range(4):
        assert EnrolmentPhase.objects.count() == 1, f"day {day}"
        firm.bring_in(enrolment, Decimal(2_600))
    first.refresh_from_db()
    second = firm.running(enrolment)
    assert (first.outcome, first.account.status) == ("passed", "passed")
    assert (second.name, second.account.status) == ("verification", "active")
    assert firm.platform.held[first.account.login].rights == Rights.READ_ONLY
    assert firm.platform.held[second.account.login].rights == Rights.TRADE
    assert Decimal(AccountVerdict.objects.get(outcome="pass").observed) == Decimal(110_400)
    for _ in range(4):
        firm.bring_in(enrolment, Decimal(1_300))
    assert firm.state(enrolment) == "awaiting_kyc"
    assert firm.alarms == []


def test_the_tick_that_breaches_closes_and_disables_the_account(firm: JudgedFirm) -> None:
    enrolment = firm.enrolled()
    firm.settle()
    account = firm.running(enrolment).account
    firm.later(hours=1)
    firm.tick(OPEN)
    firm.deal(enrolment, "in", OPEN, Decimal(0))
    firm.tick(OPEN - Decimal("0.00500"))
    firm.settle()
    assert firm.running(enrolment).account.status == "active", "touched, not crossed"
    firm.tick(OPEN - Decimal("0.00501"))
    firm.settle()
    account.refresh_from_db()
    assert (account.status, account.blocked_by) == ("breached", "breached")
    assert account.rights == Rights.READ_ONLY
    assert [type(each) for each in firm.platform.of(account.login)] == [
        CancelAll, CloseAll, SetRights,
    ]  # fmt: skip
    verdict = AccountVerdict.objects.get(account=account)
    assert (verdict.rule, verdict.outcome, verdict.tick) == ("daily_loss", "fail", 3)
    assert Decimal(verdict.observed) == Decimal(94_990)
    assert Decimal(verdict.limit) == Decimal(95_000)
    assert (firm.state(enrolment), firm.running(enrolment).outcome) == ("customer", "failed")
    firm.bring_in(enrolment, Decimal(90_000))
    assert firm.running(enrolment).outcome == "failed", "later profit changes no verdict"
    assert not OutboxRow.objects.filter(destination="platform", delivered_at=None).exists()
