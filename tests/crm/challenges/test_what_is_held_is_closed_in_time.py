"""Early closes, holidays and news: what is held is closed before, whoever holds it is warned;
none skipped, none doubled, whatever is restarted and however a clock jumps."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from propdesk.boot.firm_clock import FirmClock
from propdesk.crm.accounts.due_work import TOLD_AFTER
from propdesk.crm.accounts.messages import notice_in
from propdesk.crm.accounts.models import DueWork
from propdesk.crm.calendar.actions.change_release import change_release
from propdesk.crm.calendar.actions.set_terms import set_terms
from propdesk.crm.calendar.actions.withdraw_release import withdraw_release
from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.save_draft import save_draft
from propdesk.crm.catalog.versions import draft_of
from propdesk.crm.challenges.actions.plan_closings import LEAD, plan_closings, shut_before
from propdesk.crm.challenges.models import Enrolment, PhasePlace
from propdesk.crm.outbox.models import OutboxRow
from propdesk.ports.platform import CancelAll, CloseAll
from tests.crm.accounts.house_of_accounts import SERVER
from tests.crm.calendar.releases import RISK, added, said
from tests.crm.challenges.engine_that_answers import Answers
from tests.crm.challenges.enrolled import NOW, Firm
from tests.crm.firm_cast import STAFF, programme

pytestmark = pytest.mark.django_db
NEW_YORK = ZoneInfo("America/New_York")
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
RULES = """- rule: news
        window_before_minutes: 5
        window_after_minutes: 5
        restricts: [hold, orders]
        targets: currency
        effects: [{kind: flatten}]
        source: https://example.com/rules
        read_on: 2026-11
      - rule: flat_by"""


class Held(Firm):
    """A firm whose one account is judged by ``apex-4-eod``, with news beside its flat-by."""

    def __init__(self) -> None:
        super().__init__()
        self.live = Answers()
        made = programme("apex", "apex-4-eod")
        draft = draft_of(made)
        assert draft is not None
        text = draft.rulebook.replace("- rule: flat_by", RULES)
        saved = save_draft(made, text, by=STAFF, at=NOW)
        publish_version(made, sha256=saved.sha256, by=STAFF, at=NOW)
        self.programme = made
        PhasePlace.objects.create(programme=made, phase="evaluation", server=SERVER, group="main")
        self.enrolment: Enrolment = self.enrolled()
        self.say(self.enrolment, "active")
        self.login = self.running(self.enrolment).account.login
        self.platform.done.clear()

    def run(self, at: datetime) -> None:
        """A clock that was begun anew, as after a restart."""
        self.now = at
        clock = FirmClock(self.alarms.append, lambda: self.now, self.live)
        while clock.step():
            pass
        self.deliver()

    def closed(self) -> list[str]:
        """The symbols that were closed, in order; empty: all."""
        return [each.symbol for each in self.platform.done if isinstance(each, CloseAll)]

    def cancelled(self) -> list[str]:
        return [each.symbol for each in self.platform.done if isinstance(each, CancelAll)]


def told(name: str) -> list[dict[str, object]]:
    rows = OutboxRow.objects.filter(destination="notice", command=name).order_by("id")
    return [notice_in(bytes(each.body)) for each in rows]


@pytest.fixture
def firm(db: None) -> Held:
    return Held()


# -- holidays and early closes
def test_a_market_that_shuts_early_is_closed_before_it_shuts(firm: Held) -> None:
    """On the day after Thanksgiving index futures stop at 13:15 in New York; the rule wants the
    account flat at 16:59, when nobody could close them any more."""
    early = datetime(2026, 11, 27, 13, 15, tzinfo=NEW_YORK).astimezone(UTC)
    firm.live.held = {firm.login: ["ES", "EURUSD"]}
    for moment, closed in (
        (early - 4 * HOUR, []),
        (early - LEAD - SECOND, []),
        (early - LEAD, ["ES"]),
        (early - LEAD, ["ES"]),
        (early + HOUR, ["ES"]),
    ):
        firm.run(moment)
        assert firm.closed() == closed, moment
    firm.run(datetime(2026, 11, 27, 21, 58, 30, tzinfo=UTC))
    assert firm.closed() == ["ES", ""]
    assert not firm.alarms


@pytest.mark.parametrize(
    ("deadline", "market", "shut"),
    [
        ("2026-11-24T16:59", "cme_equities", None),  # an ordinary Tuesday: it is open
        ("2026-11-24T16:59", "us_stocks", "2026-11-24T16:00"),
        ("2026-11-27T16:59", "cme_equities", "2026-11-27T13:15"),  # an early close
        ("2026-11-26T16:59", "us_stocks", "2026-11-25T16:00"),  # shut all Thanksgiving
        ("2026-11-28T16:59", "forex", "2026-11-27T17:00"),  # a Saturday
        ("2027-03-12T16:59", "us_stocks", "2027-03-12T16:00"),  # before clocks go forward
        ("2027-03-15T16:59", "us_stocks", "2027-03-15T16:00"),  # and after
        ("2026-11-28T16:59", "crypto", None),
    ],
)
def test_the_last_close_before_a_deadline(deadline: str, market: str, shut: str | None) -> None:
    moment = datetime.fromisoformat(deadline).replace(tzinfo=NEW_YORK)
    found = {name: at for at, names in shut_before(moment).items() for name in names}
    expected = shut and datetime.fromisoformat(shut).replace(tzinfo=NEW_YORK)
    assert found.get(market) == expected


def test_only_who_holds_something_is_warned(firm: Held) -> None:
    firm.live.held = {firm.login: []}
    tuesday = datetime(2026, 11, 24, 21, 59, tzinfo=UTC)
    firm.run(tuesday - 2 * HOUR)
    firm.run(tuesday - HOUR)
    assert not told("flat_by")
    firm.live.held = {firm.login: ["EURUSD"]}
    firm.run(tuesday + 22 * HOUR)
    firm.run(tuesday + 23 * HOUR)
    assert len(told("flat_by")) == 1


def test_a_clock_that_jumps_over_several_moments_does_each_once(firm: Held) -> None:
    """Down from Tuesday to Friday: three deadlines were passed over, each is done, late, once."""
    firm.live.held = {firm.login: []}
    firm.run(datetime(2026, 11, 24, 12, tzinfo=UTC))
    friday = datetime(2026, 11, 27, 12, tzinfo=UTC)
    firm.run(friday)
    assert firm.closed() == ["", "", ""]
    firm.run(friday + MINUTE)
    assert firm.closed() == ["", "", ""]


# -- news
RELEASE_AT = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
BEGINS = RELEASE_AT - 5 * MINUTE


def test_news_is_warned_of_and_what_it_concerns_is_closed(firm: Held) -> None:
    added(said(RELEASE_AT, "Payrolls"), at=NOW)
    added(said(RELEASE_AT, "Minutes", impact="low"), at=NOW)
    firm.live.held = {firm.login: ["EURUSD", "EURGBP"]}
    for moment, warned, closed in (
        (BEGINS - 3 * HOUR, 0, []),
        (BEGINS - HOUR - SECOND, 0, []),
        (BEGINS - HOUR, 1, []),
        (BEGINS - LEAD - SECOND, 1, []),
        (BEGINS - LEAD, 1, ["EURUSD"]),
        (BEGINS, 1, ["EURUSD"]),
    ):
        firm.run(moment)
        assert (len(told("news_ahead")), firm.closed()) == (warned, closed), moment
    assert firm.cancelled() == ["EURUSD"]
    (notice,) = told("news_ahead")
    assert (notice["title"], notice["symbols"]) == ("Payrolls", "EURUSD")
    assert notice["deadline"] == BEGINS.isoformat()
    assert not firm.alarms


def test_a_release_that_moves_takes_its_closing_with_it(firm: Held) -> None:
    made = added(said(RELEASE_AT, "Payrolls"), at=NOW)
    gone = added(said(RELEASE_AT, "Rates"), at=NOW)
    firm.live.held = {firm.login: ["EURUSD"]}
    firm.run(BEGINS - 10 * MINUTE)
    later = said(RELEASE_AT + 2 * HOUR, "Payrolls")
    now = BEGINS - 5 * MINUTE
    change_release(made.release_id, later, after=1, by=RISK, at=now, reason="postponed")
    withdraw_release(gone.release_id, by=RISK, at=now, reason="called off")
    firm.run(BEGINS)
    assert firm.closed() == []
    firm.run(BEGINS + 2 * HOUR - LEAD)
    assert firm.closed() == ["EURUSD"]


def test_the_firm_says_how_long_before_it_warns(firm: Held) -> None:
    set_terms("UTC", 10, [7], 3, by=RISK, at=NOW)
    added(said(RELEASE_AT, "Payrolls"), at=NOW)
    firm.live.held = {firm.login: ["EURUSD"]}
    firm.run(BEGINS - HOUR)
    firm.run(BEGINS - 10 * MINUTE - SECOND)
    assert not told("news_ahead")
    firm.run(BEGINS - 10 * MINUTE)
    assert len(told("news_ahead")) == 1


def test_an_engine_that_is_away_is_asked_again_and_nothing_is_lost(firm: Held) -> None:
    added(said(RELEASE_AT, "Payrolls"), at=NOW)
    firm.live.held = {firm.login: ["EURUSD"]}
    firm.run(BEGINS - 30 * MINUTE)
    firm.live.is_away = True
    firm.run(BEGINS - LEAD)
    assert (firm.closed(), firm.alarms) == ([], [])
    for number in range(TOLD_AFTER):
        firm.run(BEGINS - LEAD + (number + 1) * 5 * SECOND)
    assert any("waits: the engine does not answer" in each for each in firm.alarms)
    firm.live.is_away = False
    firm.run(BEGINS + MINUTE)
    assert firm.closed() == ["EURUSD"]


def test_a_plan_that_is_made_again_is_the_same(firm: Held) -> None:
    added(said(RELEASE_AT, "Payrolls"), at=NOW)
    assert plan_closings(BEGINS - 3 * HOUR) > 0
    rows = DueWork.objects.count()
    assert plan_closings(BEGINS - 3 * HOUR) == 0
    assert plan_closings(BEGINS - 2 * HOUR) == 0
    assert DueWork.objects.count() == rows


def test_an_empty_calendar_is_told_of_once_a_day(firm: Held) -> None:
    for hour in (0, 1, 26):
        firm.run(NOW + hour * HOUR)
    assert [each["to"] for each in told("calendar_ends")] == [["risk"], ["risk"]]
    added(said(NOW + timedelta(days=20), "Far ahead"), at=NOW + 26 * HOUR)
    firm.run(NOW + 50 * HOUR)
    assert len(told("calendar_ends")) == 2
