"""An event log in memory, for tests and trials: one process, gone with it.

It must not be used where anything is to last.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Condition

from propdesk.ports.event_log import (
    Batch,
    Entry,
    EventLog,
    Fenced,
    KeyReused,
    OffsetGone,
    Reader,
    Record,
    Writer,
    batches_of,
    check_names,
)

SEGMENT_RECORDS = 1_048_576


def _monotonic_us() -> int:
    return time.monotonic_ns() // 1000


@dataclass(slots=True)
class _Stream:
    epoch: int = 0
    owner: str = ""
    first: int = 1
    records: list[Record] = field(default_factory=list)
    keys: dict[str, Record] = field(default_factory=dict)
    segments: list[int] = field(default_factory=list)
    """The first offset of each segment."""

    @property
    def last(self) -> int:
        return self.first + len(self.records) - 1


class MemoryLog(EventLog):
    """Streams in lists behind one lock; safe to use from several threads."""

    def __init__(
        self,
        *,
        segment_records: int = SEGMENT_RECORDS,
        clock_us: Callable[[], int] = _monotonic_us,
    ) -> None:
        self._segment_records = segment_records
        self._clock_us = clock_us
        self._streams: dict[str, _Stream] = {}
        self._epoch = 0
        self._changed = Condition()

    def writer(self, streams: Sequence[str], owner: str) -> Writer:
        check_names(streams)
        with self._changed:
            self._epoch += 1
            for name in streams:
                held = self._streams.setdefault(name, _Stream())
                held.epoch, held.owner = self._epoch, owner
            return MemoryWriter(self, tuple(streams), self._epoch)

    def reader(self) -> Reader:
        return MemoryReader(self)

    def retain(self, stream: str, from_offset: int) -> int:
        with self._changed:
            held = self._stream(stream)
            while len(held.segments) > 1 and held.segments[1] <= from_offset:
                held.segments.pop(0)
            first = held.segments[0] if held.segments else 1
            gone, held.records = (
                held.records[: first - held.first],
                held.records[first - held.first :],
            )
            held.first = first
            for record in gone:
                del held.keys[record.key]
            return len(gone)

    def durability(self) -> Mapping[str, str]:
        return {"log": "memory", "fsync": "none"}

    def append(self, batches: Mapping[str, Batch], epoch: int) -> dict[str, list[int]]:
        """What a writer of ``epoch`` may append, all of it or nothing; the offsets."""
        with self._changed:
            for name, batch in batches.items():
                self._guard(name, batch, epoch)
            # After this point everything is appended.
            offsets = {name: self._extend(name, batch) for name, batch in batches.items()}
            self._changed.notify_all()
            return offsets

    def records(self, stream: str, after: int) -> list[Record]:
        """Everything behind ``after``. Raises ``OffsetGone``."""
        with self._changed:
            held = self._stream(stream)
            if after + 1 < held.first:
                raise OffsetGone(f"{stream}: {after + 1} is gone, {held.first} is the oldest")
            return held.records[after + 1 - held.first :]

    def span(self, stream: str) -> tuple[int, int]:
        """The oldest and the newest offset; twice 0 for an empty stream."""
        with self._changed:
            held = self._stream(stream)
            return (held.first, held.last) if held.records else (0, 0)

    def wait(self, tails: Mapping[str, int], timeout_s: float) -> bool:
        """Sleep until a stream has a record behind its offset."""
        with self._changed:
            return self._changed.wait_for(
                lambda: any(self._stream(name).last > tail for name, tail in tails.items()),
                timeout_s,
            )

    def _stream(self, name: str) -> _Stream:
        return self._streams.get(name) or _Stream()

    def _guard(self, name: str, batch: Batch, epoch: int) -> None:
        held = self._streams[name]
        if held.epoch != epoch:
            raise Fenced(f"stream {name} is held by {held.owner} in epoch {held.epoch}")
        for key, body in zip(batch.keys, batch.bodies, strict=True):
            known = held.keys.get(key)
            if known is not None and known.body != body:
                raise KeyReused(name, key)

    def _extend(self, name: str, batch: Batch) -> list[int]:
        held = self._streams[name]
        now = self._clock_us()
        if any(key not in held.keys for key in batch.keys) and (
            not held.segments or held.last - held.segments[-1] + 1 >= self._segment_records
        ):
            held.segments.append(held.last + 1)
        offsets = []
        for key, body in zip(batch.keys, batch.bodies, strict=True):
            known = held.keys.get(key)
            if known is None:
                known = held.keys[key] = Record(name, held.last + 1, key, bytes(body), now)
                held.records.append(known)
            offsets.append(known.offset)
        return offsets


class MemoryWriter(Writer):
    """A writer of a ``MemoryLog``."""

    def __init__(self, log: MemoryLog, streams: tuple[str, ...], epoch: int) -> None:
        self._log = log
        self._streams = dict.fromkeys(streams)
        self._epoch = epoch

    @property
    def epoch(self) -> int:
        return self._epoch

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        batches, places = batches_of(entries, self._streams)
        offsets = self._log.append(batches, self._epoch)
        return [offsets[name][place] for name, place in places]

    def close(self) -> None:
        """Nothing is held."""


class MemoryReader(Reader):
    """A reader of a ``MemoryLog``."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    def read(self, stream: str, after: int, *, bytes_max: int = 4_194_304) -> Sequence[Record]:
        found: list[Record] = []
        size = 0
        for record in self._log.records(stream, after):
            size += len(record.body)
            if found and size > bytes_max:
                break
            found.append(record)
        return found

    def wait(self, tails: Mapping[str, int], timeout_s: float) -> bool:
        return self._log.wait(tails, timeout_s)

    def last(self, stream: str) -> int:
        return self._log.span(stream)[1]

    def first(self, stream: str) -> int:
        return self._log.span(stream)[0]

    def close(self) -> None:
        """Nothing is held."""
