"""The ways to judge a tick: what the book asks of each, and the one without an index.

In one pass every term that depends on the tick's instrument is valued. It is what the other way
(``trigger_index``) is held against, and what remains where a kernel was built without an index.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from propdesk.engine.index_parts import TOLD
from propdesk.engine.layout import State
from propdesk.engine.trigger_index import Ticks, TriggerIndex


class WayOfJudging(Protocol):
    """Runs ticks over the kernel's arrays, and may keep rows behind until they are asked for."""

    def fit(self, state: State) -> None:
        """The arrays have grown; to be called before anything else then."""

    def to_parts(self) -> dict[str, bytes]:
        """What a snapshot keeps beside the kernel's arrays."""

    def recall(self, state: State, parts: Mapping[str, bytes | memoryview]) -> None:
        """The arrays are those of a snapshot, which may have been taken the other way."""

    def run(self, state: State, ticks: Ticks, start: int, until_at: int) -> tuple[int, int]:
        """``kernel.run``."""

    def fall_silent(self, state: State, number: int) -> int:
        """``kernel.fall_silent``."""

    def bring_up(self, state: State, slots: Iterable[int]) -> None:
        """The rows of these slots are to be read, or their windows begun anew."""

    def forget_price(self, state: State, number: int) -> None:
        """The points of an instrument, which is silent, mean something else from now on."""

    def wake(self, state: State, slots: Iterable[int]) -> None:
        """The bounds or the terms of these slots are to change."""

    def enrol(self, state: State, slot: int, instruments: Sequence[int]) -> None:
        """A slot was filled; it depends on these instruments, each named once."""

    def strike_out(self, slot: int) -> None:
        """The slot, which is awake, is to be emptied."""

    def exact_path(self, state: State) -> int:
        """How many slots that hold something are valued at every tick of their instruments."""

    def wakes(self) -> int:
        """How many slots had to be looked at for a price, since the book was made."""


class OnePass:
    """Every slot is up to date after each tick."""

    def __init__(self, kernel: Any) -> None:
        self._kernel = kernel

    def run(self, state: State, ticks: Ticks, start: int, until_at: int) -> tuple[int, int]:
        going_on, count = self._kernel.run(state, ticks, start, until_at)
        return going_on, count

    def fall_silent(self, state: State, number: int) -> int:
        return int(self._kernel.fall_silent(state, number))

    def exact_path(self, state: State) -> int:
        return int(np.count_nonzero(state.slots["place_count"]))

    def wakes(self) -> int:
        return 0

    def fit(self, state: State) -> None: ...

    def to_parts(self) -> dict[str, bytes]:
        return {}

    def recall(self, state: State, parts: Mapping[str, bytes | memoryview]) -> None:
        if TOLD in parts:
            index = TriggerIndex(self._kernel)
            index.recall(state, parts)
            index.bring_up_all(state)
        state.runs["awake"] = state.runs["count"]

    def forget_price(self, state: State, number: int) -> None: ...

    def bring_up(self, state: State, slots: Iterable[int]) -> None: ...

    def wake(self, state: State, slots: Iterable[int]) -> None: ...

    def enrol(self, state: State, slot: int, instruments: Sequence[int]) -> None: ...

    def strike_out(self, slot: int) -> None: ...
