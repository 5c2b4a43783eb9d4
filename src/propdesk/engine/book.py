"""The book: the accounts' sums and terms in arrays that grow, and the kernel that runs over them.

An account has a slot; its shape is put as a whole. The book says which slots a tick touches and
what was seen since; it must not know what a sum means, nor read a price it was not given.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from propdesk.engine.arrays import Arrays
from propdesk.engine.book_minutes import BookMinutes
from propdesk.engine.builds import PLAIN
from propdesk.engine.caught import Caught, caught
from propdesk.engine.fixed_point import MAGNITUDE_MAX
from propdesk.engine.layout import (
    LAYOUT_VERSION,
    LEAST,
    MOST,
    NO_HIGH,
    NO_LOW,
    NO_MINUTES,
    UNKNOWN,
    Ints,
    Row,
    Rows,
    ShortInts,
    State,
)
from propdesk.engine.one_pass import OnePass, WayOfJudging
from propdesk.engine.quote import Quote, quote_in
from propdesk.engine.rows import (
    EDGES_WIDTH,
    SUM_WIDTH,
    TERM_WIDTH,
    edges,
    is_proved,
    misfit_of,
    numbers_of,
    refine_minute,
    seen_between,
    sum_numbers,
    term_numbers,
)
from propdesk.engine.shapes import AccountShape, Bounds, Settled, instruments_of


class BookError(ValueError):
    """A call that does not fit the book; nothing was changed. The caller has a mistake."""


class OtherLayout(BookError):
    """The parts were written by another version; the caller replays the log instead."""


class Book:
    """Sums and terms of every account, over a kernel (``builds.build_kernel``).

    Its ticks are judged in one pass, or another ``way``; what it says is the same.
    """

    def __init__(self, kernel: Any = PLAIN, way: WayOfJudging | None = None) -> None:
        self._kernel = kernel
        self._way: WayOfJudging = OnePass(kernel) if way is None else way
        self._names: dict[int, tuple[str, int]] = {}
        self._ceilings: dict[int, int] = {}  # as the arrays have them, which are slow to ask
        self._closed: list[int] = []
        self._slot_count = 0
        self._arrays = Arrays()
        self.moves = self.rescales = 0  # so often prices, and so often points, became others
        self.minutes = BookMinutes(kernel, self._way, lambda: self._state, self._open)

    @property
    def _state(self) -> State:
        return self._arrays.state

    # -- instruments
    def instrument(self, number: int, name: str, digits: int, ceiling: int) -> None:
        """Register an instrument; its prices are in ``10**-digits``, none counts beyond
        ``ceiling`` points."""
        if number in self._names:
            raise BookError(f"instrument {number} is registered as {self._names[number][0]}")
        if not 0 < ceiling <= MAGNITUDE_MAX:
            raise BookError(f"{name}: a ceiling of {ceiling} points")
        self._arrays.make_room_for_instrument(number)
        row = self._state.instruments[number]
        row["ceiling"] = self._ceilings[number] = ceiling
        row["bid_low"], row["bid_high"], row["ask_low"], row["ask_high"] = MOST, LEAST, MOST, LEAST
        row["lapsed"] = 1
        self._names[number] = (name, digits)
        self._way.fit(self._state)

    def rescale(self, number: int, digits: int, ceiling: int) -> tuple[int, ...]:
        """From now on an instrument's prices have other digits and another ceiling.

        Its price is forgotten and the forms made for the old digits with it: the slots returned
        must be put anew, and until then every tick of their instruments touches them.
        """
        name, before = self._named(number)
        silent = self._state.instruments[number]["silent"]
        touched = self.silence(number)
        self.rescales += 1
        self._way.forget_price(self._state, number)
        self._state.instruments[number]["silent"] = silent
        self._state.instruments[number]["ceiling"] = self._ceilings[number] = ceiling
        self._names[number] = (name, digits)
        refine_minute(self._state.instruments[number], 10 ** (digits - before))
        for terms in self._terms_of(number):
            terms["d"] = 0
        return touched

    def digits(self, number: int) -> int:
        """The digits an instrument's points have."""
        return self._named(number)[1]

    def digits_by_number(self) -> npt.NDArray[np.int8]:
        """The same of every row of the instruments; none where no instrument is registered."""
        digits = np.zeros(len(self._state.instruments), np.int8)
        for number, (_name, each) in self._names.items():
            digits[number] = each
        return digits

    def ceiling(self, number: int) -> int:
        """The magnitude in points beyond which an instrument's price does not count."""
        self._named(number)
        return self._ceilings[number]

    def ceilings(self, numbers: ShortInts) -> Ints:
        """The ceilings of many instruments at once."""
        ceilings: Ints = self._state.instruments["ceiling"][numbers]
        return ceilings

    def quote(self, number: int) -> Quote | None:
        """The price in force; None where there is none that counts."""
        self._named(number)
        return quote_in(self._state.instruments, number)

    def quotes(self) -> Rows:
        """A copy of every instrument's row, to look quotes up in later (``quote_in``)."""
        return self._state.instruments.copy()

    def silence(self, number: int) -> tuple[int, ...]:
        """Quotes are missing from now on: what depends on the instrument is not known.

        Returns the slots that depend on it.
        """
        self._named(number)
        self.moves += 1
        return self._touched(self._way.fall_silent(self._state, number))

    def speak(self, number: int) -> None:
        """The silence is over; the next tick makes known again what depends on it."""
        self._named(number)
        self.moves += 1
        self._state.instruments[number]["silent"] = 0

    # -- accounts
    def open_slot(self) -> int:
        """A slot for an account, without sums and terms."""
        if self._closed:
            slot = self._closed.pop()
        else:
            slot, self._slot_count = self._slot_count, self._slot_count + 1
            self._arrays.make_room_for_slot(slot)
            self._way.fit(self._state)
        self._state.slots[slot]["open"] = 1
        return slot

    def close_slot(self, slot: int) -> None:
        """The account is gone; its slot may become another's."""
        row = self._open(slot)
        self._way.wake(self._state, (slot,))
        self._empty(slot, row)
        row["open"] = 0
        self._closed.append(slot)
        self.minutes.forget(slot)

    def put(self, slot: int, shape: AccountShape) -> bool:
        """Replace all sums and terms of a slot; their windows begin with the values they have.

        Extremes of the minute stay with the place of their sum.
        False where the sums of so many or so large terms could leave 64 bits: the slot is then
        exposed, its terms have no form, and the account must be judged without the kernel.
        """
        row = self._open(slot)
        if misfit := misfit_of(shape, self._of):
            raise BookError(misfit)
        proved = is_proved(shape)
        self._way.wake(self._state, (slot,))
        minute = self.minutes.change(slot)
        self._empty(slot, row)
        first_sum = self._arrays.sum_blocks.take(len(shape.sums))
        first_place = self._arrays.place_blocks.take(len(shape.terms))
        runs = self._arrays.make_room(shape)
        # After this point the shape must be in.
        self._state.slots[slot]["exposed"] = shape.exposed or not proved
        told = self.minutes.told_of(slot)
        sums = [sum_numbers(e, told if e.minutes else NO_MINUTES, minute) for e in shape.sums]
        terms = [term_numbers(term, run, formed=proved)
                 for term, run in zip(shape.terms, runs, strict=True)]  # fmt: skip
        rows = numbers_of(sums, SUM_WIDTH), numbers_of(terms, TERM_WIDTH)
        self._kernel.fill(self._state, slot, (first_sum, first_place), rows)
        self._way.enrol(self._state, slot, instruments_of(shape))
        return proved

    def set_bounds(self, slot: int, bounds: Sequence[Bounds]) -> None:
        """Give a slot's sums other bounds; terms, values and windows stay."""
        row = self._open(slot)
        if len(bounds) != row["sum_count"]:
            raise BookError(f"{len(bounds)} bounds for {row['sum_count']} sums")
        given = numbers_of([edges(each) for each in bounds], EDGES_WIDTH)
        self._way.wake(self._state, (slot,))
        self._kernel.rearm(self._state, slot, given)

    def settle(self, slot: int) -> Settled:
        """What was seen of a slot since it was put or last settled; the windows begin anew."""
        row = self._up_to_date(slot)
        _stamp, _sum, sums_held, _place, terms_held, *_ = row.item()  # one by one is slow
        sums, terms = np.empty((sums_held, 4), np.int64), np.empty((terms_held, 3), np.int64)
        self._kernel.settle(self._state, slot, sums, terms)
        return Settled(
            sums=tuple(seen_between(*s, known=unknown == 0) for *s, unknown in sums.tolist()),
            terms=tuple(seen_between(*t, known=t[0] != UNKNOWN) for t in terms.tolist()),
        )

    def caught(self, slots: Sequence[int], first_sums: Sequence[int]) -> Caught:
        """What was seen of many open slots; nothing begins anew."""
        self._way.bring_up(self._state, slots)
        return caught(self._state, slots, first_sums)

    def release(self, slots: Sequence[int]) -> None:
        """Bound the sums of these open slots no more; their windows begin anew."""
        self._way.wake(self._state, slots)
        self._kernel.release(self._state, np.array(slots, np.int32))

    def value(self, slot: int, place: int = 0) -> int | None:
        """What one of a slot's sums is worth now; None while a term of it is not known."""
        row = self._up_to_date(slot)
        if not 0 <= place < row["sum_count"]:
            raise BookError(f"slot {slot} has no sum {place}")
        each = self._state.sums[row["first_sum"] + place]
        return None if each["unknown"] else int(each["value"])

    def bounds(self, slot: int) -> tuple[tuple[int | None, int | None], ...]:
        """The bounds in force of a slot's sums, as far as trailing ones have risen."""
        guards = self._guards_of(self._up_to_date(slot))
        return tuple(
            (
                None if each["low"] == NO_LOW else int(each["low"]),
                None if each["high"] == NO_HIGH else int(each["high"]),
            )
            for each in guards
        )

    def exposed_count(self) -> int:
        """How many open slots every tick of their instruments touches, by flag or for a term
        without a form."""
        slots = self._state.slots[: self._slot_count]
        marked = (slots["open"] != 0) & (slots["exposed"] != 0)
        for number in np.flatnonzero((slots["open"] != 0) & ~marked & (slots["unknown"] > 0)):
            _sums, _guards, terms = self._rows_of(slots[number])
            marked[number] = not terms["d"].all()
        return int(marked.sum())

    def on_the_exact_path(self) -> int:
        """How many slots are valued at every tick of their instruments: they have no zone."""
        return self._way.exact_path(self._state)

    def wakes(self) -> int:
        """How many times a slot was looked at because a price left its zone."""
        return self._way.wakes()

    # -- ticks
    def run(
        self,
        instrument: ShortInts,
        at: Ints,
        bid: Ints,
        ask: Ints,
        *,
        start: int = 0,
        until_at: int = 2**63 - 1,
    ) -> tuple[int, tuple[int, ...]]:
        """Judge ticks in order: columns of equal length, prices in points.

        Returns after the first tick that touches a slot, before the first of ``until_at`` or
        later, or at the end: where to go on, and the slots touched, in order.
        """
        if not len(instrument) == len(at) == len(bid) == len(ask):
            raise BookError("columns of ticks of different lengths")
        self.moves += 1
        ticks = (instrument, at, bid, ask)
        going_on, count = self._way.run(self._state, ticks, start, until_at)
        return going_on, self._touched(count)

    def nearest(self, count: int) -> tuple[int, ...]:
        """The slots of which a sum is nearest to its lower bound, in units of its amount, at the
        prices that stand. Nobody who rests is brought up to date for it: a bound that trails is
        then taken where it was when he was, or where the value now has brought it."""
        state = self._state
        worth = np.empty(int(state.slots["sum_count"].max(initial=0)), np.int64)
        slots = np.empty(len(state.slots), np.int32)
        rooms = np.empty(len(state.slots), np.int64)
        found = self._kernel.rooms(state, worth, slots, rooms)
        slots, rooms = slots[:found], rooms[:found]
        if count < found:
            farthest = np.partition(rooms, count)[count]
            slots, rooms = slots[rooms <= farthest], rooms[rooms <= farthest]
        return tuple(slots[np.argsort(rooms, kind="stable")][:count].tolist())

    # -- snapshots
    def to_parts(self) -> dict[str, bytes]:
        """The whole book as named parts of a snapshot, as far behind as it is."""
        head = {
            "layout": LAYOUT_VERSION,
            "instruments": sorted((n, *told) for n, told in self._names.items()),
            "slot_count": self._slot_count,
            "closed": self._closed,
            "watched": self.minutes.watched(),
            "blocks": self._arrays.block_lists(),
        }
        arrays = self._arrays.to_parts(self._slot_count)
        return {"head": json.dumps(head).encode(), **arrays, **self._way.to_parts()}

    @classmethod
    def from_parts(
        cls,
        parts: Mapping[str, bytes | memoryview],
        kernel: Any = PLAIN,
        way: WayOfJudging | None = None,
    ) -> "Book":
        """The book whose parts these are. Raises ``OtherLayout``."""
        head = json.loads(bytes(parts["head"]))
        if head["layout"] != LAYOUT_VERSION:
            raise OtherLayout(f"layout {head['layout']}, not {LAYOUT_VERSION}")
        book = cls(kernel, way)
        book._names = {number: (name, digits) for number, name, digits in head["instruments"]}
        book._slot_count, book._closed = head["slot_count"], head["closed"]
        book.minutes.recall(head["watched"])
        book._arrays = Arrays.from_parts(parts, head["blocks"])
        ceilings = book._state.instruments["ceiling"].tolist()
        book._ceilings = {number: ceilings[number] for number in book._names}
        book._way.recall(book._state, parts)
        return book

    # -- rows
    def _named(self, number: int) -> tuple[str, int]:
        try:
            return self._names[number]
        except KeyError:
            raise BookError(f"instrument {number} is not registered") from None

    def _open(self, slot: int) -> Row:
        if not 0 <= slot < self._slot_count or not self._state.slots[slot]["open"]:
            raise BookError(f"slot {slot} is not open")
        return self._state.slots[slot]

    def _up_to_date(self, slot: int) -> Row:
        """An open slot's row; all rows of the slot may be read."""
        row = self._open(slot)
        self._way.bring_up(self._state, (slot,))
        return row

    def _guards_of(self, row: Row) -> Rows:
        return self._state.guards[row["first_sum"] : row["first_sum"] + row["sum_count"]]

    def _rows_of(self, row: Row) -> tuple[Rows, Rows, Rows]:
        """Sums, guards, and a copy of the terms, in the order of the slot's shape."""
        state = self._state
        sums = state.sums[row["first_sum"] : row["first_sum"] + row["sum_count"]]
        places = state.places[row["first_place"] : row["first_place"] + row["place_count"]]
        terms = state.terms[state.runs["first"][places["run"]] + places["at"]]
        return sums, self._guards_of(row), terms

    def _terms_of(self, number: int) -> Iterable[Rows]:
        """The terms that depend on an instrument, run by run."""
        row = self._state.instruments[number]
        for each in self._state.runs_of[row["first"] : row["first"] + row["count"]]:
            run = self._state.runs[each]
            yield self._state.terms[run["first"] : run["first"] + run["count"]]

    def _touched(self, count: int) -> tuple[int, ...]:
        return tuple(sorted(self._state.touched[:count].tolist())) if count else ()

    def _of(self, number: int) -> tuple[int, int]:
        return self.digits(number), self.ceiling(number)

    def _empty(self, slot: int, row: Row) -> None:
        _stamp, first_sum, sums, first_place, places, *_ = row.item()
        self._way.strike_out(slot)
        self._kernel.take_out(self._state, slot)
        if sums:
            self._arrays.sum_blocks.release(first_sum, sums)
        if places:
            self._arrays.place_blocks.release(first_place, places)
