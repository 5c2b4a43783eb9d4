"""Where the sequencer was when it last ran: the newest record of its own, and the tails behind it.

It must not guess: a record of its own streams that cannot be read stops the start.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from propdesk.connectors.feeds.fillable import Fillable, Place
from propdesk.domain.events import GapClosed, GapOpened, TimePassed
from propdesk.ports.event_log import Reader
from propdesk.wire.log_codec import LogCodecError, decode
from propdesk.wire.log_records import (
    MARKET,
    SEQUENCER,
    BackFilled,
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
    begun = {each.symbol: each.at for each in stood.symbols if each.gap}
    tails = [_Tail(dict(known), stood.time, offset, dict(begun)) for offset in stood.events]
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
                _with_gaps(each, gaps.get(each.symbol, ""), tails[0], market.filled)
                for each in market.symbols.values()
            ),
            sequences=market.sequences,
        ),
        tuple(tail.mark for tail in tails),
        frozenset(known.keys() - gaps.keys()),
    )


def _with_gaps(
    symbol: SymbolStood, gap: str, tail: "_Tail", filled: Sequence[tuple[int, int, int]]
) -> SymbolStood:
    """The symbol as it stood last, with what its partition heard of its gaps since."""
    fillable, at = Fillable(list(symbol.gaps)), symbol.at
    for event in tail.heard.get(symbol.symbol, ()):
        match event:
            case GapOpened():
                fillable.open(event.at, -1)
            case GapClosed(back_filled=False):
                fillable.close(event.at, -1)
            case GapClosed():
                fillable.fill(event.at)
                at = max(at, event.at)
    gaps = fillable.gaps
    if gaps and not gaps[-1].until and gaps[-1].sequence < 0:
        gaps[-1] = replace(gaps[-1], sequence=symbol.sequence)  # none came since it began
    for number, when, sequence in filled:
        place, which = fillable.place_of(when, sequence)
        if number == symbol.number and place is Place.MISSING:
            fillable.take(which, when, sequence)
    return replace(symbol, gap=gap, at=at, gaps=tuple(gaps))


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
    filled: list[tuple[int, int, int]] = field(default_factory=list)
    """Back-filled ticks: symbol, time and the feed's number."""

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
                row = int(np.flatnonzero(record.symbol == number)[-1])
                at, sequence = int(record.at[row]), record.sequence + row
                self.symbols[number] = replace(self.symbols[number], at=at, sequence=sequence)
        elif isinstance(record, BackFilled):
            ticks, self.tick = record.ticks, record.last
            for row, number in enumerate(ticks.symbol.tolist()):
                self.filled.append((number, int(ticks.at[row]), ticks.sequence + row))


@dataclass(slots=True)
class _Tail:
    """One partition's stream folded. Mutable: it walks."""

    gaps: dict[str, str]
    time: int
    offset: int
    begun: dict[str, int]
    """When the gaps that are open began."""
    mark: int = field(default=0)
    heard: dict[str, list[GapOpened | GapClosed]] = field(default_factory=dict)

    def fold(self, offset: int, record: LogRecord) -> None:
        self.offset = offset
        match record:
            case Mark():
                self.mark = record.tick
            case TimePassed():
                self.time = max(self.time, record.at)
            case GapOpened():
                self.gaps[record.symbol] = record.reason
                self.begun[record.symbol] = record.at
                self.heard.setdefault(record.symbol, []).append(record)
            case GapClosed():
                # One that is filled later ends nothing that began behind it.
                if not record.back_filled or record.at > self.begun.get(record.symbol, 0):
                    self.gaps.pop(record.symbol, None)
                self.heard.setdefault(record.symbol, []).append(record)


def streams_of(partitions: int) -> Sequence[str]:
    """The streams the sequencer alone writes."""
    return (MARKET, SEQUENCER, *(events_of(number) for number in range(partitions)))
