"""The minutes of a book: what equity was at least and at most in each.

They are kept, exactly, of slots that are *watched*: such a slot is valued at every tick. Of every
other they are worked out when somebody asks, from what the slot's equity was made of
(``former_shapes``) and between which prices each instrument was. It must not judge.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from propdesk.engine.former_shapes import FormerShapes
from propdesk.engine.layout import (
    FORM,
    KEPT,
    MINUTE_PRICES,
    TOLD,
    Flags,
    Ints,
    Row,
    Rows,
    State,
)
from propdesk.engine.minute_extremes import MinuteExtremes
from propdesk.engine.one_pass import WayOfJudging
from propdesk.engine.rows import NO_MINUTE

NUMBERS_OF_A_TERM = len(FORM.names or ())


class BookMinutes:
    """Asks the kernel; ``state`` gives its arrays, ``row`` that of an open slot."""

    def __init__(
        self, kernel: Any, way: WayOfJudging, state: Callable[[], State], row: Callable[[int], Row]
    ) -> None:
        self._kernel, self._way = kernel, way
        self._state, self._row = state, row
        self._watched: set[int] = set()
        self.former = FormerShapes()

    # -- who is watched
    def watch(self, slot: int) -> None:
        """Keep the extremes of a slot's minutes from here on."""
        self._keep(slot, kept=True)
        self._watched.add(slot)

    def unwatch(self, slot: int) -> None:
        """Keep them no longer."""
        self._keep(slot, kept=False)
        self._watched.discard(slot)

    def _keep(self, slot: int, *, kept: bool) -> None:
        self._row(slot)
        self._way.wake(self._state(), (slot,))
        self._kernel.keep_minutes(self._state(), slot, kept)

    def watched(self) -> list[int]:
        """The slots that are, in order."""
        return sorted(self._watched)

    def recall(self, watched: Sequence[int]) -> None:
        """Go on where a snapshot was: its rows say so too."""
        self._watched = set(watched)

    # -- what happens to slots
    def change(self, slot: int) -> tuple[int, int]:
        """A slot's shape is replaced: what it was is noted. Its running minute, as it is kept."""
        self.former.note(slot, self._equity_of(slot))
        low, high = self._extremes(slot)
        return low, high

    def forget(self, slot: int) -> None:
        """The slot is closed."""
        self._watched.discard(slot)
        self.former.forget(slot)

    def told_of(self, slot: int) -> int:
        """What the minutes of a slot's equity are: ``KEPT`` or ``TOLD``."""
        return KEPT if slot in self._watched else TOLD

    # -- what is asked
    def end(self) -> MinuteExtremes:
        """What the equity was of watched slots since the last call; of those that had a value.
        Theirs begin anew, and so do the prices of the minute."""
        slots = np.array(self.watched(), np.int32)
        found = np.empty((len(slots), 2), np.int64)
        self._kernel.end_minute(self._state(), slots, found)
        self._kernel.begin_prices(self._state())
        valued = found[:, 0] <= found[:, 1]
        return MinuteExtremes(slots[valued], found[valued, 0], found[valued, 1])

    def running(self, slot: int) -> tuple[int, int] | None:
        """The same of a slot since minutes were last ended; None: it had no value, or nobody
        watches it."""
        low, high = self._extremes(slot)
        return (low, high) if low <= high else None

    def prices(self) -> tuple[Rows, Flags]:
        """Between which prices each instrument was since then, and whether it lacked one."""
        instruments = self._state().instruments
        rows = np.zeros(len(instruments), MINUTE_PRICES)
        for name in MINUTE_PRICES.names or ():
            rows[name] = instruments[name]
        return rows, instruments["lapsed"].copy()

    def equity_of(self, slot: int) -> bytes:
        """What a slot's equity is made of, as ``between`` takes it; empty: it has none."""
        return self._equity_of(slot)[1:].tobytes()

    def between(self, made: bytes, minutes: tuple[Rows, Flags], places: Ints) -> Ints:
        """Least and greatest of what was made so, for each of these rows of ``minutes`` (prices,
        and what lapsed, by instrument); the least is above the greatest where it is not known."""
        found = np.empty((len(places), 2), np.int64)
        base, forms = _made(made)
        self._kernel.equity_between(self._state(), (base, forms), minutes, places, found)
        return found

    def is_of_one_price(self, made: bytes) -> bool:
        """Whether all of it rises, or all of it falls, with one price."""
        _, forms = _made(made)
        first = forms["run"][:1]
        rises = forms["a"] >= 0
        if not (forms["run"] == first).all() or (rises.any() and not rises.all()):
            return False
        return not self._state().runs["converted"][first].any()

    # -- rows
    def _extremes(self, slot: int) -> tuple[int, int]:
        row = self._row(slot)
        if slot in self._watched and row["sum_count"]:
            guard = self._state().guards[row["first_sum"]]
            if guard["minutes"] == KEPT:
                return int(guard["minute_low"]), int(guard["minute_high"])
        return NO_MINUTE

    def _equity_of(self, slot: int) -> Ints:
        """A number that is left for the minute, and what the slot's equity is made of."""
        terms = int(self._row(slot)["place_count"])
        numbers = np.empty(2 + NUMBERS_OF_A_TERM * terms, np.int64)
        return numbers[: 1 + self._kernel.equity_of(self._state(), slot, numbers[1:])]


def _made(made: bytes) -> tuple[int, Rows]:
    """The base, and a row (``FORM``) for each term."""
    numbers = np.frombuffer(made, np.int64).copy()
    return int(numbers[0]), numbers[1:].view(FORM)
