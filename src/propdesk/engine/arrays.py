"""The kernel's arrays as they grow: which of their rows are handed out, and their bytes.

It must not know what stands in a row; an array that has grown replaces the one in ``state``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from propdesk.engine.blocks import Blocks, size_of
from propdesk.engine.layout import (
    GUARD,
    INSTRUMENT,
    SLOT,
    SUM,
    SUMS_OF_A_TERM_MAX,
    TERM,
    Rows,
    ShortInts,
    State,
)
from propdesk.engine.rows import blank_rows, grown
from propdesk.engine.shapes import AccountShape

SPAN_ENTRIES_MIN = 16
SCRATCH = ("touched", "suspects")
"""Arrays that hold nothing from call to call."""


class Arrays:
    """The state of a kernel and the blocks of its arrays."""

    __slots__ = ("entry_blocks", "state", "sum_blocks", "term_blocks")

    def __init__(self) -> None:
        self.entry_blocks = Blocks()
        self.term_blocks = Blocks()
        self.sum_blocks = Blocks()
        self.state = State(
            instruments=blank_rows(INSTRUMENT, 0),
            entries=np.zeros(0, np.int32),
            terms=blank_rows(TERM, 0),
            sums=blank_rows(SUM, 0),
            guards=blank_rows(GUARD, 0),
            slots=blank_rows(SLOT, 0),
            touched=np.zeros(0, np.int32),
            suspects=np.zeros(0, np.int32),
            serial=np.zeros(1, np.int64),
        )

    def make_room_for_instrument(self, number: int) -> None:
        """An instrument of this number has a row."""
        instruments = grown(self.state.instruments, number + 1)
        self.state = self.state._replace(instruments=instruments)

    def make_room_for_slot(self, slot: int) -> None:
        """A slot of this number has a row, and can be among the touched."""
        slots = grown(self.state.slots, slot + 1)
        touched = grown(self.state.touched, len(slots))
        self.state = self.state._replace(slots=slots, touched=touched)

    def make_room(self, shape: AccountShape) -> None:
        """The rows taken from the blocks are there, and the shape's terms find entries."""
        wanted: dict[int, int] = {}
        for term in shape.terms:
            for number in (term.instrument, term.rate):
                if number is not None:
                    wanted[number] = wanted.get(number, 0) + 1
        for number, more in wanted.items():
            self._make_room_for_entries(number, more)
        terms = grown(self.state.terms, self.term_blocks.rows)
        if terms is not self.state.terms:
            self.state = self.state._replace(terms=terms, suspects=_suspects(terms))
        self.state = self.state._replace(
            sums=grown(self.state.sums, self.sum_blocks.rows),
            guards=grown(self.state.guards, self.sum_blocks.rows),
        )

    def _make_room_for_entries(self, number: int, more: int) -> None:
        row = self.state.instruments[number]
        first, count, room = int(row["first"]), int(row["count"]), int(row["room"])
        if count + more <= room:
            return
        wider = size_of(max(SPAN_ENTRIES_MIN, count + more))
        begin = self.entry_blocks.take(wider)
        entries = grown(self.state.entries, self.entry_blocks.rows)
        entries[begin : begin + count] = entries[first : first + count]
        if room:
            self.entry_blocks.release(first, room)
        row["first"], row["room"] = begin, wider
        self.state = self.state._replace(entries=entries)

    def block_lists(self) -> list[Any]:
        """What is handed out of each array, as lists."""
        every = (self.entry_blocks, self.term_blocks, self.sum_blocks)
        return [[blocks.rows, sorted(blocks.free().items())] for blocks in every]

    def to_parts(self) -> dict[str, bytes]:
        """The arrays as bytes, by name."""
        named = self.state._asdict().items()
        return {name: array.tobytes() for name, array in named if name not in SCRATCH}

    @classmethod
    def from_parts(
        cls, parts: Mapping[str, bytes | memoryview], block_lists: Sequence[Any]
    ) -> "Arrays":
        """The arrays whose bytes and lists these are."""
        arrays = cls()
        arrays.entry_blocks, arrays.term_blocks, arrays.sum_blocks = (
            Blocks(rows, dict(free)) for rows, free in block_lists
        )
        read = {
            name: np.frombuffer(parts[name], array.dtype).copy()
            for name, array in arrays.state._asdict().items()
            if name not in SCRATCH
        }
        arrays.state = State(
            **read,
            touched=np.zeros(len(read["slots"]), np.int32),
            suspects=_suspects(read["terms"]),
        )
        return arrays


def _suspects(terms: Rows) -> ShortInts:
    return np.zeros(SUMS_OF_A_TERM_MAX * len(terms), np.int32)
