"""The extremes of equity in each minute, for every account with something open.

They are kept by the minute, not by the account, so that a minute costs one pass over the book.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from propdesk.domain.instants import MINUTE
from propdesk.engine.desk import Desk
from propdesk.engine.exposures import MINUTES_KEPT
from propdesk.engine.layout import Ints, ShortInts


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute: sorted slots, the least and greatest equity of each in minor units."""

    at: int
    slots: ShortInts
    low: Ints
    high: Ints


class Minutes:
    """The last ``MINUTES_KEPT`` minutes."""

    def __init__(self, desk: Desk) -> None:
        self._book, self._exposures = desk.book, desk.exposures
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
