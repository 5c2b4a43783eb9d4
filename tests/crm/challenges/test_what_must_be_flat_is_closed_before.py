"""Weekends and other deadlines: closed before by command, warned of, each once."""

from datetime import UTC, datetime, timedelta

import pytest

from propdesk.boot.firm_clock import FirmClock
from propdesk.crm.accounts.models import DueWork, TradingAccount
from propdesk.crm.challenges.actions.plan_closings import LEAD, plan_closings
from propdesk.crm.challenges.models import Enrolment, PhasePlace
from propdesk.crm.outbox.models import OutboxRow
from propdesk.ports.platform import CloseAll
from tests.crm.accounts.house_of_accounts import SERVER
from tests.crm.challenges.engine_that_answers import Answers
from tests.crm.challenges.enrolled import Firm
from tests.crm.firm_cast import published

pytestmark = pytest.mark.django_db
WARNING = timedelta(hours=1)
"""The firm's terms as they are shipped."""
DEADLINE = datetime(2026, 11, 24, 21, 59, tzinfo=UTC)
"""Tuesday 16:59 in New York: ``apex-4-eod`` is flat by then every day."""


@pytest.fixture
def enrolment(db: None) -> tuple[Firm, Enrolment]:
    firm = Firm()
    firm.programme = published("apex", "apex-4-eod")
    PhasePlace.objects.create(
        programme=firm.programme, phase="evaluation", server=SERVER, group="main"
    )
    enrolled = firm.enrolled()
    firm.say(enrolled, "active")
    firm.platform.done.clear()
    return firm, enrolled


def run(firm: Firm, at: datetime) -> None:
    """A clock that was begun anew, as after a restart; everybody holds something."""
    firm.now, live = at, Answers()
    names = TradingAccount.objects.values_list("engine_account", flat=True)
    live.held = {each: ["EURUSD"] for each in names}
    clock = FirmClock(pytest.fail, lambda: firm.now, live)
    while clock.step():
        pass
    firm.deliver()


def closings(firm: Firm) -> int:
    return sum(isinstance(each, CloseAll) for each in firm.platform.done)


def told() -> int:
    return OutboxRow.objects.filter(destination="notice", command="flat_by").count()


def test_it_is_warned_closed_and_done_once_whatever_is_restarted(
    enrolment: tuple[Firm, Enrolment],
) -> None:
    firm, _ = enrolment
    planned = plan_closings(DEADLINE - timedelta(hours=5))
    assert planned >= 2
    assert plan_closings(DEADLINE - timedelta(hours=5)) == 0
    for before, warned, closed in (
        (WARNING + timedelta(seconds=1), 0, 0),
        (WARNING, 1, 0),
        (WARNING, 1, 0),
        (LEAD + timedelta(seconds=1), 1, 0),
        (LEAD, 1, 1),
        (timedelta(0), 1, 1),
    ):
        run(firm, DEADLINE - before)
        assert (told(), closings(firm)) == (warned, closed), before
    assert DueWork.objects.filter(done_at=None, due_at__lte=DEADLINE).count() == 0


def test_what_was_slept_through_is_done_late_but_done(enrolment: tuple[Firm, Enrolment]) -> None:
    firm, _ = enrolment
    run(firm, DEADLINE - timedelta(hours=5))
    run(firm, DEADLINE + timedelta(minutes=10))
    assert closings(firm) == 1


def test_who_is_over_is_left_alone(enrolment: tuple[Firm, Enrolment]) -> None:
    firm, enrolled = enrolment
    plan_closings(DEADLINE - timedelta(hours=5))
    firm.say(enrolled, "breached")
    before = closings(firm)
    run(firm, DEADLINE)
    assert (told(), closings(firm)) == (0, before)
