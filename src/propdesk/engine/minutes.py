"""The extremes of equity in each minute, for every account with something open.

They are kept by the minute, not by the account, so that a minute costs one pass over the book.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
import numpy as np

from propdesk.domain.instants import MINUTE
from propdesk.engine.book import Book
from propdesk.engine.exposures import MINUTES_KEPT, Exposures
from propdesk.engine.layout import Ints, ShortInts

PART_BYTES_MAX = 16_777_216
"""So much of them a snapshot holds: eight hours of two thousand accounts, or ten minutes of a
hundred thousand. Older ones end with the process."""


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute: sorted slots, the least and greatest equity of each in minor units."""

    at: int
    slots: ShortInts
    low: Ints
    high: Ints


class _Row(msgspec.Struct, array_like=True):
    at: int
    slots: bytes
    low: bytes
    high: bytes


class _Part(msgspec.Struct, array_like=True):
    begun: int
    minutes: list[_Row]


class Minutes:
    """The last ``MINUTES_KEPT`` minutes."""

    def __init__(self, book: Book, exposures: Exposures) -> None:
        self._book, self._exposures = book, exposures
        self._kept: deque[Minute] = deque(maxlen=MINUTES_KEPT)
        self._begun = 0

    def pass_to(self, at: int) -> None:
        """The time is ``at``: the minute that ended before it is complete."""
        minute = at - at % MINUTE
        if minute <= self._begun:
            return
        begun, self._begun = self._begun, minute
        self._exposures.pass_to(minute)
        extremes = self._book.minute_extremes()
        if begun and len(extremes.slot):
            order = np.argsort(extremes.slot, kind="stable")
            self._kept.append(
                Minute(begun, extremes.slot[order], extremes.low[order], extremes.high[order])
            )

    @property
    def since(self) -> int:
        """From which moment on minutes are kept; 0: none has ended or begun yet."""
        return self._kept[0].at if self._kept else self._begun

    # -- snapshots
    def to_part(self, bytes_max: int = PART_BYTES_MAX) -> bytes:
        """The newest minutes as a part of a snapshot, of at most about so many bytes."""
        kept: list[_Row] = []
        for each in reversed(self._kept):
            bytes_max -= each.slots.nbytes + each.low.nbytes + each.high.nbytes
            if bytes_max < 0:
                break
            columns = (np.ascontiguousarray(c).tobytes() for c in (each.slots, each.low, each.high))
            kept.append(_Row(each.at, *columns))
        return msgspec.msgpack.encode(_Part(self._begun, kept[::-1]))

    def recall(self, part: bytes | memoryview) -> None:
        """Go on where a snapshot was; the running minute is in the book. Raises ``ValueError``."""
        told = msgspec.msgpack.decode(part, type=_Part)
        self._begun = told.begun
        for each in told.minutes:
            slots = np.frombuffer(each.slots, np.int32)
            low, high = np.frombuffer(each.low, np.int64), np.frombuffer(each.high, np.int64)
            self._kept.append(Minute(each.at, slots, low, high))

    # -- what is asked
    def of(self, slot: int, since: int) -> Iterator[tuple[int, int, int]]:
        """An account's minutes, oldest first: moment, least, greatest. The last may still run."""
        for minute in self._kept:
            if minute.at < since:
                continue
            place = int(np.searchsorted(minute.slots, slot))
            if place < len(minute.slots) and int(minute.slots[place]) == slot:
                yield minute.at, int(minute.low[place]), int(minute.high[place])
        running = self.running(slot)
        if running is not None:
            yield running

    def running(self, slot: int) -> tuple[int, int, int] | None:
        """An account's running minute as far as it has come; None: none, or nothing was seen."""
        extremes = self._book.running_minute(slot)
        return (self._begun, *extremes) if self._begun and extremes is not None else None
