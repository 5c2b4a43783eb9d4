"""Accounts, an engine that says what it is told to, and the processes around them, for tests."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from propdesk.boot.courier_to_platforms import CourierToPlatforms
from propdesk.boot.projector import Follower, Projector
from propdesk.crm.accounts.models import AccountEvent, TradingAccount
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.instants import micros_of
from propdesk.ports.event_log import Entry
from propdesk.ports.memory_log import MemoryLog
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import (
    DeadLetter,
    EngineRecord,
    StatusChanged,
    VerdictSaid,
    verdicts_of,
)
from tests.crm.accounts.fake_platform import FakePlatform

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SERVER = "sim"
STREAM = verdicts_of(0)
OWNER = UUID("01935a00-0000-7000-8000-000000000001")


def account(login: str, *, is_open: bool = True) -> TradingAccount:
    """One of the firm's accounts, as it is before the engine said anything."""
    return TradingAccount.objects.create(
        id=uuid7(NOW), engine_account=login, person=OWNER, created_at=NOW,
        server=SERVER, login=login, group="challenge", currency="USD", size=Decimal(100_000),
        rulebook="ftmo-2-step", version="1", sha256="0" * 64, phase="challenge",
        stage="evaluation", opening_balance=Decimal(100_000), opened_at=NOW if is_open else None,
    )  # fmt: skip


def micros(second: float = 0) -> int:
    return micros_of(NOW + timedelta(seconds=second))


class Engine:
    """Says things into a log, as the engine does: each key once."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self._writer = self.log.writer([STREAM], "engine")
        self._said = 0

    def status(self, login: str, status: str, second: float = 0) -> None:
        said = StatusChanged(login, "challenge", status, micros(second), self._said, 0)
        self.say(f"status/{login}/{self._said}/{status}", said)

    def verdict(
        self, login: str, outcome: str, second: float = 0, *, rule: str = "max_loss", key: str = ""
    ) -> str:
        name = key or f"verdict-{login}-{self._said}"
        said = VerdictSaid(
            id=name, account=login, phase="challenge", rule=rule,
            outcome=outcome, at=micros(second), observed="89999.99", limit="90000.00",
            comparison="touch", basis="ticks", offset=7, tick=9, evidence={"peak": "100000.00"},
        )  # fmt: skip
        self.say(name, said)
        return name

    def breach(self, login: str, second: float = 0) -> str:
        name = self.verdict(login, "fail", second)
        self.status(login, "breached", second)
        return name

    def dead_letter(self, login: str) -> None:
        said = DeadLetter("events/0", 12, login, "no such instrument")
        self.say("dead/events/0/12", said)

    def say(self, key: str, said: EngineRecord) -> None:
        self._said += 1
        self._writer.append([Entry(STREAM, key, encode(said))])

    def say_bytes(self, key: str, body: bytes) -> None:
        self._writer.append([Entry(STREAM, key, body)])


class House:
    """The engine's log, a projector, a platform and its courier, with a clock set by hand."""

    def __init__(self, *logins: str, followers: tuple[Follower, ...] = ()) -> None:
        self.now = NOW
        self.engine = Engine()
        self.platform = FakePlatform(*logins)
        self.alarms: list[str] = []
        self.followers = followers
        self.accounts = {login: account(login) for login in logins}
        self.projector = self.new_projector()

    def new_projector(self) -> Projector:
        reader = self.engine.log.reader()
        return Projector(reader, [STREAM], self.alarms.append, lambda: self.now, self.followers)

    def project(self) -> None:
        while self.projector.step():
            pass

    def deliver(self) -> None:
        with ThreadPoolExecutor(1) as executor:
            courier = CourierToPlatforms(
                "c1", {SERVER: self.platform}, executor, self.alarms.append, lambda: self.now
            )
            while courier.deliver():
                pass

    def read(self, login: str) -> TradingAccount:
        return TradingAccount.objects.get(server=SERVER, login=login)

    def line(self, login: str) -> list[str]:
        """An account's time line, oldest first, in words."""
        events = AccountEvent.objects.filter(account__login=login).order_by("id")
        return [f"{each.kind} {each.word}" for each in events]
