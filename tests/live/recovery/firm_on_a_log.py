"""A drawn firm written to a log, and engines that judge it, are lost, and go on."""

import random
from collections.abc import Iterable, Sequence
from decimal import Decimal

from propdesk.boot.engine_process import rulebook_of
from propdesk.boot.engine_worker import EngineWorker, Firm
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.engine.builds import PLAIN
from propdesk.ports.event_log import Entry, EventLog, Record
from propdesk.ports.snapshot_store import SnapshotStore
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    MarketRecord,
    PartitionRecord,
    events_of,
    verdicts_of,
)
from propdesk.wire.rulebook_file import load_rulebook
from tests.live.engine_drive import records_of
from tests.live.markets import CATALOGUE, Market, Trader

Written = MarketRecord | PartitionRecord
EVENTS, VERDICTS = events_of(0), verdicts_of(0)
FIRM = Firm(PLAIN, CATALOGUE, rulebook_of, CelConditions())
PROGRAMMES = (
    ("ftmo-2-step", "challenge"),
    ("topstep-combine", "combine"),
    ("fundingpips-zero", "funded"),
)


def enrolled(account: str, programme: str, phase: str, size: Decimal) -> AccountEnrolled:
    loaded = load_rulebook(programme)
    rulebook = loaded.rulebook
    return AccountEnrolled(
        account, rulebook.name, rulebook.version, loaded.sha256, phase, str(size)
    )


def traders_of(count: int) -> list[tuple[Trader, AccountEnrolled]]:
    """Accounts of several programmes, in two currencies."""
    found = []
    for number in range(count):
        programme, phase_name = PROGRAMMES[number % len(PROGRAMMES)]
        rulebook = load_rulebook(programme).rulebook
        phase = rulebook.phase(phase_name)
        size = max((each.size for each in rulebook.sizes), default=Decimal(100000))
        from_zero = (phase.accounting or rulebook.accounting).balance_origin == "zero"
        currency = "EUR" if number % 3 == 2 else "USD"
        trader = Trader(f"A{number}", currency, Decimal(0) if from_zero else size)
        found.append((trader, enrolled(trader.name, programme, phase_name, size)))
    return found


def drawn(seed: int, *, accounts: int = 6, steps: int = 250) -> list[Written]:
    """The records of a drawn firm, in the order of the log; batches and marks are drawn too."""
    firm = traders_of(accounts)
    market = Market(seed, [trader for trader, _ in firm])
    records = records_of(market.steps(steps), random.Random(seed))
    return [*(command for _, command in firm), *records]


class WrittenLog:
    """A log that records are written to one by one."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self._writer = log.writer([MARKET, EVENTS], "drill")
        self._count = 0

    def write(self, records: Iterable[Written]) -> None:
        for record in records:
            self._count += 1
            stream = MARKET if isinstance(record, MarketRecord) else EVENTS
            self._writer.append([Entry(stream, f"n{self._count}", encode(record))])


def engine_on(
    log: EventLog, snapshots: SnapshotStore, alarms: list[str], firm: Firm = FIRM
) -> EngineWorker:
    """An engine as its process makes one: it takes the stream of verdicts over."""
    return EngineWorker(
        0,
        firm,
        reader=log.reader(),
        writer=log.writer([VERDICTS], "engine"),
        snapshots=snapshots,
        questions=HandOver(),
        alarm=alarms.append,
    )


def judge_all(engine: EngineWorker) -> None:
    while engine.behind:
        engine.step(0)


def said_on(log: EventLog) -> list[tuple[str, bytes]]:
    """Keys and bodies of the stream of verdicts."""
    return [(each.key, each.body) for each in records_on(log, VERDICTS)]


def records_on(log: EventLog, stream: str) -> Sequence[Record]:
    reader = log.reader()
    found: list[Record] = []
    while more := reader.read(stream, found[-1].offset if found else 0):
        found += more
    reader.close()
    return found
