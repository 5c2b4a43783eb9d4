"""Commands to the platforms: in each account's order, done once, confirmed, tried again."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from propdesk.boot.courier_to_platforms import (
    HOLD,
    REFUSALS_MAX,
    SHARED_BY,
    TURNS_AT_ONCE,
    CourierToPlatforms,
)
from propdesk.boot.outbox_bell import outbox_bell
from propdesk.crm.accounts.actions.take_in_records import last_taken_in
from propdesk.crm.accounts.messages import notice_in
from propdesk.crm.accounts.models import AccountEvent, Case
from propdesk.crm.outbox.actions.claim_accounts import claim_accounts
from propdesk.crm.outbox.actions.enqueue_messages import Message, enqueue_messages
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.instants import datetime_of
from propdesk.ports.platform import CancelAll, CloseAll, Reason, Rights, SetRights
from tests.boot.test_the_courier_delivers_every_command_once import database_url
from tests.crm.accounts.fake_platform import AT, FakePlatform
from tests.crm.accounts.house_of_accounts import NOW, SERVER, STREAM, Engine, House, account

IN_ORDER = [CancelAll, CloseAll, SetRights]


def kinds(house: House, login: str) -> list[type]:
    return [type(each) for each in house.platform.of(login)]


def breached(*logins: str) -> House:
    house = House(*logins)
    for login in logins:
        house.engine.status(login, "active")
        house.engine.breach(login, 5)
    house.project()
    return house


def notices() -> list[str]:
    rows = OutboxRow.objects.filter(destination="notice").order_by("id")
    return list(rows.values_list("command", flat=True))


@pytest.mark.django_db
def test_a_breached_account_is_cancelled_closed_and_disabled_and_says_so() -> None:
    house = breached("1", "2")
    house.deliver()
    for login in ("1", "2"):
        assert kinds(house, login) == IN_ORDER
        assert house.platform.held[login].rights == Rights.READ_ONLY
        assert house.read(login).rights == Rights.READ_ONLY
        assert house.line(login)[-3:] == [
            "answer cancel_all", "answer close_all", "answer set_rights",
        ]  # fmt: skip
    answered = AccountEvent.objects.filter(kind="answer").first()
    assert answered is not None
    assert answered.at == datetime_of(AT)
    house.deliver()
    assert len(house.platform.done) == 6


@pytest.mark.django_db
def test_a_platform_that_is_away_is_asked_later_and_later_under_the_same_keys() -> None:
    house = breached("1")
    house.platform.is_away = True
    house.deliver()
    first = OutboxRow.objects.filter(destination="platform").order_by("id")[0]
    assert "nobody answers" in first.last_error
    house.platform.is_away = False
    house.deliver()
    assert house.platform.done == []
    house.now += timedelta(seconds=1)
    house.deliver()
    assert kinds(house, "1") == IN_ORDER
    assert {each.key.rsplit(".")[1] for each in house.platform.done} == {"0"}
    assert house.alarms == []


@pytest.mark.django_db
def test_an_answer_that_was_lost_is_asked_for_again_and_nothing_is_done_twice() -> None:
    house = breached("1")
    house.platform.answers_are_lost = True
    house.deliver()
    house.platform.answers_are_lost = False
    assert kinds(house, "1") == [CancelAll]
    house.now += timedelta(seconds=1)
    house.deliver()
    assert kinds(house, "1") == IN_ORDER


@pytest.mark.django_db
def test_where_the_market_is_shut_it_is_read_only_at_once_and_closed_at_the_open() -> None:
    house = breached("1")
    house.platform.refuses = {"CloseAll": Reason.MARKET_CLOSED}
    house.deliver()
    assert kinds(house, "1") == [CancelAll, SetRights]
    assert house.platform.held["1"].positions == ["P1", "P2"]
    assert notices() == ["breach", "market_shut"]
    told = notice_in(bytes(OutboxRow.objects.get(command="market_shut").body))
    assert (told["left"], told["to"]) == (["P1", "P2"], ["risk"])
    for _ in range(200):
        house.now += timedelta(minutes=1)
        house.deliver()
    assert notices() == ["breach", "market_shut"], "it is told once"
    assert AccountEvent.objects.filter(kind="answer").count() == 3
    house.platform.refuses = {}
    house.now += timedelta(minutes=1)
    house.deliver()
    assert kinds(house, "1") == [CancelAll, SetRights, CloseAll]
    assert house.line("1")[-1] == "answer close_all"
    assert house.alarms == []


@pytest.mark.django_db
def test_what_is_refused_for_good_is_given_up_with_an_alarm_and_a_case() -> None:
    house = breached("1", "2")
    del house.platform.held["1"]
    for _ in range(REFUSALS_MAX):
        house.deliver()
        house.now += timedelta(minutes=2)
    assert kinds(house, "2") == IN_ORDER
    assert "is given up" in house.alarms[0]
    case = Case.objects.get()
    assert (case.kind, case.detail["command"]) == ("enforcement", "cancel_all")
    assert notices()[-1] == "command_failed"
    left = OutboxRow.objects.filter(destination="platform", delivered_at=None)
    assert list(left.order_by("id").values_list("command", flat=True)) == [
        "cancel_all", "close_all", "set_rights",
    ]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "why"),
    [({"body": b"{"}, "not readable"), ({"command": "explode"}, "no command")],
)
def test_what_nobody_can_read_is_given_up_at_once(change: dict[str, object], why: str) -> None:
    house = breached("1")
    first = OutboxRow.objects.filter(destination="platform").order_by("id")[0]
    OutboxRow.objects.filter(pk=first.pk).update(**change)
    house.deliver()
    assert why in house.alarms[0]
    assert house.platform.done == []


@pytest.mark.django_db
def test_one_command_that_no_platform_can_take_holds_up_nobody_else() -> None:
    house = breached("1", "2", "3")
    house.platform.chokes_on = "2"
    house.deliver()
    for login in ("1", "3"):
        assert kinds(house, login) == IN_ORDER
        assert house.read(login).rights == Rights.READ_ONLY
    assert kinds(house, "2") == []
    for _ in range(REFUSALS_MAX):
        house.now += timedelta(minutes=2)
        house.deliver()
    assert len(house.alarms) == 1
    assert "cannot be sent" in house.alarms[0]
    assert len(house.platform.done) == 6, "nothing was done twice meanwhile"


@pytest.mark.django_db
@pytest.mark.parametrize("at", [10**20, -(10**20)])
def test_one_answer_that_cannot_be_kept_holds_up_nobody_else(at: int) -> None:
    house = breached("1", "2", "3")
    house.platform.told_at["2"] = at
    house.deliver()
    for login in ("1", "3"):
        assert house.read(login).rights == Rights.READ_ONLY
    assert "cannot be noted" in house.alarms[0]
    assert [each.command for each in OutboxRow.objects.exclude(given_up_at=None)] == ["cancel_all"]
    assert kinds(house, "2") == IN_ORDER


@pytest.mark.django_db
def test_a_turn_without_an_answer_is_asked_again_in_smaller_company() -> None:
    logins = [str(number) for number in range(20)]
    house = breached(*logins)
    house.platform.is_away = True
    house.deliver()
    house.now += timedelta(seconds=1)
    house.platform.is_away = False
    house.deliver()
    assert house.platform.calls == 3 * -(-len(logins) // (TURNS_AT_ONCE // SHARED_BY))
    assert len(house.platform.done) == 3 * len(logins)


@pytest.mark.django_db
def test_what_follows_one_tick_costs_a_few_statements_however_many_breached() -> None:
    house = breached(*[str(number) for number in range(50)])
    with CaptureQueriesContext(connection) as asked:
        house.deliver()
    assert len(house.platform.done) == 150
    assert len(asked) <= 3, "one claims, one notes, one finds nothing more"


@pytest.mark.django_db
def test_later_profits_of_a_breached_account_change_nothing() -> None:
    house = breached("1")
    house.engine.status("1", "passed", 60)
    house.project()
    house.deliver()
    assert house.read("1").status == "breached"
    assert kinds(house, "1") == IN_ORDER


@pytest.mark.django_db
def test_a_claim_is_one_couriers_and_runs_out() -> None:
    house = breached("1")
    first = claim_accounts("platform", "c1", NOW, HOLD, at_most=9)
    assert [len(rows) for rows in first] == [3]
    assert claim_accounts("platform", "c2", NOW, HOLD, at_most=9) == []
    house.now += HOLD
    house.deliver()
    assert kinds(house, "1") == IN_ORDER


@pytest.mark.django_db
def test_the_same_key_is_the_same_message() -> None:
    key = uuid7(NOW)
    message = Message(destination="notice", account="A1", name="warning", body=b"{}", key=key)
    for _ in range(2):
        with transaction.atomic():
            enqueue_messages([message], NOW)
    assert OutboxRow.objects.filter(key=key).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_bell_rings_for_what_is_committed_and_for_nobody_else() -> None:
    with outbox_bell(database_url(), "platform") as bell:
        assert not bell.wait(0.05)
        message = Message(
            destination="notice", account="A1", name="warning", body=b"{}", key=uuid7(NOW)
        )
        with transaction.atomic():
            enqueue_messages([message], NOW)
        assert not bell.wait(0.2)
        breached("1")
        assert bell.wait(5)
        assert not bell.wait(0.05)


@pytest.mark.django_db(transaction=True)
def test_two_couriers_share_the_accounts_and_keep_each_ones_order() -> None:
    logins = [str(number) for number in range(40)]
    house = breached(*logins)

    def deliver(name: str) -> None:
        with ThreadPoolExecutor(2) as executor:
            courier = CourierToPlatforms(
                name, {SERVER: house.platform}, executor, pytest.fail, lambda: NOW
            )
            while OutboxRow.objects.filter(destination="platform", delivered_at=None).exists():
                courier.deliver()
        connections.close_all()

    threads = [threading.Thread(target=deliver, args=(name,)) for name in ("c1", "c2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(house.platform.done) == 3 * len(logins)
    for login in logins:
        assert kinds(house, login) == IN_ORDER


@pytest.mark.django_db(transaction=True)
def test_two_hundred_breaches_of_one_tick_are_commanded_while_they_are_read() -> None:
    logins = [str(number) for number in range(200)]
    for login in logins:
        account(login)
    engine, platform, over = Engine(), FakePlatform(*logins, seconds_each=0.001), threading.Event()
    house = House.__new__(House)
    house.engine, house.alarms, house.now, house.followers = engine, [], NOW, ()

    def project() -> None:
        house.new_projector().run(over)
        connections.close_all()

    def carry() -> None:
        with ThreadPoolExecutor(4) as executor, outbox_bell(database_url(), "platform") as bell:
            CourierToPlatforms("c1", {SERVER: platform}, executor, pytest.fail, lambda: NOW).run(
                over, bell
            )
        connections.close_all()

    running = [threading.Thread(target=each) for each in (project, carry)]
    for thread in running:
        thread.start()
    try:
        for login in logins:
            engine.breach(login)
        deadline = time.monotonic() + 60
        while len(platform.done) < 600:
            assert time.monotonic() < deadline
            time.sleep(0.01)
    finally:
        over.set()
        for thread in running:
            thread.join(10)
    assert last_taken_in(STREAM) == 400
    assert {held.rights for held in platform.held.values()} == {Rights.READ_ONLY}
    assert house.alarms == []
