"""Drives a partition of the engine with drawn markets, record by record, as the log would."""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from propdesk.domain.events import (
    Event,
    GapClosed,
    GapOpened,
    GroupFormed,
    NewsScheduled,
    Quote,
    TimePassed,
)
from propdesk.engine.book import Book
from propdesk.engine.builds import PLAIN
from propdesk.engine.desk import Desk
from propdesk.engine.partition import Partition
from propdesk.engine.recovery import restored, saved, state_version
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_records import (
    AccountEnrolled,
    EngineRecord,
    Mark,
    Moment,
    PartitionRecord,
    SymbolDefined,
    Ticks,
)
from propdesk.wire.rulebook_file import LoadedRulebook
from tests.live.markets import CATALOGUE, SYMBOLS, Step

NUMBERS = {name: number for number, (name, *_) in enumerate(SYMBOLS)}
DIGITS = {name: digits for name, _, digits, *_ in SYMBOLS}
FEED = "drawn"


def batch_of(quotes: Sequence[Quote], first: int, digits: Mapping[str, int] = DIGITS) -> Ticks:
    """Consecutive quotes as one batch of the market stream; symbols are numbered as listed."""
    numbers = {name: number for number, name in enumerate(digits)}
    return Ticks(
        first,
        FEED,
        first,
        np.array([numbers[each.symbol] for each in quotes], np.int32),
        np.array([each.at for each in quotes], np.int64),
        np.array([int(each.bid.scaleb(digits[each.symbol])) for each in quotes], np.int64),
        np.array([int(each.ask.scaleb(digits[each.symbol])) for each in quotes], np.int64),
    )


def records_of(
    steps: Iterable[Step],
    batches: random.Random | None = None,
    digits: Mapping[str, int] = DIGITS,
) -> Iterator[SymbolDefined | Ticks | PartitionRecord]:
    """The log of these steps: market records and the partition's, in the order of the log.

    Without ``batches`` each quote is a batch and has a mark; with it, batches and marks are drawn.
    """
    for number, (name, places) in enumerate(digits.items()):
        yield SymbolDefined(number, FEED, name, places)
    waiting: list[Quote] = []
    first = 1

    def flushed() -> Iterator[Ticks | Mark]:
        nonlocal first
        if not waiting:
            return
        ticks = batch_of(waiting, first, digits)
        yield ticks
        if batches is not None and len(waiting) > 1 and batches.random() < 0.3:
            yield Mark(first + batches.randrange(len(waiting)))
        yield Mark(ticks.last)
        first = ticks.last + 1
        waiting.clear()

    for step in steps:
        if isinstance(step, Quote):
            waiting.append(step)
            if batches is None or batches.random() < 0.1:
                yield from flushed()
            continue
        yield from flushed()
        event = step[0]
        if isinstance(event, GapOpened | GapClosed | GroupFormed | NewsScheduled | TimePassed):
            yield event
        else:
            yield Moment(account_of(event), step)
    yield from flushed()


def account_of(event: Event) -> str:
    return str(getattr(event, "account"))  # noqa: B009 - not every event has one


class Driven:
    """A partition with its desk, its alarms and everything it said."""

    def __init__(
        self,
        loaded: LoadedRulebook | Mapping[str, LoadedRulebook],
        kernel: Any = None,
    ) -> None:
        self.kernel = PLAIN if kernel is None else kernel
        book = Book(self.kernel)
        self.alarms: list[str] = []
        self.loaded = loaded
        self.desk = Desk(
            book,
            CATALOGUE,
            self._rulebook,
            conditions=CelConditions(),
            alarm=self.alarms.append,
        )
        self.partition = Partition(self.desk, "events/0")
        self.said: list[EngineRecord] = []
        self.market: list[SymbolDefined | Ticks] = []
        self.offset = 0
        self.snapshots = MemorySnapshots()
        self.base: int | None = None

    def enrol(self, account: str, phase: str, size: object) -> None:
        loaded = self.loaded if isinstance(self.loaded, LoadedRulebook) else self.loaded[account]
        name, version = loaded.rulebook.name, loaded.rulebook.version
        self.take(AccountEnrolled(account, name, version, loaded.sha256, phase, str(size)))

    def _rulebook(self, command: AccountEnrolled) -> LoadedRulebook:
        if isinstance(self.loaded, LoadedRulebook):
            return self.loaded
        return self.loaded[command.account]

    def take(self, record: SymbolDefined | Ticks | PartitionRecord) -> None:
        if isinstance(record, SymbolDefined | Ticks):
            self.market.append(record)
            self.partition.hand_in(len(self.market), record)
            return
        self.offset += 1
        self.said += self.partition.apply(self.offset, record)

    def restart(self) -> None:
        """Everything is written to a snapshot, lost, and read again."""
        state = saved(self.partition)
        self.base = self.snapshots.write(
            "0",
            state.offset,
            state_version(),
            parts=state.parts,
            changed=state.changed,
            blob_count=state.blob_count,
            base=self.base,
        )
        snapshot = next(self.snapshots.newest_first("0"))
        self.partition = restored(
            snapshot,
            "events/0",
            kernel=self.kernel,
            catalogue=CATALOGUE,
            rulebooks=self._rulebook,
            conditions=CelConditions(),
            alarm=self.alarms.append,
        )
        self.desk = self.partition.desk
        for offset, record in enumerate(self.market, start=1):
            if offset > self.partition.market:
                self.partition.hand_in(offset, record)
