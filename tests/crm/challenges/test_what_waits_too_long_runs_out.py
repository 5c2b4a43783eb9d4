"""Deadlines of passes, orders and trials: reminded of, ended once, whatever is killed or slept."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from propdesk.boot.firm_clock import FirmClock
from propdesk.boot.refunds import send_refunds
from propdesk.boot.run_out import end_what_ran_out
from propdesk.connectors.test_payments.courses import Course, messages
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.models import Programme
from propdesk.crm.challenges.actions.end_trial import end_trial
from propdesk.crm.challenges.actions.pause import pause
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Gate, GateTerms, PhasePlace
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.purchases.actions.refund_order import refund_order
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Order, Refund
from propdesk.crm.refusal import ActionRefused
from propdesk.ports.payments import ProviderAway, RefundAsked, RefundStarted
from propdesk.ports.platform import CloseAll
from tests.crm.accounts.house_of_accounts import SERVER
from tests.crm.challenges.enrolled import NOW, STAFF, SYSTEM, Firm
from tests.crm.firm_cast import on_sale, published, trader
from tests.crm.shop_cast import PROVIDER, begun, ordered, paying, wish_of

pytestmark = pytest.mark.django_db
LAPSES = datetime(2026, 11, 30, 23, tzinfo=UTC)
"""``apex-4-eod`` gives seven days to activate: passed on Monday, the next Monday counts whole."""
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


class Killed(BaseException):
    """Nothing after it happens."""


@pytest.fixture
def waits(db: None) -> tuple[Firm, Enrolment]:
    """A trader who passed and of whom the firm does not know yet who he is."""
    firm = Firm()
    firm.programme = published("apex", "apex-4-eod")
    PhasePlace.objects.create(
        programme=firm.programme, phase="evaluation", server=SERVER, group="main"
    )
    enrolled = firm.enrolled()
    firm.say(enrolled, "active")
    firm.say(enrolled, "passed")
    assert firm.state(enrolled) == "awaiting_kyc"
    return firm, enrolled


def run(at: datetime, alarm: Callable[[str], None] = pytest.fail) -> None:
    """A clock that was begun anew, as after a restart."""
    clock = FirmClock(alarm, lambda: at)
    while clock.step():
        pass


def reminders() -> int:
    return OutboxRow.objects.filter(destination="notice", command="lapses").count()


def expiries() -> int:
    return AuditRow.objects.filter(action="challenges.expire").count()


def test_a_pass_is_reminded_of_and_lapses_with_its_last_day(waits: tuple[Firm, Enrolment]) -> None:
    firm, enrolment = waits
    for before, told, state in (
        (7 * DAY + SECOND, 0, "awaiting_kyc"),
        (7 * DAY, 1, "awaiting_kyc"),
        (7 * DAY, 1, "awaiting_kyc"),
        (DAY, 2, "awaiting_kyc"),
        (SECOND, 2, "awaiting_kyc"),
        (0 * DAY, 2, "terminated"),
        (-DAY, 2, "terminated"),
    ):
        run(LAPSES - before)
        assert (reminders(), firm.state(enrolment)) == (told, state), before
    assert expiries() == 1


def test_what_was_slept_through_lapses_all_the_same(waits: tuple[Firm, Enrolment]) -> None:
    firm, enrolment = waits
    run(LAPSES + 30 * DAY)
    assert (reminders(), firm.state(enrolment)) == (0, "terminated")


def test_killed_at_any_statement_it_lapses_once(waits: tuple[Firm, Enrolment]) -> None:
    firm, enrolment = waits
    kills = 0
    for statement in range(1, 40):
        left = statement

        def kill(execute: Any, sql: str, *rest: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return execute(sql, *rest)

        try:
            with connection.execute_wrapper(kill):
                end_what_ran_out(LAPSES, pytest.fail)
        except Killed:
            kills += 1
    assert kills > 5
    end_what_ran_out(LAPSES, pytest.fail)
    assert (firm.state(enrolment), expiries()) == ("terminated", 1)


def test_who_went_on_does_not_lapse(waits: tuple[Firm, Enrolment]) -> None:
    firm, enrolment = waits
    run(LAPSES - 8 * DAY + SECOND)
    for gate in (Gate.KYC, Gate.CONTRACT):
        settle_gate(enrolment.pk, gate, by=STAFF, at=firm.now, reason="seen")
    run(LAPSES + DAY)
    assert (reminders(), firm.state(enrolment)) == (0, "funded")


def test_the_rest_is_paid_within_the_days_of_the_offer() -> None:
    firm = Firm()
    Programme.objects.filter(pk=firm.programme.pk).update(on_pass_days=14)
    GateTerms.objects.create(programme=firm.programme, before_evaluation=[], before_funded=[])
    enrolment = firm.enrolled()
    for _ in range(2):
        firm.say(enrolment, "passed")
    # The day of the pass, in Prague, and fourteen more.
    end = datetime(2026, 12, 7, 23, tzinfo=UTC)
    end_what_ran_out(end - SECOND, pytest.fail)
    assert firm.state(enrolment) == "passed"
    end_what_ran_out(end, pytest.fail)
    assert firm.state(enrolment) == "terminated"


def test_an_order_that_nobody_paid_expires_by_the_clock() -> None:
    order = ordered(wish_of(on_sale()), trader())
    run(order.expires_at - SECOND)
    assert Order.objects.get().state == "created"
    run(order.expires_at)
    assert Order.objects.get().state == "expired"


def test_one_that_is_refused_is_told_and_stops_no_other(
    waits: tuple[Firm, Enrolment], monkeypatch: pytest.MonkeyPatch
) -> None:
    firm, enrolment = waits
    other = firm.enrolled()
    firm.say(other, "passed")

    def refuse(each: Any, **named: Any) -> None:
        if each == enrolment.pk:
            raise ActionRefused("changed", "Another phase began meanwhile.")
        Enrolment.objects.filter(pk=each).update(state="terminated")

    monkeypatch.setattr("propdesk.boot.run_out.expire", refuse)
    told: list[str] = []
    assert end_what_ran_out(LAPSES, told.append) == 1
    assert len(told) == 1
    assert str(enrolment.pk) in told[0]
    assert firm.state(other) == "terminated"


@pytest.fixture
def trial(db: None) -> tuple[Firm, Enrolment]:
    firm = Firm()
    Programme.objects.filter(pk=firm.programme.pk).update(sold_as="trial", trial_days=10)
    enrolled = firm.enrolled()
    firm.say(enrolled, "active")
    return firm, enrolled


def test_a_trial_ends_with_its_days_and_is_closed(trial: tuple[Firm, Enrolment]) -> None:
    firm, enrolment = trial
    end_what_ran_out(NOW + 10 * DAY - SECOND, pytest.fail)
    assert firm.state(enrolment) == "evaluating"
    for _ in range(2):
        run(NOW + 10 * DAY)
    firm.now = NOW + 10 * DAY
    firm.deliver()
    phase = EnrolmentPhase.objects.get()
    assert (firm.state(enrolment), phase.outcome) == ("customer", "expired")
    assert sum(isinstance(each, CloseAll) for each in firm.platform.done) == 1
    with pytest.raises(ActionRefused):
        end_trial(enrolment.pk, by=SYSTEM, at=NOW)


def test_a_paused_trial_and_no_trial_go_on(trial: tuple[Firm, Enrolment]) -> None:
    firm, enrolment = trial
    pause(enrolment.pk, by=STAFF, at=firm.now, reason="ill")
    firm.say(enrolment, "paused")
    end_what_ran_out(NOW + 20 * DAY, pytest.fail)
    assert firm.state(enrolment) == "evaluating"
    Programme.objects.filter(pk=firm.programme.pk).update(sold_as="challenge", trial_days=None)
    firm.say(enrolment, "active")
    end_what_ran_out(NOW + 20 * DAY, pytest.fail)
    assert firm.state(enrolment) == "evaluating"


class Slow:
    """A provider that answers the second time."""

    name = PROVIDER.name

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(PROVIDER, name)

    def refund(self, asked: RefundAsked, at: datetime) -> RefundStarted:
        self.asked.append(asked.key)
        if len(self.asked) == 1:
            raise ProviderAway("nobody answers")
        return PROVIDER.refund(asked, at)


def test_a_refund_is_carried_to_its_provider_until_he_answers() -> None:
    payment = paying(ordered(wish_of(on_sale()), trader()))
    for told in messages(Course.PAYS, begun(payment)):
        take_payment_notice(PROVIDER.name, told, NOW)
    refund_order(payment, 100, "goodwill", key="k", by=STAFF, at=NOW)
    slow = Slow()
    providers = {slow.name: slow}
    assert send_refunds(providers, NOW) == 0
    assert Refund.objects.get().state == "asked"
    assert send_refunds(providers, NOW) == 0, "he is held for a while"
    assert [send_refunds(providers, NOW + DAY) for _ in range(2)] == [1, 0]
    assert Refund.objects.get().state == "done"
    assert len(slow.asked) == 2
    assert len({*slow.asked}) == 1
