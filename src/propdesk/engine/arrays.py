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
    PLACE,
    RUN,
    SLOT,
    SUM,
    SUMS_OF_A_TERM_MAX,
    TERM,
    Row,
    Rows,
    ShortInts,
    State,
)
from propdesk.engine.rows import blank_rows, grown, run_key
from propdesk.engine.shapes import AccountShape

RUNS_OF_AN_INSTRUMENT_MIN = 8
TERMS_OF_A_RUN_MIN = 8
SCRATCH = ("touched", "suspects")
"""Arrays that hold nothing from call to call."""


class Arrays:
    """The state of a kernel and the blocks of its arrays."""

    __slots__ = (
        "list_blocks",
        "place_blocks",
        "run_numbers",
        "state",
        "sum_blocks",
        "term_blocks",
    )

    def __init__(self) -> None:
        self.list_blocks = Blocks()
        self.term_blocks = Blocks()
        self.place_blocks = Blocks()
        self.sum_blocks = Blocks()
        self.run_numbers: dict[tuple[int, ...], int] = {}
        self.state = State(
            instruments=blank_rows(INSTRUMENT, 0),
            runs_of=np.zeros(0, np.int32),
            runs=blank_rows(RUN, 0),
            terms=blank_rows(TERM, 0),
            places=blank_rows(PLACE, 0),
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

    def make_room(self, shape: AccountShape) -> list[int]:
        """The rows taken from the blocks are there, and room in the run of each term; the runs."""
        runs = [self._run_of(run_key(term)) for term in shape.terms]
        for run in dict.fromkeys(runs):
            self._make_room_in_run(run, runs.count(run))
        places, sums = self.place_blocks.rows, self.sum_blocks.rows
        if places > len(self.state.places) or sums > len(self.state.sums):
            self.state = self.state._replace(
                places=grown(self.state.places, places),
                sums=grown(self.state.sums, sums),
                guards=grown(self.state.guards, sums),
            )
        return runs

    def _run_of(self, key: tuple[int, ...]) -> int:
        number = self.run_numbers.get(key)
        if number is not None:
            return number
        number = self.run_numbers[key] = len(self.run_numbers)
        self.state = self.state._replace(runs=grown(self.state.runs, number + 1))
        run = self.state.runs[number]
        run["own"], run["rate"], run["converted"], run["rate_side"], run["at_bid"] = key
        for instrument in sorted({run["own"], run["rate"]}):
            self._list_run(instrument, number)
        return number

    def _list_run(self, instrument: int, number: int) -> None:
        """The instrument has another run."""
        row = self.state.instruments[instrument]
        runs_of = _with_room(
            self.state.runs_of, self.list_blocks, row, 1, RUNS_OF_AN_INSTRUMENT_MIN
        )
        runs_of[row["first"] + row["count"]] = number
        row["count"] += 1
        self.state = self.state._replace(runs_of=runs_of)

    def _make_room_in_run(self, number: int, more: int) -> None:
        row = self.state.runs[number]
        terms = _with_room(self.state.terms, self.term_blocks, row, more, TERMS_OF_A_RUN_MIN)
        if terms is not self.state.terms:
            self.state = self.state._replace(terms=terms, suspects=_suspects(terms))

    def block_lists(self) -> list[Any]:
        """What is handed out of each array, as lists."""
        return [[blocks.rows, sorted(blocks.free().items())] for blocks in self._blocks()]

    def _blocks(self) -> tuple[Blocks, ...]:
        return self.list_blocks, self.term_blocks, self.place_blocks, self.sum_blocks

    def to_parts(self, slot_count: int) -> dict[str, bytes]:
        """The arrays as bytes, by name, as far as their rows are handed out."""
        rows = {
            "runs": len(self.run_numbers),
            "runs_of": self.list_blocks.rows,
            "terms": self.term_blocks.rows,
            "places": self.place_blocks.rows,
            "sums": self.sum_blocks.rows,
            "guards": self.sum_blocks.rows,
            "slots": slot_count,
        }
        return {
            name: array[: rows.get(name, len(array))].tobytes()
            for name, array in self.state._asdict().items()
            if name not in SCRATCH
        }

    @classmethod
    def from_parts(
        cls, parts: Mapping[str, bytes | memoryview], block_lists: Sequence[Any]
    ) -> "Arrays":
        """The arrays whose bytes and lists these are."""
        arrays = cls()
        arrays.list_blocks, arrays.term_blocks, arrays.place_blocks, arrays.sum_blocks = (
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
        keys = read["runs"][["own", "rate", "converted", "rate_side", "at_bid"]].tolist()
        arrays.run_numbers = {key: number for number, key in enumerate(keys)}
        return arrays


def _with_room(array: Any, blocks: Blocks, row: Row, more: int, least: int) -> Any:
    """The array, in which the block that ``row`` has by first, count and room holds so many more
    rows; it moves where it is too small."""
    first, count, room = int(row["first"]), int(row["count"]), int(row["room"])
    if count + more <= room:
        return array
    wider = size_of(max(least, count + more))
    begin = blocks.take(wider)
    array = grown(array, blocks.rows)
    array[begin : begin + count] = array[first : first + count]
    if room:
        blocks.release(first, room)
    row["first"], row["room"] = begin, wider
    return array


def _suspects(terms: Rows) -> ShortInts:
    return np.zeros(SUMS_OF_A_TERM_MAX * len(terms), np.int32)
