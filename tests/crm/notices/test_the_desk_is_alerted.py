"""Alerts: one for one thing, to whoever is to act, and further where nobody does."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from propdesk.boot.feed_gap_watch import FeedGapWatch
from propdesk.crm.accounts.actions.lift_kill_switch import lift_kill_switch
from propdesk.crm.accounts.actions.propose_kill_switch import Wanted
from propdesk.crm.accounts.actions.set_kill_switch import set_kill_switch
from propdesk.crm.notices.actions.acknowledge_alerts import acknowledge_alerts
from propdesk.crm.notices.actions.escalate_alerts import escalate_alerts
from propdesk.crm.notices.actions.take_out_notices import MAILED_A_MINUTE
from propdesk.crm.notices.models import Alert, Delivery
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.actions.open_ticket import Question, open_ticket
from propdesk.crm.support.models import Category
from propdesk.domain.events import GapClosed, GapOpened
from propdesk.domain.instants import micros_of
from propdesk.ports.event_log import Entry
from propdesk.ports.memory_log import MemoryLog
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import Mark, events_of
from tests.crm.accounts.house_of_accounts import NOW, House
from tests.crm.notices.post_office import BREACH, PostOffice, account_of, put
from tests.crm.people.cast import acting, registered, staff

pytestmark = pytest.mark.django_db
EVENTS = events_of(0)


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def test_a_breach_of_the_engine_is_an_alert_in_the_next_two_steps(office: PostOffice) -> None:
    """From the durable verdict to the desk: one step of the projector, one of the courier."""
    staff("risk", "rita")
    house = House("1001")
    verdict = house.engine.breach("1001", 1)
    house.projector.step()
    office.now = house.now + timedelta(seconds=1)
    office.deliver()
    alert = Alert.objects.get(kind="alert_breach")
    assert alert.key == f"breach/1001/{verdict}"
    assert alert.severity == "critical"
    assert alert.told_at == house.now
    assert alert.link == "/live/1001/"
    assert office.mails("rita@example.org") == ["Breach: 1001, max loss"]


def test_the_same_while_it_is_open_adds_to_it_and_mails_nobody(office: PostOffice) -> None:
    staff("risk", "rita")
    whose = account_of(registered())
    for number in range(3):
        put("market_shut", whose, source=str(number), command="close_all", reason="shut")
        office.deliver()
    alert = Alert.objects.get()
    assert (alert.times, len(office.mails("rita@example.org"))) == (3, 1)
    by = acting(staff("risk", "rob"), "risk")
    assert acknowledge_alerts([alert.pk], by=by, at=office.now) == 1
    assert acknowledge_alerts([alert.pk], by=by, at=office.now) == 0, "it was seen already"
    put("market_shut", whose, source="later", command="close_all", reason="shut")
    office.deliver()
    assert Alert.objects.filter(acknowledged_at=None).count() == 1
    assert len(office.mails("rita@example.org")) == 2


@pytest.mark.parametrize(
    ("one", "other", "alerts"),
    [
        (("breach", {"verdict": "V1"}), ("breach", {"verdict": "V2"}), 2),
        (("correction", {"verdict": "V1"}), ("correction", {"verdict": "V1"}), 1),
        (("command_failed", {"command": "close_all"}), ("command_failed", {"command": "x"}), 2),
        (("case", {"kind": "review"}), ("case", {"kind": "review"}), 1),
    ],
)
def test_what_is_one_alert(
    office: PostOffice,
    one: tuple[str, dict[str, str]],
    other: tuple[str, dict[str, str]],
    alerts: int,
) -> None:
    whose = account_of(registered())
    for number, (notice, detail) in enumerate((one, other)):
        put(notice, whose, source=str(number), **detail)  # type: ignore[arg-type]
    office.deliver()
    assert Alert.objects.count() == alerts


def test_without_a_risk_role_owners_and_admins_are_told(office: PostOffice) -> None:
    staff("owner", "olga")
    staff("support", "sam")
    put("case", account_of(registered()), kind="review")
    office.deliver()
    assert office.mails("olga@example.org") == ["A case of 1001: review"]
    assert not office.mails("sam@example.org")


def test_what_nobody_acknowledges_goes_to_owners_and_admins_once(office: PostOffice) -> None:
    staff("risk", "rita")
    staff("owner", "olga")
    staff("admin", "ada")
    put("case", account_of(registered()), kind="review")
    office.deliver()
    assert escalate_alerts(office.now + timedelta(minutes=10) - timedelta(seconds=1)) == 0
    office.later(minutes=10)
    office.deliver()
    told = ["1 alerts nobody acknowledged"]
    assert office.mails("olga@example.org") == office.mails("ada@example.org") == told
    assert len(office.mails("rita@example.org")) == 1
    assert Alert.objects.get().escalated_at == office.now
    office.later(hours=1)
    office.deliver()
    assert office.mails("olga@example.org") == told


def test_an_acknowledged_alert_is_not_escalated(office: PostOffice) -> None:
    staff("owner", "olga")
    put("case", account_of(registered()), kind="review")
    office.deliver()
    by = acting(staff("admin"), "admin")
    acknowledge_alerts([Alert.objects.get().pk], by=by, at=office.now)
    office.later(hours=1)
    office.deliver()
    assert len(office.mails("olga@example.org")) == 1
    with pytest.raises(ActionRefused, match="not permitted"):
        acknowledge_alerts([], by=acting(staff("support"), "support"), at=office.now)


def test_a_thousand_breaches_are_alerts_each_and_few_mails(office: PostOffice) -> None:
    staff("risk", "rita")
    whose = account_of(registered())
    for number in range(MAILED_A_MINUTE + 30):
        put("breach", whose, source=str(number), **{**BREACH, "verdict": str(number)})
    office.deliver()
    assert Alert.objects.filter(kind="alert_breach").count() == MAILED_A_MINUTE + 30
    mails = office.mails("rita@example.org")
    assert len(mails) == MAILED_A_MINUTE + 1
    assert mails.count("Many alerts at once: look at the page") == 1


def test_alerts_outlive_whoever_raised_them(office: PostOffice) -> None:
    put("breach", account_of(registered()), **BREACH)
    office.deliver()
    staff("owner", "olga")
    reborn = PostOffice()
    reborn.later(minutes=11)
    reborn.deliver()
    assert reborn.mails("olga@example.org") == ["1 alerts nobody acknowledged"]
    assert Alert.objects.get().acknowledged_at is None


def test_a_kill_switch_is_told_when_it_is_set_and_when_it_is_lifted(office: PostOffice) -> None:
    by = acting(staff("risk", "rita"), "risk")
    wanted = Wanted(scope="firm", target="", action="no_new_orders", lasts=timedelta(hours=1))
    switch = set_kill_switch(wanted, by=by, at=NOW, reason="prices look wrong")
    office.deliver()
    office.later(seconds=1)
    lift_kill_switch(switch.pk, by=by, at=office.now, reason="they are right again")
    office.deliver()
    assert [each.subject for each in Alert.objects.order_by("id")] == [
        "Kill switch set: no_new_orders for firm –",
        "Kill switch lifted: no_new_orders for firm –",
    ]
    assert "they are right again" in Alert.objects.latest("id").text


class Feed:
    """A log of events, and the watch that reads it."""

    def __init__(self, clock: Callable[[], object]) -> None:
        self.log = MemoryLog()
        self.writer = self.log.writer([EVENTS], "ingest")
        self.clock = clock

    def write(self, key: str, body: object) -> None:
        self.writer.append([Entry(EVENTS, key, encode(body))])  # type: ignore[arg-type]

    def watch(self) -> FeedGapWatch:
        return FeedGapWatch(self.log.reader(), EVENTS, self.clock)  # type: ignore[arg-type]


def test_a_symbol_without_prices_is_an_alert_once_whoever_reads(office: PostOffice) -> None:
    feed = Feed(lambda: office.now)
    gap = GapOpened(micros_of(NOW), "EURUSD", "silence")
    feed.write("gap/main/EURUSD/1/silence", gap)
    feed.watch().step()
    office.deliver()
    assert not Alert.objects.exists(), "a gap before the watch began is an old one"
    feed.write("mark/9", Mark(9))
    feed.write("gap/main/EURUSD/9/silence", gap)
    feed.write("gap-closed/main/EURUSD/9", GapClosed(micros_of(NOW), "EURUSD"))
    feed.watch().step()
    feed.watch().step()
    office.deliver()
    (alert,) = Alert.objects.all()
    assert (alert.key, alert.times) == ("feed_gap//main/EURUSD", 1)
    assert "No prices: EURUSD of main" in alert.subject
    assert not Delivery.objects.exists(), "nobody holds the role"


def test_a_question_is_told_to_who_may_answer_it(office: PostOffice) -> None:
    """By the table of permissions, whatever the role is called; and no alarm of the risk desk."""
    for role in ("support", "finance", "auditor"):
        staff(role)
    asker = registered("asker")
    question = Question(key="form-1", category=Category.RULES, subject="News", body="May I?")
    open_ticket(question, person=asker.pk, by=acting(asker, "trader"), at=office.now)
    office.deliver()
    for role in ("support", "finance"):
        (subject,) = office.mails(f"{role}@example.org")
        assert subject.startswith("Question T-")
        assert subject.endswith(": News")
    assert office.mails("auditor@example.org") == []
    assert office.mails("asker@example.org") == []
    assert not Alert.objects.exists()
