"""The extremes of equity in each minute, for every account with something open.

They are kept by the minute, not by the account, so that a minute costs one pass over the book.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from propdesk.domain.instants import MINUTE
from propdesk.engine.book import Book
from propdesk.engine.layout import Ints, ShortInts

MINUTES_KEPT = 480


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute: sorted slots, the least and greatest equity of each in minor units."""

    at: int
    slots: ShortInts
    low: Ints
    high: Ints


class Minutes:
    """The last ``MINUTES_KEPT`` minutes."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._kept: deque[Minute] = deque(maxlen=MINUTES_KEPT)
        self._begun = 0

    def pass_to(self, at: int) -> None:
        """The time is ``at``: the minute that ended before it is complete."""
        minute = at - at % MINUTE
        if minute <= self._begun:
            return
        begun, self._begun = self._begun, minute
        extremes = self._book.minute_extremes()
        if begun and len(extremes.slot):
            order = np.argsort(extremes.slot, kind="stable")
            self._kept.append(
                Minute(begun, extremes.slot[order], extremes.low[order], extremes.high[order])
            )

    def of(self, slot: int, since: int) -> Iterator[tuple[int, int, int]]:
        """An account's minutes, oldest first: moment, least, greatest. The last may still run."""
        for minute in self._kept:
            if minute.at < since:
                continue
            place = int(np.searchsorted(minute.slots, slot))
            if place < len(minute.slots) and int(minute.slots[place]) == slot:
                yield minute.at, int(minute.low[place]), int(minute.high[place])
        running = self._book.running_minute(slot)
        if self._begun and running is not None:
            yield self._begun, *running
