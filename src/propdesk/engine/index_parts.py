"""The trigger index as parts of a snapshot, and back: who rests, in which zone, behind since when.

Of the log it keeps the ticks somebody may still lack, as narrow as they are, and the prices before
them; the boxes are made again from both. It must not bring anybody up to date for it.
"""

import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from propdesk.engine.index_layout import LEVELS, LOGGED, QUOTED, Index
from propdesk.engine.layout import Ints, Rows
from propdesk.engine.rows import blank_rows

PREFIX = "index."
TOLD = PREFIX + "told"
ARRAYS = ("head", "watches", "roots", "zones", "holders", "groups", "rests", "legs")
COLUMNS = ("number", "bid", "spread")
ROUNDS = 8
"""Of the sweep before the log comes round: three would do while the number of slots is steady."""
NARROW = (np.dtype(np.int8), np.dtype(np.int16), np.dtype(np.int32), np.dtype(np.int64))


@dataclass(frozen=True, slots=True)
class LogSize:
    """Powers of two: ticks of a block of the lowest level, blocks of a level in one of the next,
    blocks of the highest level in the whole log."""

    shift: int = 8
    fan: int = 4
    tops: int = 5

    @property
    def page(self) -> int:
        """How many ticks the log holds: with the default two million."""
        return 1 << (self.shift + (LEVELS - 1) * self.fan + self.tops)

    @property
    def blocks(self) -> int:
        """Of all levels."""
        return sum(self.page >> (self.shift + level * self.fan) for level in range(LEVELS))

    @property
    def top(self) -> int:
        """How many ticks a block of the highest level holds."""
        return 1 << (self.shift + (LEVELS - 1) * self.fan)

    @property
    def round(self) -> int:
        """How many ticks a round of the sweep takes: an eighth of the log, or such a block."""
        return max(self.top, self.page // ROUNDS)


@dataclass(frozen=True, slots=True)
class KeptLog:
    """The ticks from ``begin`` on, and each instrument's price before them."""

    begin: int
    before: Rows
    ticks: Rows


@dataclass(frozen=True, slots=True)
class Told:
    """What an index knows beside its arrays."""

    size: LogSize
    leg_blocks: list[Any]
    zone_blocks: list[Any]
    pledged: list[int]
    sums: int
    terms: int


def kept_log(index: Index, size: LogSize) -> KeptLog:
    """The ticks of the log that somebody may lack, from the begin of a block of every level."""
    head = index.head[0]
    width, ticks = int(head["width"]), int(head["ticks"])
    begin = int(head["floor"]) // size.top * size.top
    if begin == ticks:
        return KeptLog(begin, index.latest.copy(), blank_rows(LOGGED, 0))
    first = (begin >> size.shift) % (size.page >> size.shift) * width
    at = np.arange(begin, ticks) & (size.page - 1)
    return KeptLog(begin, index.standing[first : first + width].copy(), index.log[at])


def parts_of(index: Index, told: Told, rows: Mapping[str, int]) -> dict[str, bytes]:
    """The parts; ``rows`` says of which arrays not all are handed out."""
    log, head = kept_log(index, told.size), index.head[0]
    columns = {
        "number": log.ticks["number"],
        "bid": log.ticks["bid"],
        "spread": log.ticks["ask"] - log.ticks["bid"],
    }
    narrow = {name: narrowed(column) for name, column in columns.items()}
    queue = np.roll(index.queue, -int(head["first"]))[: int(head["queued"])]
    words = {
        "size": astuple(told.size),
        "leg_blocks": told.leg_blocks,
        "zone_blocks": told.zone_blocks,
        "pledged": told.pledged,
        "sums": told.sums,
        "terms": told.terms,
        "begin": log.begin,
        "columns": {name: column.dtype.str for name, column in narrow.items()},
    }
    arrays = index._asdict()
    return {
        TOLD: json.dumps(words).encode(),
        PREFIX + "queue": queue.tobytes(),
        PREFIX + "before": log.before.tobytes(),
        **{PREFIX + name: column.tobytes() for name, column in narrow.items()},
        **{PREFIX + name: arrays[name][: rows.get(name)].tobytes() for name in ARRAYS},
    }


def narrowed(column: Ints) -> Any:
    """The column in the fewest bytes that hold it."""
    least, most = int(column.min(initial=0)), int(column.max(initial=0))
    fits = (t for t in NARROW if np.iinfo(t).min <= least and most <= np.iinfo(t).max)
    return column.astype(next(fits))


def told_by(parts: Mapping[str, bytes | memoryview]) -> Told:
    """What ``parts_of`` was told."""
    words = json.loads(bytes(parts[TOLD]))
    return Told(
        LogSize(*words["size"]),
        words["leg_blocks"],
        words["zone_blocks"],
        words["pledged"],
        words["sums"],
        words["terms"],
    )


def read_arrays(parts: Mapping[str, bytes | memoryview], index: Index, slots: int) -> Index:
    """The index with its arrays as they were, but for those of the log."""
    read = {
        name: np.frombuffer(parts[PREFIX + name], getattr(index, name).dtype).copy()
        for name in ARRAYS
    }
    waiting = np.frombuffer(parts[PREFIX + "queue"], np.int32)
    queue = np.zeros(slots, np.int32)
    queue[: len(waiting)] = waiting
    read["rests"] = read["rests"][:slots]  # a snapshot keeps no slot that was never opened
    head = read["head"]
    head["first"], head["cursor"] = 0, np.where(head["cursor"] < slots, head["cursor"], 0)
    return index._replace(queue=queue, **read)


def read_log(parts: Mapping[str, bytes | memoryview]) -> KeptLog:
    """The ticks that were kept."""
    words = json.loads(bytes(parts[TOLD]))
    number, bid, spread = (
        np.frombuffer(parts[PREFIX + name], words["columns"][name]).astype(np.int64)
        for name in COLUMNS
    )
    ticks = blank_rows(LOGGED, len(number))
    ticks["number"], ticks["bid"], ticks["ask"] = number, bid, bid + spread
    before = np.frombuffer(parts[PREFIX + "before"], QUOTED).copy()
    return KeptLog(words["begin"], before, ticks)
