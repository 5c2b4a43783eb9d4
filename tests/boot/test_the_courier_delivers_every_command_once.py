"""Commands of the firm: kept with the decision, delivered in order, their effect once."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import IntegrityError, connections, transaction

from propdesk.boot.courier import REFUSALS_MAX, Courier, backoff
from propdesk.boot.outbox_bell import outbox_bell
from propdesk.crm.outbox.actions.claim_next import claim_next
from propdesk.crm.outbox.actions.enqueue import Command, NotInTransaction, enqueue
from propdesk.crm.outbox.actions.settle import give_up, mark_delivered, put_off
from propdesk.crm.outbox.actions.take_up_again import take_up_again
from propdesk.crm.outbox.models import OutboxRow
from propdesk.domain.events import (
    BalanceAdjusted,
    NewsScheduled,
    Paused,
    PayoutMoved,
    Resumed,
    Scaled,
)
from propdesk.ports.intake import Accepted, FeedQuote, Intake, IntakeAway
from propdesk.wire.log_records import AccountEnrolled, Delivered, RulebookPublished

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOLD = timedelta(seconds=30)
PUBLISHED = RulebookPublished("0" * 64, '{"name":"ours"}', 0)
COMMANDS: list[Command] = [
    PUBLISHED,
    AccountEnrolled("A1", "ftmo-2-step", "1", "0" * 64, "challenge", "100000.00", ("swap-free",)),
    BalanceAdjusted("A1", 1, Decimal("-2000.00"), "payout", "W1"),
    Paused("A1", 2, "review", 9),
    Resumed("A1", 3, "reviewed"),
    Scaled("A1", 4, Decimal(125000), Decimal("125000.50")),
    PayoutMoved("A1", 5, "approved", "P1", Decimal("800.10"), Decimal("0.9")),
    NewsScheduled(6, "desk/1", 9, "Payrolls", ("USD",), ("XAUUSD",)),
]


class FakeIntake(Intake):
    """Keeps what comes, by key; refuses and is away as it is told."""

    def __init__(self) -> None:
        self.deliveries: list[str] = []
        self.effects: dict[str, tuple[Delivered, ...]] = {}
        self.refuses: set[str] = set()
        self.is_away = False

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        assert source == "crm"
        if self.is_away:
            raise IntakeAway("no socket")
        self.deliveries.append(key)
        refused = tuple(f"{type(each).__name__}: no" for each in events if self.is_refused(each))
        if not refused:
            self.effects.setdefault(key, tuple(events))
        return Accepted(0, len(self.effects), refused)

    def is_refused(self, event: Delivered) -> bool:
        return getattr(event, "account", "") in self.refuses

    def said(self) -> list[Delivered]:
        return [event for events in self.effects.values() for event in events]

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        raise NotImplementedError

    def back_fill(
        self, feed: str, quotes: Sequence[FeedQuote], *, whole: Sequence[tuple[str, int]] = ()
    ) -> Accepted:
        raise NotImplementedError

    def feed_lost(self, feed: str) -> Accepted:
        raise NotImplementedError


class Post:
    """A courier with its intake and a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW
        self.alarms: list[str] = []
        self.intake = FakeIntake()
        self.courier = Courier("c1", self.intake, self.alarms.append, lambda: self.now)

    def deliver(self) -> None:
        while self.courier.deliver_next():
            pass


@pytest.fixture
def post() -> Post:
    return Post()


def put(*commands: Command) -> list[OutboxRow]:
    with transaction.atomic():
        return [enqueue(command, NOW) for command in commands]


def paused(account: str) -> Paused:
    return Paused(account, 1)


@pytest.mark.django_db
def test_every_command_arrives_as_it_was_said_and_in_order(post: Post) -> None:
    rows = put(*COMMANDS)
    post.deliver()
    assert post.intake.said() == COMMANDS
    assert post.intake.deliveries == [str(row.key) for row in rows]
    assert set(OutboxRow.objects.values_list("delivered_at", flat=True)) == {NOW}
    post.deliver()
    assert len(post.intake.deliveries) == len(COMMANDS)


@pytest.mark.django_db
def test_a_release_that_is_refused_holds_up_no_enrolment_but_those_behind_it(post: Post) -> None:
    release = NewsScheduled(1, "desk/1", 9, "Payrolls", ("USD",))
    post.intake.refuses.add("")  # whatever names no account
    put(release, replace(release, at=2, release_at=10), COMMANDS[1])
    post.deliver()
    assert post.intake.said() == [COMMANDS[1]]
    post.intake.refuses.clear()
    post.now += timedelta(minutes=1)
    post.deliver()
    assert [each.at for each in post.intake.said() if isinstance(each, NewsScheduled)] == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_command_falls_with_its_decision_and_needs_one() -> None:
    with pytest.raises(NotInTransaction):
        enqueue(COMMANDS[0], NOW)
    with transaction.atomic():
        enqueue(COMMANDS[0], NOW)
        transaction.set_rollback(True)
    assert not OutboxRow.objects.exists()


@pytest.mark.django_db
def test_while_nobody_listens_it_is_tried_for_ever_later_and_later(post: Post) -> None:
    put(paused("A1"))
    post.intake.is_away = True
    tried: list[int] = []
    for second in range(400):
        post.now = NOW + timedelta(seconds=second)
        post.deliver()
        attempts = OutboxRow.objects.get().attempts
        if attempts > len(tried):
            tried.append(second)
    assert tried == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363]
    assert OutboxRow.objects.get().last_error == "nobody listens: no socket"
    post.intake.is_away = False
    post.now += timedelta(minutes=1)
    post.deliver()
    assert post.intake.said() == [paused("A1")]
    assert post.alarms == []


@pytest.mark.django_db
def test_a_refused_command_is_given_up_with_its_attempts_and_holds_its_account(
    post: Post,
) -> None:
    first, _, _ = put(paused("A1"), Resumed("A1", 2), paused("A2"))
    post.intake.refuses = {"A1"}
    for _ in range(REFUSALS_MAX):
        post.deliver()
        assert post.intake.said() == [paused("A2")]
        post.now += timedelta(minutes=1)
    row = OutboxRow.objects.get(pk=first.pk)
    assert row.given_up_at == post.now - timedelta(minutes=1)
    assert (row.attempts, row.refusals) == (REFUSALS_MAX, REFUSALS_MAX - 1)
    assert row.last_error == "Paused: no"
    assert post.alarms == [
        f"courier: Paused of A1 is given up after {REFUSALS_MAX} attempts: Paused: no"
    ]
    post.intake.refuses = set()
    post.deliver()
    assert post.intake.said() == [paused("A2")], "what follows a dead letter waits with it"
    assert take_up_again(first.key, post.now)
    assert not take_up_again(first.key, post.now)
    post.deliver()
    assert post.intake.said() == [paused("A2"), paused("A1"), Resumed("A1", 2)]


@pytest.mark.django_db
@pytest.mark.parametrize("given_up", [False, True])
def test_an_enrolment_waits_for_the_rulebooks_published_before_it(
    post: Post, given_up: bool
) -> None:
    enrolled = AccountEnrolled("A1", "ours", "1", "0" * 64, "challenge", "100000")
    first, *_ = put(PUBLISHED, enrolled, Resumed("A1", 2), paused("A2"))
    post.intake.refuses = {""}
    for _ in range(REFUSALS_MAX if given_up else 1):
        post.deliver()
        post.now += timedelta(minutes=1)
    assert post.intake.said() == [paused("A2")], "nobody else's commands wait"
    assert bool(post.alarms) == given_up
    post.intake.refuses = set()
    assert take_up_again(first.key, post.now) == given_up
    post.deliver()
    assert post.intake.said() == [paused("A2"), PUBLISHED, enrolled, Resumed("A1", 2)]
    put(replace(PUBLISHED, at=1), replace(enrolled, account="A3"))
    OutboxRow.objects.filter(account="A3").update(id=0)  # enqueued before the rulebook
    post.intake.refuses = {""}
    post.deliver()
    assert post.intake.said()[-1] == replace(enrolled, account="A3")


@pytest.mark.django_db
def test_attempts_nobody_answered_do_not_count_as_refusals(post: Post) -> None:
    put(paused("A1"))
    post.intake.is_away = True
    for _ in range(REFUSALS_MAX + 2):
        post.deliver()
        post.now += timedelta(minutes=1)
    post.intake.is_away, post.intake.refuses = False, {"A1"}
    post.deliver()
    assert OutboxRow.objects.get().given_up_at is None


@pytest.mark.django_db
def test_a_row_nobody_can_read_is_given_up_at_once(post: Post) -> None:
    (row,) = put(paused("A1"))
    OutboxRow.objects.filter(pk=row.pk).update(body=b"PD?")
    post.deliver()
    assert OutboxRow.objects.get().given_up_at == NOW
    assert "not readable" in post.alarms[0]
    assert post.intake.deliveries == []


@pytest.mark.django_db
def test_a_row_is_claimed_by_one_and_again_when_the_claim_has_run_out() -> None:
    put(paused("A1"), Resumed("A1", 2))
    first = claim_next("c1", NOW, HOLD)
    assert first is not None
    assert claim_next("c2", NOW, HOLD) is None
    assert claim_next("c2", NOW + HOLD - timedelta(microseconds=1), HOLD) is None
    second = claim_next("c2", NOW + HOLD, HOLD)
    assert second is not None
    assert (second.pk, second.attempts) == (first.pk, 2)


@pytest.mark.django_db
def test_who_has_lost_a_claim_changes_nothing() -> None:
    put(paused("A1"))
    old = claim_next("c1", NOW, HOLD)
    new = claim_next("c1", NOW + HOLD, HOLD)
    assert old is not None
    assert new is not None
    assert not mark_delivered(old, NOW)
    assert not put_off(old, "late", NOW, refused=True)
    assert not give_up(old, "late", NOW)
    row = OutboxRow.objects.get()
    assert (row.delivered_at, row.given_up_at, row.last_error) == (None, None, "")
    assert mark_delivered(new, NOW)
    assert not give_up(new, "late", NOW)


@pytest.mark.django_db
def test_the_database_refuses_a_row_that_ended_twice() -> None:
    put(paused("A1"))
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxRow.objects.update(delivered_at=NOW, given_up_at=NOW)


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (6, 32), (7, 60), (10_000, 60)])
def test_the_wait_doubles_up_to_a_minute(attempts: int, seconds: int) -> None:
    assert backoff(attempts) == timedelta(seconds=seconds)


@pytest.mark.django_db(transaction=True)
def test_two_couriers_share_the_rows_and_keep_each_accounts_order() -> None:
    chance = random.Random(1)
    commands = [Paused(f"A{chance.randrange(6)}", number) for number in range(120)]
    put(*commands)
    intake = FakeIntake()

    def deliver(name: str) -> None:
        courier = Courier(name, intake, pytest.fail, lambda: NOW)
        while OutboxRow.objects.filter(delivered_at=None).exists():
            courier.deliver_next()
        connections.close_all()

    threads = [threading.Thread(target=deliver, args=(f"c{number}",)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    said = intake.said()
    assert len(intake.deliveries) == len(said) == len(commands)
    for account in {command.account for command in commands}:
        own = [command for command in commands if command.account == account]
        assert [each for each in said if getattr(each, "account", "") == account] == own


def database_url() -> str:
    database = connections["default"].settings_dict
    return f"postgresql:///{database['NAME']}?{urlencode(database['OPTIONS'])}"


KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import django
django.setup()
from propdesk.boot.courier import Courier
from tests.boot.test_the_courier_delivers_every_command_once import FakeIntake, NOW

class LogThatOutlivesUs(FakeIntake):
    def events(self, events, *, source, key):
        with Path(sys.argv[1]).open("a") as log:
            log.write(key + "\\n")
        os.kill(os.getpid(), signal.SIGKILL)

Courier("killed", LogThatOutlivesUs(), print, lambda: NOW).deliver_next()
"""


@pytest.mark.django_db(transaction=True)
def test_a_courier_killed_before_it_marks_delivers_twice_under_one_key(
    post: Post, tmp_path: Path
) -> None:
    (row,) = put(paused("A1"))
    environment = {
        **os.environ,
        "PROPDESK_DATABASE_URL": database_url(),
        "PROPDESK_SECRET_KEY": "for a test only, and of no worth to anybody",
        "DJANGO_SETTINGS_MODULE": "propdesk.web.settings",
    }
    log = tmp_path / "log"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(log)], env=environment, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert log.read_text() == f"{row.key}\n"
    post.intake.effects[str(row.key)] = (paused("A1"),)  # what the log holds of the first
    post.deliver()
    assert post.intake.deliveries == [], "the dead one's claim still holds"
    post.now += HOLD
    post.deliver()
    assert post.intake.deliveries == [str(row.key)]
    assert post.intake.said() == [paused("A1")]
    assert OutboxRow.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_the_loop_delivers_what_comes_until_it_is_told_to_end(post: Post) -> None:
    over = threading.Event()

    def run() -> None:
        with outbox_bell(database_url(), "engine") as bell:
            post.courier.run(over, bell)
        connections.close_all()

    running = threading.Thread(target=run)
    running.start()
    put(*COMMANDS)
    for _ in range(100):
        if len(post.intake.said()) == len(COMMANDS):
            break
        over.wait(0.1)
    over.set()
    running.join(30)
    assert not running.is_alive()
    assert post.intake.said() == COMMANDS
