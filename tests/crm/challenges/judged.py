"""A firm judged by a real engine in this process: commands reach its log, trades and ticks too."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import numpy as np

from propdesk.boot.projector import Projector
from propdesk.crm.challenges.actions.follow_statuses import follow_statuses
from propdesk.crm.challenges.models import Enrolment
from propdesk.domain.events import AccountOpened, Deal, Event
from propdesk.domain.instants import micros_of
from propdesk.ports.event_log import Entry
from propdesk.ports.intake import Accepted, FeedQuote, Intake
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.ports.platform import CreateAccount
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    Delivered,
    Mark,
    Moment,
    PartitionRecord,
    RulebookPublished,
    SymbolDefined,
    Ticks,
    events_of,
)
from tests.crm.accounts.fake_platform import AT, FakePlatform
from tests.crm.accounts.house_of_accounts import STREAM
from tests.crm.challenges.enrolled import Firm
from tests.live.recovery.firm_on_a_log import engine_on, judge_all

LOTS = Decimal(10)
OPEN = Decimal("1.08000")


class LogIntake(Intake):
    """Writes what is delivered into a partition, each delivery once."""

    def __init__(self, log: MemoryLog) -> None:
        self._writer = log.writer([MARKET, events_of(0)], "intake")

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        for number, event in enumerate(events):
            if isinstance(event, AccountEnrolled | RulebookPublished):
                self.write(f"{source}/{key}/{number}", event)
            else:
                self.write(f"{source}/{key}/{number}", Moment(_account_of(event), (event,)))
        return Accepted(events=len(events))

    def write(self, key: str, record: PartitionRecord) -> None:
        self._writer.append([Entry(events_of(0), key, encode(record))])

    def write_market(self, key: str, record: SymbolDefined | Ticks) -> None:
        self._writer.append([Entry(MARKET, key, encode(record))])

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        raise NotImplementedError

    def back_fill(
        self, feed: str, quotes: Sequence[FeedQuote], *, whole: Sequence[tuple[str, int]] = ()
    ) -> Accepted:
        raise NotImplementedError

    def feed_lost(self, feed: str) -> Accepted:
        raise NotImplementedError


def _account_of(event: Event) -> str:
    return str(getattr(event, "account"))  # noqa: B009 - not every event has one


class JudgedFirm(Firm):
    """The firm of ``enrolled``, but what is said is what the engine says."""

    def __init__(self) -> None:
        super().__init__()
        self.platform = FakePlatform()
        self.log = MemoryLog()
        self.intake: LogIntake = LogIntake(self.log)
        self.intake.write_market("EURUSD", SymbolDefined(1, "feed", "EURUSD", 5))
        self.worker = engine_on(self.log, MemorySnapshots(), self.alarms)
        self.projector = Projector(
            self.log.reader(), [STREAM], self.alarms.append, lambda: self.now, [follow_statuses]
        )
        self._ticks = self._deals = 0
        self.at = AT

    def settle(self) -> None:
        """Everything that is under way arrives: commands, verdicts, what follows from them."""
        for _ in range(4):
            self.deliver()
            self._forward()
            judge_all(self.worker)
            self.project()

    def _forward(self) -> None:
        """What the platform tells of new accounts."""
        for command in self.platform.done:
            if isinstance(command, CreateAccount):
                said = AccountOpened(command.login, AT, "USD", command.balance, owner=command.owner)
                self.intake.events([said], source="platform", key=f"opened/{command.login}")

    def later(self, **spans: float) -> None:
        self.at += int(timedelta(**spans).total_seconds()) * 1_000_000
        self.platform.at = self.at
        self.now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.at)
        assert micros_of(self.now) == self.at

    def tick(self, bid: Decimal) -> None:
        """The market is at ``bid``, and whoever holds anything is judged by it."""
        self.later(seconds=1)
        self._ticks += 1
        points = int(bid.scaleb(5))
        ticks = Ticks(
            self._ticks, "feed", self._ticks, np.array([1], np.int32),
            np.array([self.at], np.int64), np.array([points], np.int64),
            np.array([points], np.int64),
        )  # fmt: skip
        self.intake.write_market(f"tick/{self._ticks}", ticks)
        self.intake.write(f"mark/{self._ticks}", Mark(self._ticks))

    def deal(self, enrolment: Enrolment, entry: str, price: Decimal, profit: Decimal) -> None:
        """A fill of the newest account's only position, as the platform books it."""
        self.later(seconds=1)
        self._deals += entry == "in"
        account = self.running(enrolment).account
        said = Deal(
            account.engine_account, self.at, f"D{self._deals}{entry}", f"P{self._deals}",
            "EURUSD", "buy" if entry == "in" else "sell", "in" if entry == "in" else "out",
            LOTS, price, profit=profit,
        )  # fmt: skip
        self.platform.held[account.login].positions = [f"P{self._deals}"] * (entry == "in")
        self.intake.events([said], source="platform", key=said.id)

    def bring_in(self, enrolment: Enrolment, profit: Decimal) -> None:
        """A round trip on a new day that earns ``profit``."""
        self.later(days=1)
        self.tick(OPEN)
        self.deal(enrolment, "in", OPEN, Decimal(0))
        price = OPEN + profit / (LOTS * 100_000)
        self.tick(price)
        self.deal(enrolment, "out", price, profit)
        self.settle()
