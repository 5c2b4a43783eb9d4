"""Equity minute by minute: exact for accounts somebody looks at, between bounds for all others.

Who is asked about is watched from then on: the book keeps his extremes as they are. What was
before, and every other account's minutes, are worked out when somebody asks: what the equity was
made of at any moment of the minute, at the least and the greatest prices of it. That is what equity
was, where it was made of one thing throughout and that rises or falls with one price; elsewhere it
lay between the two. An instrument without a price at some moment makes the minute unknown.

What is kept follows the minutes, the instruments, the deals and those who are watched, never the
number of accounts. It must not judge, and what it keeps changes nothing that is judged.
"""

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from propdesk.domain.instants import MINUTE
from propdesk.engine.book import Book
from propdesk.engine.former_shapes import Rows as FormerRows
from propdesk.engine.layout import Ints, ShortInts
from propdesk.engine.minute_prices import MINUTES_KEPT, MinutePrices, MinuteRow

WATCHED_MAX = 256
"""So many accounts at once, those asked for last: each costs every tick of its instruments some
twenty nanoseconds a position."""
WATCHED_MINUTES = 15
"""Who was not asked for in so many is forgotten."""
CHANGES_BYTES_MAX = 4_194_304
"""So much a snapshot holds of what equity was made of before; older changes end with the
process."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One minute of those who were watched throughout: sorted slots, least and greatest equity of
    each in minor units."""

    at: int
    slots: ShortInts
    low: Ints
    high: Ints


@dataclass(frozen=True, slots=True)
class EquityMinute:
    """Between which values an account's equity was in a minute, in minor units.

    ``exact``: it was both. None: it is not known.
    """

    at: int
    low: int | None
    high: int | None
    exact: bool


class _KeptRow(msgspec.Struct, array_like=True):
    at: int
    slots: bytes
    low: bytes
    high: bytes


class _Part(msgspec.Struct, array_like=True):
    begun: int
    prices: list[MinuteRow]
    kept: list[_KeptRow]
    watched: list[tuple[int, int, int]]  # slot, since when, asked for when
    changes: FormerRows


class Minutes:
    """The last ``minutes_kept`` minutes that ended, and the one that runs."""

    def __init__(self, book: Book, *, minutes_kept: int = MINUTES_KEPT) -> None:
        self._book, self.prices = book, MinutePrices(book, minutes_kept=minutes_kept)
        self._kept: deque[Kept] = deque(maxlen=minutes_kept)
        self._asked: OrderedDict[int, int] = OrderedDict()
        """By slot, when it was asked for last; those asked for last stand last."""
        self._since: dict[int, int] = {}
        """By slot, the minute in which it began to be watched."""

    def pass_to(self, at: int) -> None:
        """The time is ``at``: the minute that ended before it is complete."""
        minute, begun = at - at % MINUTE, self.prices.minute
        if minute <= begun:
            return
        self.prices.pass_to(minute)
        extremes = self._book.minutes.end()
        if begun and len(extremes.slot):
            throughout = np.array([self._since[slot] < begun for slot in extremes.slot.tolist()])
            self._kept.append(
                Kept(
                    begun,
                    extremes.slot[throughout],
                    extremes.low[throughout],
                    extremes.high[throughout],
                )
            )
        self._book.minutes.former.minute = minute
        self._book.minutes.former.forget_before(self.since)
        self._forget_the_unasked(minute)

    @property
    def since(self) -> int:
        """From which moment on minutes are kept; 0: none has ended or begun yet."""
        return self.prices.ended[0] if self.prices.ended else self.prices.minute

    # -- who is watched
    def watch(self, slot: int) -> None:
        """Somebody looks at an account: from the next minute on its extremes are kept."""
        self._asked[slot] = self.prices.minute
        self._asked.move_to_end(slot)
        if slot in self._since:
            return
        if len(self._since) >= WATCHED_MAX:
            self._forget(next(iter(self._asked)))
        self._since[slot] = self.prices.minute
        self._book.minutes.watch(slot)

    def _forget_the_unasked(self, minute: int) -> None:
        oldest = minute - WATCHED_MINUTES * MINUTE
        for slot in [each for each, asked in self._asked.items() if asked < oldest]:
            self._forget(slot)

    def _forget(self, slot: int) -> None:
        del self._asked[slot], self._since[slot]
        self._book.minutes.unwatch(slot)

    # -- snapshots
    def to_part(self, bytes_max: int = CHANGES_BYTES_MAX) -> bytes:
        """All of it as a part of a snapshot."""
        begun, prices = self.prices.to_rows()
        changes = self._book.minutes.former.to_rows(bytes_max)
        kept = [
            _KeptRow(each.at, each.slots.tobytes(), each.low.tobytes(), each.high.tobytes())
            for each in self._kept
        ]
        watched = [(slot, self._since[slot], asked) for slot, asked in self._asked.items()]
        return msgspec.msgpack.encode(_Part(begun, prices, kept, watched, changes))

    def recall(self, part: bytes | memoryview) -> None:
        """Go on where a snapshot was; the running minute is in the book, and who is watched. Raises
        ``ValueError``."""
        told = msgspec.msgpack.decode(part, type=_Part)
        self.prices.recall(told.begun, told.prices)
        for each in told.kept:
            slots = np.frombuffer(each.slots, np.int32)
            low, high = np.frombuffer(each.low, np.int64), np.frombuffer(each.high, np.int64)
            self._kept.append(Kept(each.at, slots, low, high))
        for slot, since, asked in told.watched:
            self._since[slot], self._asked[slot] = since, asked
        self._book.minutes.former.recall(told.changes)

    # -- what is asked
    def of(self, slot: int, since: int) -> Iterator[EquityMinute]:
        """An account's minutes, oldest first. The last may still run."""
        exact = dict(self._exactly(slot, since))
        others = [at for at in self.prices.ended if at >= since and at not in exact]
        running = self.prices.minute
        if running and running not in exact:
            others.append(running)
        found = {each.at: each for each in self._worked_out(slot, others)} | exact
        yield from (found[at] for at in sorted(found))

    def running(self, slot: int) -> EquityMinute | None:
        """An account's running minute as far as it has come; None: none, or it has no equity."""
        return next(self.of(slot, self.prices.minute), None) if self.prices.minute else None

    def is_kept(self, slot: int, at: int) -> bool:
        """Whether a minute is what was seen, and not worked out: the account was watched."""
        return at in dict(self._exactly(slot, at))

    def _exactly(self, slot: int, since: int) -> Iterator[tuple[int, EquityMinute]]:
        """The minutes through which the account was watched."""
        for minute in self._kept:
            if minute.at < since:
                continue
            place = int(np.searchsorted(minute.slots, slot))
            if place < len(minute.slots) and int(minute.slots[place]) == slot:
                low, high = int(minute.low[place]), int(minute.high[place])
                yield minute.at, EquityMinute(minute.at, low, high, exact=True)
        at = self.prices.minute
        seen = self._book.minutes.running(slot)
        if seen is not None and self._since.get(slot, at) < at:
            yield at, EquityMinute(at, *seen, exact=True)

    def _worked_out(self, slot: int, minutes: Sequence[int]) -> Iterator[EquityMinute]:
        """Minutes at their prices; none in which the account had no equity."""
        book, now = self._book.minutes, self._book.minutes.equity_of(slot)
        in_force = {at: book.former.of(slot, at, now) for at in minutes}
        asked: dict[bytes, list[int]] = {}
        for at, every in in_force.items():
            for made in every or ():
                asked.setdefault(made, []).append(at)
        asked.pop(b"", None)
        ends: dict[int, list[tuple[int, int]]] = {}
        alike, rows = {made: book.is_of_one_price(made) for made in asked}, self.prices.rows()
        for made, ats in asked.items():
            places = np.array([self.prices.place(at) for at in ats])
            found = book.between(made, rows, places).tolist()
            for at, (low, high) in zip(ats, found, strict=True):
                ends.setdefault(at, []).append((low, high))
        for at, every in in_force.items():
            if every is None:
                yield EquityMinute(at, None, None, exact=False)
            elif at in ends:
                yield _of_all(at, ends[at], alone=len(every) == 1 and alike[every[0]])


def _of_all(at: int, ends: Sequence[tuple[int, int]], *, alone: bool) -> EquityMinute:
    """What holds all of them. ``alone``: it is what equity was, not only what it lay between."""
    if any(low > high for low, high in ends):
        return EquityMinute(at, None, None, exact=False)
    low, high = min(each for each, _ in ends), max(each for _, each in ends)
    return EquityMinute(at, low, high, exact=alone or (len(ends) == 1 and low == high))
