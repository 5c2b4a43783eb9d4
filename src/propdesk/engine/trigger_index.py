"""The trigger index: slots rest in zones of prices, and a tick looks at those it takes out of one.

It owns the index's arrays as they grow; the compiled functions (``index_run`` and what it calls)
do the rest.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from propdesk.engine.blocks import Blocks, size_of
from propdesk.engine.caught import spread
from propdesk.engine.index_layout import (
    BOX,
    GROUP,
    GROUP_SHIFT,
    HEAD,
    HELD,
    HOLDER,
    LEG,
    LEGS_MAX,
    LOGGED,
    QUOTED,
    REST,
    SPAN,
    TALLY,
    WATCH,
    Index,
)
from propdesk.engine.index_parts import (
    TOLD,
    KeptLog,
    LogSize,
    Told,
    kept_log,
    parts_of,
    read_arrays,
    read_log,
    told_by,
)
from propdesk.engine.layout import TERM, Ints, ShortInts, State
from propdesk.engine.rows import blank_rows, grown

Ticks = tuple[ShortInts, Ints, Ints, Ints]
"""Instrument, moment, bid and ask, a row each."""


class TriggerIndex:
    """The index over the arrays of one book."""

    def __init__(self, kernel: Any, size: LogSize | None = None) -> None:
        self._kernel, self._size = kernel, LogSize() if size is None else size
        self._leg_blocks, self._zone_blocks = Blocks(), Blocks()
        self._pledged: list[int] = []  # per instrument, how many slots may rest in a zone of it
        head = blank_rows(HEAD, 1)
        head["page"], head["shift"], head["fan"] = self._size.page, self._size.shift, self._size.fan
        head["round"] = self._size.round.bit_length() - 1
        self._index = Index(
            head=head,
            watches=blank_rows(WATCH, 0),
            roots=blank_rows(BOX, 0),
            zones=blank_rows(BOX, 0),
            holders=blank_rows(HOLDER, 0),
            groups=blank_rows(BOX, 0),
            rests=blank_rows(REST, 0),
            legs=blank_rows(LEG, 0),
            queue=np.zeros(0, np.int32),
            log=blank_rows(LOGGED, self._size.page),
            latest=blank_rows(QUOTED, 0),
            spans=blank_rows(SPAN, 0),
            standing=blank_rows(QUOTED, 0),
            trial=blank_rows(BOX, 0),
            past=blank_rows(QUOTED, 0),
            lows=np.zeros(0, np.int64),
            highs=np.zeros(0, np.int64),
            held=blank_rows(HELD, 0),
            tally=blank_rows(TALLY, 0),
            spare=blank_rows(TERM, 1),
        )

    # -- arrays
    def fit(self, state: State) -> None:
        index, slots, head = self._index, len(state.slots), self._index.head[0]
        if len(state.instruments) > head["width"]:
            self._lay_out(len(state.instruments), kept_log(index, self._size))
            index = self._index
        if slots > len(index.rests):
            queue = grown(np.roll(index.queue, -int(head["first"])), slots)
            head["first"] = 0
            self._index = index._replace(rests=grown(index.rests, slots), queue=queue)

    def _lay_out(self, width: int, log: KeptLog) -> None:
        """Arrays of the log in which a block has a box for each of so many instruments."""
        index, size = self._index, self._size
        head, ticks = index.head[0], log.begin + len(log.ticks)
        head["width"], head["ticks"] = width, log.begin
        self._pledged += [0] * (width - len(self._pledged))
        latest = blank_rows(QUOTED, width)
        latest[: len(log.before)] = log.before
        index.log[np.arange(log.begin, ticks) & (size.page - 1)] = log.ticks
        self._index = index._replace(
            watches=grown(index.watches, width),
            roots=grown(index.roots, width),
            latest=latest,
            spans=blank_rows(SPAN, size.blocks * width),
            standing=blank_rows(QUOTED, (size.page >> size.shift) * width),
            trial=blank_rows(BOX, width),
            past=blank_rows(QUOTED, width),
        )
        if len(log.ticks):
            self._kernel.note_again(self._index, ticks)

    # -- snapshots
    def to_parts(self) -> dict[str, bytes]:
        index = self._index
        told = Told(
            size=self._size,
            leg_blocks=[self._leg_blocks.rows, sorted(self._leg_blocks.free().items())],
            zone_blocks=[self._zone_blocks.rows, sorted(self._zone_blocks.free().items())],
            pledged=self._pledged,
            sums=len(index.tally),
            terms=len(index.held),
        )
        zones, width = self._zone_blocks.rows, int(index.head[0]["width"])
        rows = {"zones": zones, "holders": zones, "groups": zones >> GROUP_SHIFT}
        rows |= {"legs": self._leg_blocks.rows, "watches": width, "roots": width}
        return parts_of(index, told, rows)

    def recall(self, state: State, parts: Mapping[str, bytes | memoryview]) -> None:
        if TOLD not in parts:
            self._begin(state)
            return
        told, slots = told_by(parts), len(state.slots)
        self._size, self._pledged = told.size, told.pledged
        self._leg_blocks = Blocks(told.leg_blocks[0], dict(told.leg_blocks[1]))
        self._zone_blocks = Blocks(told.zone_blocks[0], dict(told.zone_blocks[1]))
        self._index = read_arrays(parts, self._index, slots)
        self._index = self._index._replace(
            log=blank_rows(LOGGED, told.size.page), rests=grown(self._index.rests, slots)
        )
        self._make_room_for_sums(told.sums)
        self._make_room_for_terms(told.terms)
        self._lay_out(int(self._index.head[0]["width"]), read_log(parts))

    def _begin(self, state: State) -> None:
        """Everybody was judged in one pass so far: they are awake, and wait for a zone. The log
        begins at the prices that stand."""
        self.fit(state)
        for name in ("bid", "ask", "known"):
            self._index.latest[name] = state.instruments[name]
        state.runs["awake"] = state.runs["count"]
        slots, width = state.slots, len(state.instruments)
        at, owner, _ends = spread(slots["first_place"], slots["place_count"])
        runs = state.runs[state.places["run"][at]]
        pairs = np.unique(np.concatenate([owner * width + runs[name] for name in ("own", "rate")]))
        if not len(pairs):
            return
        others = np.flatnonzero(np.diff(pairs // width)) + 1
        for each in np.split(pairs, others):
            self.enrol(state, int(each[0] // width), (each % width).tolist())

    def enrol(self, state: State, slot: int, instruments: Sequence[int]) -> None:
        self._make_room_for_sums(int(state.slots[slot]["sum_count"]))
        self._make_room_for_terms(int(state.slots[slot]["place_count"]))
        if not 0 < len(instruments) <= LEGS_MAX:
            return
        first = self._leg_blocks.take(len(instruments))
        legs = grown(self._index.legs, self._leg_blocks.rows)
        self._index = self._index._replace(legs=legs)
        legs["instrument"][first : first + len(instruments)] = instruments
        for number in instruments:
            self._pledged[number] += 1
            if self._pledged[number] > self._index.watches[number]["room"]:
                self._make_room_for_zones(number)
        rest = self._index.rests[slot]
        rest["first_leg"], rest["leg_count"] = first, len(instruments)
        self._kernel.queue_up(self._index, slot)

    def strike_out(self, slot: int) -> None:
        rest = self._index.rests[slot]
        first, count = int(rest["first_leg"]), int(rest["leg_count"])
        if count == 0:
            return
        for number in self._index.legs["instrument"][first : first + count].tolist():
            self._pledged[number] -= 1
        self._leg_blocks.release(first, count)
        rest["leg_count"] = 0

    def _make_room_for_sums(self, count: int) -> None:
        if count > len(self._index.lows):
            lows, highs = grown(self._index.lows, count), grown(self._index.highs, count)
            tally = grown(self._index.tally, count)
            self._index = self._index._replace(lows=lows, highs=highs, tally=tally)

    def _make_room_for_terms(self, count: int) -> None:
        self._index = self._index._replace(held=grown(self._index.held, count))

    def _make_room_for_zones(self, number: int) -> None:
        """Room for a zone of every slot that may rest in one of this instrument."""
        watch = self._index.watches[number]
        first, count, room = int(watch["first"]), int(watch["count"]), int(watch["room"])
        wider = size_of(max(GROUP, self._pledged[number]))  # so that groups begin with a block
        begin = self._zone_blocks.take(wider)
        rows = self._zone_blocks.rows
        zones, holders = grown(self._index.zones, rows), grown(self._index.holders, rows)
        groups = grown(self._index.groups, rows >> GROUP_SHIFT)
        zones[begin : begin + count] = zones[first : first + count]
        holders[begin : begin + count] = holders[first : first + count]
        used, was, now = -(-count // GROUP), first >> GROUP_SHIFT, begin >> GROUP_SHIFT
        groups[now : now + used] = groups[was : was + used]
        self._index = self._index._replace(zones=zones, holders=holders, groups=groups)
        if room:
            self._zone_blocks.release(first, room)
        watch["first"], watch["room"] = begin, wider

    # -- ticks
    def run(self, state: State, ticks: Ticks, start: int, until_at: int) -> tuple[int, int]:
        going_on, count = self._kernel.run_index(state, self._index, ticks, start, until_at)
        return going_on, count

    def fall_silent(self, state: State, number: int) -> int:
        return int(self._kernel.silence_index(state, self._index, number))

    # -- rows
    def bring_up(self, state: State, slots: Iterable[int]) -> None:
        behind = self._index.rests["behind"]
        late = [slot for slot in slots if behind[slot]]
        if late:
            self._kernel.bring_up_many(state, self._index, np.array(late, np.int32))

    def bring_up_all(self, state: State) -> None:
        """The rows of every slot are to be read. Of a large book this takes seconds."""
        self._kernel.bring_up_everybody(state, self._index)

    def forget_price(self, state: State, number: int) -> None:
        self._kernel.forget_price(state, self._index, number)

    def wake(self, state: State, slots: Iterable[int]) -> None:
        self._kernel.wake_many(state, self._index, np.array(list(slots), np.int32))

    def exact_path(self, state: State) -> int:
        rests = self._index.rests
        awake = (rests["resting"] == 0) & (rests["queued"] == 0)
        return int(np.count_nonzero(awake & (state.slots["place_count"] > 0)))

    def wakes(self) -> int:
        return int(self._index.head[0]["wakes"])
