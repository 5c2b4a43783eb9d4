"""Where the sequencer was when it last ran: the newest record of its own, and the tails behind it.

It must not guess: a record of its own streams that cannot be read stops the start.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from propdesk.domain.events import GapClosed, GapOpened, TimePassed
from propdesk.ports.event_log import Reader
from propdesk.wire.log_codec import LogCodecError, decode
from propdesk.wire.log_records import (
    MARKET,
    SEQUENCER,
    LogRecord,
    Mark,
    SequencerStood,
    SymbolDefined,
    SymbolStood,
    Ticks,
    events_of,
)


class StandingLost(Exception):
    """The streams cannot be gone on with; a person must look. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where to go on. ``torn`` are symbols of whose gap not every partition was told."""

    stood: SequencerStood
    marked: tuple[int, ...]
    torn: frozenset[str]


def recover(reader: Reader, partitions: int) -> Standing:
    """Read where the sequencer was. Raises ``StandingLost`` and what the reader raises."""
    stood = _newest(reader, partitions)
    if len(stood.events) != partitions:
        raise StandingLost(f"the log has {len(stood.events)} partitions, not {partitions}")
    market = _Market.of(stood)
    for offset, record in _behind(reader, MARKET, stood.market):
        market.fold(offset, record)
    known = {each.symbol: each.gap for each in market.symbols.values()}
    tails = [_Tail(dict(known), stood.time, offset) for offset in stood.events]
    for number, tail in enumerate(tails):
        for offset, record in _behind(reader, events_of(number), tail.offset):
            tail.fold(offset, record)
    gaps = {
        symbol: tails[0].gaps.get(symbol, "")
        for symbol in known
        if len({tail.gaps.get(symbol, "") for tail in tails}) == 1
    }
    return Standing(
        SequencerStood(
            tick=market.tick,
            time=max(tail.time for tail in tails),
            market=market.offset,
            events=tuple(tail.offset for tail in tails),
            symbols=tuple(
                replace(each, gap=gaps.get(each.symbol, "")) for each in market.symbols.values()
            ),
            sequences=market.sequences,
        ),
        tuple(tail.mark for tail in tails),
        frozenset(known.keys() - gaps.keys()),
    )


def _newest(reader: Reader, partitions: int) -> SequencerStood:
    last = reader.last(SEQUENCER)
    for _, record in _behind(reader, SEQUENCER, last - 1) if last else ():
        if isinstance(record, SequencerStood):
            return record
    return SequencerStood(0, 0, 0, (0,) * partitions, (), {})


def _behind(reader: Reader, stream: str, after: int) -> Iterator[tuple[int, LogRecord]]:
    while records := reader.read(stream, after):
        for record in records:
            try:
                yield record.offset, decode(record.body)
            except LogCodecError as error:
                raise StandingLost(f"{stream}, record {record.offset}: {error}") from None
        after = records[-1].offset


@dataclass(slots=True)
class _Market:
    """The market stream folded. Mutable: it walks."""

    tick: int
    offset: int
    symbols: dict[int, SymbolStood]
    sequences: dict[str, int]

    @staticmethod
    def of(stood: SequencerStood) -> "_Market":
        symbols = {each.number: each for each in stood.symbols}
        return _Market(stood.tick, stood.market, symbols, dict(stood.sequences))

    def fold(self, offset: int, record: LogRecord) -> None:
        self.offset = offset
        if isinstance(record, SymbolDefined):
            before = self.symbols.get(record.number)
            self.symbols[record.number] = (
                SymbolStood(record.number, record.feed, record.symbol, record.digits, 0, "")
                if before is None
                else replace(before, digits=record.digits)
            )
        elif isinstance(record, Ticks):
            self.tick = record.last
            self.sequences[record.feed] = record.sequence + len(record.at) - 1
            for number in np.unique(record.symbol).tolist():
                at = int(record.at[record.symbol == number][-1])
                self.symbols[number] = replace(self.symbols[number], at=at)


@dataclass(slots=True)
class _Tail:
    """One partition's stream folded. Mutable: it walks."""

    gaps: dict[str, str]
    time: int
    offset: int
    mark: int = field(default=0)

    def fold(self, offset: int, record: LogRecord) -> None:
        self.offset = offset
        match record:
            case Mark():
                self.mark = record.tick
            case TimePassed():
                self.time = max(self.time, record.at)
            case GapOpened():
                self.gaps[record.symbol] = record.reason
            case GapClosed():
                self.gaps.pop(record.symbol, None)


def streams_of(partitions: int) -> Sequence[str]:
    """The streams the sequencer alone writes."""
    return (MARKET, SEQUENCER, *(events_of(number) for number in range(partitions)))
