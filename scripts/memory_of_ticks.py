"""Drives made-up ticks through sequencer, log, engine and archive, and prints how memory goes.

    python -m scripts.memory_of_ticks --ticks 100000000

One process: what a log server keeps is not measured, what the project's own parts keep is. The log
is in memory and keeps what a reader may still need; snapshots and the archive are files. Prices
walk, a few accounts deal, days roll. Prints JSON: the resident memory at each fortieth of the way.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import numpy as np

from propdesk.boot.engine_worker import EngineWorker, Firm
from propdesk.boot.settings import load
from propdesk.connectors.engine_queries.frames import AskAccount, AskBoard, Question
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.connectors.feeds.deliveries import Delivery, EventsCame, QuotesCame
from propdesk.connectors.feeds.quote_policy import QuotePolicy
from propdesk.connectors.feeds.sequencer import Sequencer
from propdesk.connectors.feeds.standing import recover, streams_of
from propdesk.domain.events import AccountOpened, Deal
from propdesk.domain.instants import MINUTE, SECOND, parse_instant
from propdesk.engine.builds import build_kernel
from propdesk.engine.index_parts import LogSize
from propdesk.ports.event_log import Entry
from propdesk.ports.intake import FeedQuote
from propdesk.ports.memory_log import MemoryLog
from propdesk.storage.snapshot_files import FileSnapshots
from propdesk.storage.tick_archive import FileTickArchive
from propdesk.storage.tick_archive.market_follower import MarketFollower
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_records import MARKET, AccountEnrolled, events_of, verdicts_of
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook

FEED, PLATFORM = "made-up", "server"
START = parse_instant("2026-03-02T08:00:00Z")
TICK_US = 10_000
"""From one tick to the next: a hundred million are eleven days."""
BATCH = 2_000
SYMBOLS = {"EURUSD": "1.08000", "USDJPY": "150.000", "GBPUSD": "1.25000", "XAUUSD": "2100.00"}
PROGRAMMES = (
    ("ftmo-2-step", "challenge"), ("topstep-combine", "combine"), ("fundingpips-zero", "funded"),
)  # fmt: skip
ACCOUNTS = 6
ASKED_EVERY, SAVED_EVERY = 5, 50
DEALS = 200
"""In the whole run: an account keeps its trades, and they are not what is measured."""
SAMPLES = 40
SEGMENT_RECORDS = 64
LOG = LogSize(tops=1)
"""The index's log is full after a hundred and thirty thousand ticks, and grows no more."""
FLUSH_TICKS, FLUSH_S = 100_000, 3_600.0
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Walk:
    """Prices that go round a day's range: the same few hundred values come again."""

    def __init__(self, seed: int) -> None:
        self.chance = np.random.default_rng(seed)
        self.names = tuple(SYMBOLS)
        self.place = [0 for _ in self.names]
        self.prices: dict[tuple[int, int], tuple[Decimal, Decimal]] = {}
        self.sequence = 0

    def batch(self, begun: int) -> list[FeedQuote]:
        found = []
        symbols = self.chance.integers(len(self.names), size=BATCH).tolist()
        moves = self.chance.integers(-3, 4, size=BATCH).tolist()
        for number, (which, move) in enumerate(zip(symbols, moves, strict=True)):
            self.sequence += 1
            place = self.place[which]
            place += move - place // 400
            self.place[which] = place
            bid, ask = self.quoted(which, place)
            at = begun + (number + 1) * TICK_US
            found.append(FeedQuote(self.sequence, self.names[which], at, bid, ask))
        return found

    def quoted(self, which: int, place: int) -> tuple[Decimal, Decimal]:
        known = self.prices.get((which, place))
        if known is None:
            first = Decimal(SYMBOLS[self.names[which]])
            point = Decimal((0, (1,), int(first.as_tuple().exponent)))
            known = first + point * place, first + point * (place + 8)
            self.prices[which, place] = known
        return known

    def bid(self, which: int) -> Decimal:
        return self.quoted(which, self.place[which])[0]


class Run:
    """Everything between a feed and an account's judges, wired as the processes wire it."""

    def __init__(self, home: Path, seed: int, deals_every: int) -> None:
        self.deals_every = deals_every
        self.walk, self.now = Walk(seed), START
        self.log = MemoryLog(segment_records=SEGMENT_RECORDS)
        self.writer, reader = self.log.writer(streams_of(1), "intake"), self.log.reader()
        self.sequencer = Sequencer(
            recover(reader, 1), catalogue=load_catalogue(), policy=QuotePolicy(), now=START
        )
        self.questions = HandOver()
        self.engine = EngineWorker(
            0,
            Firm(
                build_kernel(home=load(os.environ).home), load_catalogue(), rulebook_of,
                CelConditions(), LOG,
            ),
            reader=reader, writer=self.log.writer([verdicts_of(0)], "engine"),
            snapshots=FileSnapshots(home, stop), questions=self.questions, alarm=stop,
        )  # fmt: skip
        self.archive = FileTickArchive(home, stop)
        self.follower = MarketFollower(
            self.log.reader(), self.archive, stop, flush_s=FLUSH_S, flush_ticks=FLUSH_TICKS
        )
        self.deals = 0

    def open_accounts(self) -> None:
        events: list[Any] = []
        for number in range(ACCOUNTS):
            name, (programme, phase) = f"A{number}", PROGRAMMES[number % len(PROGRAMMES)]
            loaded = load_rulebook(programme)
            book = loaded.rulebook
            size = max(each.size for each in book.sizes)
            accounting = book.phase(phase).accounting or book.accounting
            balance = Decimal(0) if accounting.balance_origin == "zero" else size
            events += [
                AccountEnrolled(name, book.name, book.version, loaded.sha256, phase, str(size)),
                AccountOpened(name, START, "USD", balance),
            ]
        self.append([EventsCame(PLATFORM, "begin", events, START)])

    def append(self, deliveries: list[Delivery]) -> None:
        entries: list[Entry] = list(self.sequencer.plan(deliveries, self.now).entries)
        self.sequencer.appended(entries, self.writer.append(entries))

    def step(self, number: int) -> None:
        """One batch of ticks, and all that follows from it."""
        quotes = self.walk.batch(self.now)
        self.now = quotes[-1].at
        deliveries: list[Delivery] = [QuotesCame(FEED, quotes, self.now)]
        if number % self.deals_every == 0:
            deliveries += self.dealt()
        self.append(deliveries)
        asked: list[Question] = []
        if number % ASKED_EVERY == 0:
            asked = [AskBoard(limit=50, after=None, search=""), AskAccount(account="A0")]
        answers = [self.questions.ask(each) for each in asked]
        while self.engine.behind or not all(each.done() for each in answers):
            self.engine.step(0)
        for each in answers:
            each.result()  # raises what answering raised
        while self.follower.step(self.now / SECOND):
            continue
        if number % SAVED_EVERY == 0:
            self.engine.save()
            self.forget()

    def dealt(self) -> Iterator[Delivery]:
        """An account opens a position, and closes it when it is its turn again."""
        number, self.deals = self.deals, self.deals + 1
        account = f"A{number % ACCOUNTS}"
        is_in = number // ACCOUNTS % 2 == 0
        opened = number if is_in else number - ACCOUNTS
        which = opened % len(SYMBOLS)
        side: Literal["buy", "sell"] = "buy" if is_in else "sell"
        entry: Literal["in", "out"] = "in" if is_in else "out"
        profit = Decimal(0) if is_in else Decimal("0.10")
        deal = Deal(
            account, self.now, f"D{number}", f"P{opened}", self.walk.names[which], side, entry,
            Decimal("0.01"), self.walk.bid(which), profit=profit,
        )  # fmt: skip
        yield EventsCame(PLATFORM, f"n{number}", [deal], self.now)

    def forget(self) -> None:
        """What nobody needs any more goes, as the retention of an installation has it."""
        partition = self.engine.partition
        self.log.retain(MARKET, min(partition.market, self.archive.kept().offset) + 1)
        self.log.retain(events_of(0), partition.place.offset + 1)
        for stream in ("sequencer", verdicts_of(0)):
            self.log.retain(stream, self.log.span(stream)[1])


def rulebook_of(command: AccountEnrolled) -> LoadedRulebook:
    return load_rulebook(command.rulebook)


def stop(sentence: str) -> None:
    """Nothing here is to raise an alarm."""
    raise RuntimeError(sentence)


def resident_kb() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES // 1024


def measured(ticks: int, seed: int) -> dict[str, Any]:
    """The resident memory at each fortieth of the way, the first sample after the first."""
    batches = ticks // BATCH
    samples: list[int] = []
    with tempfile.TemporaryDirectory(prefix="propdesk-memory-") as home:
        run = Run(Path(home), seed, max(1, batches // DEALS))
        run.open_accounts()
        highest = 0
        for number in range(1, batches + 1):
            run.step(number)
            highest = max(highest, resident_kb())
            if number * SAMPLES // batches > len(samples):
                samples.append(highest)
                highest = 0
                sys.stderr.write(f"{number * BATCH} ticks: {samples[-1]} KB\n")
    return {
        "ticks": batches * BATCH,
        "seed": seed,
        "days": (run.now - START) // (24 * 60 * MINUTE),
        "deals": run.deals,
        "judged_to_tick": run.engine.partition.place.tick,
        "archived_to_tick": run.archive.kept().tick,
        "resident_kb_most_in_each_part": samples,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ticks", type=int, default=100_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    sys.stdout.write(json.dumps(measured(given.ticks, given.seed)) + "\n")


if __name__ == "__main__":
    main()
