"""What the engine says, read from its log once for all who follow it.

It must not be used by two threads: its reader is one thread's. It holds the newest records alone;
who is further behind reads the log itself.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from propdesk.ports.event_log import EventLogError, OffsetGone, Reader, Record
from propdesk.wire.log_codec import LogCodecError, decode
from propdesk.wire.log_records import (
    EngineRecord,
    StatusChanged,
    VerdictCorrected,
    VerdictSaid,
)

Answer = TypeVar("Answer")
KEPT_MAX = 4_096
READ_BYTES_MAX = 262_144
EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Told:
    """A record of a stream of verdicts; ``said`` None: nothing a client is told of."""

    stream: str
    offset: int
    said: VerdictSaid | VerdictCorrected | StatusChanged | None


@dataclass(slots=True)
class _Kept:
    """The newest records of one stream, without holes."""

    records: deque[Told] = field(default_factory=lambda: deque(maxlen=KEPT_MAX))
    read_at: float = float("-inf")


@dataclass(frozen=True, slots=True)
class _Ask:
    """What a reader is asked of one stream."""

    stream: str

    def last(self, reader: Reader) -> int:
        return reader.last(self.stream)

    def first(self, reader: Reader) -> int:
        return reader.first(self.stream)


class Tail:
    """The streams of verdicts. Each call may raise what the log raises, and ``OffsetGone``."""

    def __init__(
        self,
        reader: Callable[[], Reader],
        streams: Sequence[str],
        clock: Callable[[], float],
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self.streams = tuple(streams)
        self._open = reader
        self._reader: Reader | None = None
        self._clock = clock
        self._every_s = every_s
        self._kept = {stream: _Kept() for stream in self.streams}

    def newest(self) -> dict[str, int]:
        """The place behind everything said so far."""
        return {each: self._asking(_Ask(each).last) for each in self.streams}

    def oldest(self) -> dict[str, int]:
        """The place before everything that is still kept."""
        return {each: max(0, self._asking(_Ask(each).first) - 1) for each in self.streams}

    def behind(self, places: Mapping[str, int]) -> list[Told]:
        """What was said behind the places, in each stream's order; of much, a first part."""
        found: list[Told] = []
        for stream in self.streams:
            found += self._behind(stream, places[stream])
        return found

    def close(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _behind(self, stream: str, after: int) -> Sequence[Told]:
        kept = self._kept[stream]
        self._refresh(stream, kept, after)
        if not kept.records or after >= kept.records[-1].offset:
            return ()
        first = kept.records[0].offset
        if after + 1 < first:
            return self._read(stream, after)
        return [each for each in kept.records if each.offset > after]

    def _refresh(self, stream: str, kept: _Kept, after: int) -> None:
        now = self._clock()
        if now - kept.read_at < self._every_s:
            return
        kept.read_at = now
        # Where nobody has read for long, what is kept begins where the first who follows is.
        if kept.records and after > kept.records[-1].offset:
            kept.records.clear()
        upto = kept.records[-1].offset if kept.records else after
        kept.records.extend(self._read(stream, upto))

    def _read(self, stream: str, after: int) -> list[Told]:
        records = self._asking(lambda r: r.read(stream, after, bytes_max=READ_BYTES_MAX))
        return [_told(each) for each in records]

    def _asking(self, ask: Callable[[Reader], Answer]) -> Answer:
        if self._reader is None:
            self._reader = self._open()
        try:
            return ask(self._reader)
        except OffsetGone:
            raise
        except EventLogError:
            # Another connection is tried the next time.
            self.close()
            raise


def _told(record: Record) -> Told:
    try:
        said: EngineRecord | object = decode(record.body)
    except LogCodecError:
        said = None
    known = said if isinstance(said, VerdictSaid | VerdictCorrected | StatusChanged) else None
    return Told(record.stream, record.offset, known)
