"""What one tick left of many slots, copied at once: what the kernel saw, for whoever asks later.

Columns for all of them together, because a tick may touch thousands and each of them is to be
written of within microseconds. It must not change the arrays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from propdesk.engine.layout import UNKNOWN, Ints, Rows, State
from propdesk.engine.rows import seen
from propdesk.engine.shapes import Settled


@dataclass(frozen=True, slots=True, eq=False)
class Caught:
    """A row for each slot that was asked for, in that order.

    ``alone``: whether its first sums, as many as were named, are the only ones that may have
    reached a bound, and that a lower one: every other sum of the slot is known and within its own.
    ``value`` and ``highest`` are of the first sum: now, and since its window began.
    """

    alone: list[bool]
    value: list[int]
    highest: list[int]
    _sums: tuple[Rows, Rows, Ints]
    _terms: tuple[Rows, Ints]

    def settled(self, row: int) -> Settled:
        """What was seen of a slot, as the book would have settled it at that tick."""
        sums, guards, sums_end = self._sums
        terms, terms_end = self._terms
        own = slice(int(sums_end[row - 1]) if row else 0, int(sums_end[row]))
        held = slice(int(terms_end[row - 1]) if row else 0, int(terms_end[row]))
        return Settled(
            sums=tuple(
                seen(each["value"], guard, known=each["unknown"] == 0)
                for each, guard in zip(sums[own], guards[own], strict=True)
            ),
            terms=tuple(seen(e["value"], e, known=e["value"] != UNKNOWN) for e in terms[held]),
        )


def caught(state: State, slots: Sequence[int], first_sums: Sequence[int]) -> Caught:
    """Copies of all that concerns the slots; ``first_sums``: of each, how many are of equity."""
    rows = state.slots[np.array(slots)]
    at, owner, sums_end = spread(rows["first_sum"], rows["sum_count"])
    sums, guards = state.sums[at], state.guards[at]
    place = np.arange(len(at)) - (sums_end - rows["sum_count"])[owner]
    value = sums["value"]
    out = (sums["unknown"] != 0) | (value >= guards["high"])
    out |= (place >= np.array(first_sums)[owner]) & (value <= guards["low"])
    beside = np.bincount(owner[out], minlength=len(rows))
    first = sums_end - rows["sum_count"]
    held, _, terms_end = spread(rows["first_place"], rows["place_count"])
    places = state.places[held]
    terms = state.terms[state.runs["first"][places["run"]] + places["at"]]
    alone = (beside == 0) & (rows["unknown"] == 0) & (rows["exposed"] == 0)
    return Caught(
        alone=alone.tolist(),
        value=value[first].tolist(),
        highest=guards["seen_high"][first].tolist(),
        _sums=(sums, guards, sums_end),
        _terms=(terms, terms_end),
    )


def spread(first: Ints, count: Ints) -> tuple[Ints, Ints, Ints]:
    """Every number of runs that begin at ``first``, whose it is, and where each run ends."""
    end = np.cumsum(count, dtype=np.int64)
    owner = np.repeat(np.arange(len(count)), count)
    at = np.arange(len(owner)) - (end - count)[owner] + first[owner]
    return at, owner, end
