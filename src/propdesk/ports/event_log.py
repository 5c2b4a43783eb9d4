"""The event log as its users see it: streams of records, one fenced writer each, many readers.

A record is durable when ``append`` returns. It must not know what a record means.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

STREAM_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{0,47}")
KEY_CHARACTERS_MAX = 256
APPEND_BYTES_MAX = 67_108_864
"""Of all bodies of one ``append`` together."""


class EventLogError(Exception):
    """The root of what a log may say."""


class Fenced(EventLogError):
    """Another writer has taken the stream over. The caller stops writing for good."""


class KeyReused(EventLogError):
    """The key is in the stream with another body. The caller has a fault; nothing was written."""

    def __init__(self, stream: str, key: str) -> None:
        super().__init__(f"{stream}: the key {key!r} was used for another record")
        self.stream = stream
        self.key = key


class Uncertain(EventLogError):
    """Whether it was written is not known. The caller appends the same entries again: keys make
    that safe."""


class LogUnavailable(EventLogError):
    """Nothing was written or read. The caller waits and tries again."""


class OffsetGone(EventLogError):
    """The records asked for were removed by retention. The caller starts from a snapshot."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be appended to ``stream``. The same key and body again is accepted and ignored.

    A key has 1 to ``KEY_CHARACTERS_MAX`` characters, none of them NUL.
    """

    stream: str
    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """What was appended. ``offset`` counts from 1 without holes; ``appended_at`` in microseconds
    of the log's own clock only measures lag."""

    stream: str
    offset: int
    key: str
    body: bytes
    appended_at: int


class Writer(Protocol):
    """The only writer of its streams, until another takes them over."""

    @property
    def epoch(self) -> int:
        """Rises with each take-over of any of its streams."""

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        """Make the entries durable in this order and return their offsets.

        An entry already there has its old offset. Raises ``Fenced``, ``KeyReused``,
        ``Uncertain`` (a prefix may be there) and ``LogUnavailable``; ``ValueError`` for an entry
        that is no entry or belongs to a stream of somebody else.
        """

    def close(self) -> None: ...


@dataclass(slots=True)
class Batch:
    """The entries of one ``append`` for one stream, each key once."""

    keys: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)


def batches_of(
    entries: Sequence[Entry], streams: Mapping[str, object]
) -> tuple[dict[str, Batch], list[tuple[str, int]]]:
    """Sort entries by stream, the same entry twice once; and where each of them is to be found.

    Raises ``ValueError`` for what is no entry, and ``KeyReused`` for a key with two bodies.
    """
    batches: dict[str, Batch] = {}
    seen: dict[tuple[str, str], int] = {}
    places: list[tuple[str, int]] = []
    size = 0
    for entry in entries:
        _check(entry, streams)
        size += len(entry.body)
        batch = batches.setdefault(entry.stream, Batch())
        place = seen.setdefault((entry.stream, entry.key), len(batch.keys))
        if place == len(batch.keys):
            batch.keys.append(entry.key)
            batch.bodies.append(entry.body)
        elif batch.bodies[place] != entry.body:
            raise KeyReused(entry.stream, entry.key)
        places.append((entry.stream, place))
    if size > APPEND_BYTES_MAX:
        raise ValueError(f"{size} bytes in one append, {APPEND_BYTES_MAX} may be")
    return batches, places


def _check(entry: Entry, streams: Mapping[str, object]) -> None:
    if entry.stream not in streams:
        raise ValueError(f"this writer does not hold the stream {entry.stream!r}")
    if not 0 < len(entry.key) <= KEY_CHARACTERS_MAX or "\0" in entry.key:
        raise ValueError(f"{entry.key!r} is no key")
    entry.key.encode()  # a lone surrogate is a ValueError


def check_names(streams: Sequence[str]) -> None:
    """Raises ``ValueError`` for a name no stream can have, and for a writer without streams."""
    if not streams:
        raise ValueError("a writer holds at least one stream")
    for name in streams:
        if not STREAM_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a stream")


class Reader(Protocol):
    """Reads streams in order. One reader belongs to one thread."""

    def read(self, stream: str, after: int, *, bytes_max: int = 4_194_304) -> Sequence[Record]:
        """The records behind offset ``after``, in order: at least one if there is one, and no
        more than about ``bytes_max`` of bodies. Raises ``OffsetGone`` and ``LogUnavailable``."""

    def wait(self, tails: Mapping[str, int], timeout_s: float) -> bool:
        """Sleep until one of the streams has a record behind its offset; False: none came.

        Is woken by the log and does not poll it.
        """

    def last(self, stream: str) -> int:
        """The newest offset; 0 for an empty stream."""

    def first(self, stream: str) -> int:
        """The oldest offset still kept; 0 for an empty stream."""

    def close(self) -> None: ...


class EventLog(Protocol):
    """A place where streams are."""

    def writer(self, streams: Sequence[str], owner: str) -> Writer:
        """Take over the streams: whoever wrote them before is fenced from here on.

        Raises ``LogUnavailable``, and ``ValueError`` for a name no stream can have.
        """

    def reader(self) -> Reader: ...

    def retain(self, stream: str, from_offset: int) -> int:
        """Remove whole old segments before ``from_offset``; the number of records removed."""

    def durability(self) -> Mapping[str, str]:
        """The settings that make ``append`` durable, as measured, for results to print."""
