"""Before a phase's time is over, or an account has lain idle too long, its trader is told: seven,
three and one day before, each once, from the engine's own word."""

from datetime import UTC, datetime, timedelta

import pytest

from propdesk.boot.firm_clock import FirmClock
from propdesk.crm.accounts.messages import notice_in
from propdesk.crm.accounts.models import DueWork
from propdesk.crm.calendar.actions.set_terms import set_terms
from propdesk.crm.challenges.actions.warn_of_end import plan_watches
from propdesk.crm.challenges.models import Enrolment, PhasePlace
from propdesk.crm.outbox.models import OutboxRow
from tests.crm.accounts.house_of_accounts import SERVER
from tests.crm.calendar.releases import RISK
from tests.crm.challenges.engine_that_answers import Answers
from tests.crm.challenges.enrolled import NOW, Firm
from tests.crm.firm_cast import published

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
END = datetime(2026, 12, 23, 22, tzinfo=UTC)


class Timed(Firm):
    """Its one account has thirty days to pass."""

    def __init__(self) -> None:
        super().__init__()
        self.live = Answers()
        self.programme = published("apex", "apex-4-eod")
        PhasePlace.objects.create(
            programme=self.programme, phase="evaluation", server=SERVER, group="main"
        )
        self.enrolment: Enrolment = self.enrolled()
        self.say(self.enrolment, "active")
        self.login = self.running(self.enrolment).account.login
        self.live.ends[self.login] = {"time_limit": END}

    def run(self, at: datetime) -> None:
        self.now = at
        clock = FirmClock(self.alarms.append, lambda: self.now, self.live)
        while clock.step():
            pass


@pytest.fixture
def firm(db: None) -> Timed:
    return Timed()


def told(name: str = "time_runs_out") -> list[str]:
    rows = OutboxRow.objects.filter(destination="notice", command=name).order_by("id")
    return [str(notice_in(bytes(each.body))["deadline"]) for each in rows]


def test_it_is_told_seven_three_and_one_day_before_each_once(firm: Timed) -> None:
    firm.run(NOW)
    for left, times in (
        (8 * DAY, 0), (7 * DAY + SECOND, 0), (7 * DAY, 1), (7 * DAY - SECOND, 1), (5 * DAY, 1),
        (3 * DAY, 2), (2 * DAY, 2), (DAY, 3), (DAY, 3), (SECOND, 3), (timedelta(0), 3),
    ):  # fmt: skip
        firm.run(END - left)
        assert len(told()) == times, left
    assert set(told()) == {END.isoformat()}
    assert not firm.alarms


def test_a_clock_that_jumps_over_warnings_tells_the_nearest_alone(firm: Timed) -> None:
    firm.run(NOW)
    firm.run(END - 2 * DAY)
    assert len(told()) == 1
    firm.run(END - DAY)
    assert len(told()) == 2


def test_what_is_done_meanwhile_moves_the_warning(firm: Timed) -> None:
    firm.live.ends[firm.login] = {"inactivity": END}
    firm.run(NOW)
    firm.run(END - 7 * DAY)
    assert told("idle_too_long") == [END.isoformat()]
    later = END + 20 * DAY
    firm.live.ends[firm.login] = {"inactivity": later}
    for left in (27 * DAY, 23 * DAY, 21 * DAY, 14 * DAY, 8 * DAY):
        firm.run(later - left)
    assert len(told("idle_too_long")) == 1
    firm.run(later - 7 * DAY)
    assert told("idle_too_long")[1:] == [later.isoformat()]


def test_an_engine_is_asked_seldom_while_the_end_is_far(firm: Timed) -> None:
    firm.live.ends[firm.login] = {"time_limit": END + 60 * DAY}
    for day in range(22):
        firm.run(NOW + day * DAY)
    assert firm.live.asked == 4


def test_who_has_ended_is_not_told(firm: Timed) -> None:
    firm.run(NOW)
    firm.say(firm.enrolment, "breached")
    firm.run(END - 7 * DAY)
    assert not told()
    assert not DueWork.objects.filter(kind="watch_end", done_at=None).exists()


def test_an_engine_that_is_away_only_delays_it(firm: Timed) -> None:
    firm.run(NOW)
    for left in (21 * DAY, 14 * DAY):  # it is looked at each week
        firm.run(END - left)
    firm.live.is_away = True
    firm.run(END - 7 * DAY)
    assert not told()
    firm.live.is_away = False
    firm.run(END - 7 * DAY + 5 * SECOND)
    assert len(told()) == 1


def test_the_firm_says_how_long_before(firm: Timed) -> None:
    set_terms("UTC", 60, [2], 3, by=RISK, at=NOW)
    firm.run(NOW)
    firm.run(END - 2 * DAY - SECOND)
    assert not told()
    firm.run(END - 2 * DAY)
    assert len(told()) == 1
    set_terms("UTC", 60, [], 3, by=RISK, at=NOW)
    firm.run(END - DAY)
    assert len(told()) == 1


def test_each_account_has_one_chain(firm: Timed) -> None:
    assert plan_watches(NOW) == 1
    assert plan_watches(NOW) == 0
