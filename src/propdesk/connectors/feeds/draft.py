"""One append in the making: ticks into the market, and everything else into the partitions.

The market's entries come first, so that no mark names a tick that is not there. Keys follow from
what is written, so that the same append made twice is written once. It must not decide anything.
"""

from dataclasses import dataclass, field

import numpy as np

from propdesk.domain.events import GapClosed, GapOpened, TimePassed
from propdesk.ports.event_log import Entry
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import (
    MARKET,
    SEQUENCER,
    BackFilled,
    Mark,
    SequencerStood,
    SymbolDefined,
    Ticks,
    events_of,
)

BATCH_TICKS_MAX = 16_384


@dataclass(slots=True)
class _Run:
    """Ticks of one feed whose sequence numbers follow one another."""

    feed: str
    first: int
    sequence: int
    late: bool
    symbol: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    bid: list[int] = field(default_factory=list)
    ask: list[int] = field(default_factory=list)

    def ticks(self) -> Ticks:
        return Ticks(
            first=self.first,
            feed=self.feed,
            sequence=self.sequence,
            symbol=np.array(self.symbol, np.int32),
            at=np.array(self.at, np.int64),
            bid=np.array(self.bid, np.int64),
            ask=np.array(self.ask, np.int64),
        )


class Draft:
    """The entries of one append. ``marked`` is the last mark of each partition, and is moved on."""

    def __init__(self, tick: int, marked: list[int]) -> None:
        self.tick = tick
        """The number of the last tick."""
        self._marked = marked
        self._market: list[Entry] = []
        self._events: list[Entry] = []
        self._run: _Run | None = None

    def add_tick(
        self, feed: str, sequence: int, row: tuple[int, int, int, int], *, late: bool = False
    ) -> None:
        """``row`` is the symbol's number, the time, and the points of bid and ask; ``late``: it
        was missing in a gap."""
        run = self._run
        if (
            run is None
            or run.feed != feed
            or run.late is not late
            or run.sequence + len(run.at) != sequence
            or len(run.at) >= BATCH_TICKS_MAX
        ):
            self._close_run()
            run = self._run = _Run(feed, self.tick + 1, sequence, late)
        self.tick += 1
        run.symbol.append(row[0])
        run.at.append(row[1])
        run.bid.append(row[2])
        run.ask.append(row[3])

    def define(self, symbol: SymbolDefined) -> None:
        self._close_run()
        key = f"symbol/{symbol.number}/{symbol.digits}"
        self._market.append(Entry(MARKET, key, encode(symbol)))

    def add(self, partition: int, key: str, body: bytes) -> None:
        """A written record of one partition, behind every tick so far."""
        self._mark(partition)
        self._events.append(Entry(events_of(partition), key, body))

    def add_everywhere(self, key: str, body: bytes) -> None:
        for partition in range(len(self._marked)):
            self.add(partition, key, body)

    def open_gap(self, feed: str, gap: GapOpened) -> None:
        self.add_everywhere(f"gap/{feed}/{gap.symbol}/{self.tick}/{gap.reason}", encode(gap))

    def close_gap(self, feed: str, gap: GapClosed) -> None:
        self.add_everywhere(f"gap-closed/{feed}/{gap.symbol}/{self.tick}", encode(gap))

    def fill_gap(self, feed: str, gap: GapClosed, since: int) -> None:
        self.add_everywhere(f"gap-filled/{feed}/{gap.symbol}/{since}/{self.tick}", encode(gap))

    def pass_time(self, at: int) -> None:
        self.add_everywhere(f"time/{at}", encode(TimePassed(at)))

    def stand(self, stood: SequencerStood) -> None:
        self._market.append(Entry(SEQUENCER, f"stood/{stood.time}/{stood.tick}", encode(stood)))

    def entries(self) -> list[Entry]:
        """Everything, every tick marked."""
        self._close_run()
        for partition in range(len(self._marked)):
            self._mark(partition)
        return [*self._market, *self._events]

    def _mark(self, partition: int) -> None:
        if self._marked[partition] < self.tick:
            self._marked[partition] = self.tick
            entry = Entry(events_of(partition), f"mark/{self.tick}", encode(Mark(self.tick)))
            self._events.append(entry)

    def _close_run(self) -> None:
        if self._run is not None:
            ticks = self._run.ticks()
            record = BackFilled(ticks) if self._run.late else ticks
            self._market.append(Entry(MARKET, f"ticks/{ticks.first}", encode(record)))
            self._run = None
