"""Two books, one judged in one pass and one by the index, through the same market and events.

Everything is drawn from a seed, phase by phase. Before each phase a copy of the first book plays
its ticks without bounds, to learn the extremes of every sum; bounds are then laid on these and one
unit beside them. What the two books say is compared at every step.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from propdesk.domain.money import minor_digits
from propdesk.engine.book import Book
from propdesk.engine.index_parts import LogSize
from propdesk.engine.one_pass import OnePass
from propdesk.engine.shapes import FREE, AccountShape, Bounds, SumShape, TermShape
from propdesk.engine.trigger_index import TriggerIndex
from tests.engine.oracle import Held, Window
from tests.engine.streams import (
    CEILING,
    DIGITS,
    MARKET,
    NUMBERS,
    draw_bounds,
    draw_held,
    form_of,
)

PLACES = 4
STEPS = (0, 1, -1, 1, -1, 2, -2, 7, -7, 40, -40)
NOT_PRICES = (0, -5, CEILING + 1, -CEILING - 1)


class Parted(AssertionError):
    """The two books said different things."""


@dataclass(slots=True)
class SideBySide:
    """The books and the market; ``judged`` counts ticks, ``touches`` slots touched."""

    kernel: Any
    seed: int
    size: LogSize
    accounts: int = 12
    odd: float = 0.003
    """The share of ticks that are no prices, and of accounts that are exposed."""
    draw: random.Random = field(init=False)
    one: Book = field(init=False)
    index: Book = field(init=False)
    prices: dict[str, int] = field(init=False)
    shapes: dict[int, AccountShape] = field(init=False)
    judged: int = 0
    touches: int = 0

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self.one = Book(self.kernel, OnePass(self.kernel))
        self.index = Book(self.kernel, TriggerIndex(self.kernel, self.size))
        self.prices = dict(MARKET)
        for name, number in NUMBERS.items():
            self.both(Book.instrument, number, name, DIGITS[number], CEILING)
        for _ in range(self.accounts):
            self.both(Book.open_slot)
        self.tell([(number, MARKET[name], MARKET[name] + 2) for name, number in NUMBERS.items()])
        self.shapes = {}
        for slot in range(self.accounts):
            self.put(slot, self.new_shape())

    def both(self, ask: Callable[..., Any], *words: Any) -> Any:
        """What both books say, asked the same."""
        said, wanted = ask(self.index, *words), ask(self.one, *words)
        if said != wanted:
            raise Parted(f"seed {self.seed}, tick {self.judged}: {said} is not {wanted}")
        return said

    # -- accounts
    def new_shape(self) -> AccountShape:
        draw = self.draw
        currency = draw.choice(("USD", "EUR", "JPY", "GBP"))
        held = [draw_held(draw, currency, PLACES) for _ in range(draw.choice((0, 1, 1, 2, 3, 6)))]
        if held and draw.random() < 0.4:  # a hedge, or more of the same
            other = replace(held[0], side=draw.choice(("buy", "sell")))
            held.append(other)
        base = 10_000 * 10 ** minor_digits(currency)
        bases = (base, 0, draw.randint(-500, 500), 7)
        return AccountShape(
            [SumShape(each, FREE, minutes=n == 0) for n, each in enumerate(bases)],
            [self.term(each) for each in held],
            exposed=draw.random() < self.odd,
        )

    def term(self, held: Held) -> TermShape:
        without = held.without_form and self.draw.random() < self.odd * 50
        form = None if without else form_of(replace(held, without_form=False))
        return TermShape(form, held.number, held.rate, held.sums)

    def put(self, slot: int, shape: AccountShape) -> None:
        self.shapes[slot] = shape
        self.both(Book.put, slot, shape)

    # -- ticks
    def ticks(self, count: int) -> list[tuple[int, int, int]]:
        """So many steps of the market; some are no prices."""
        draw, found = self.draw, []
        few = draw.sample(list(MARKET), draw.choice((1, 2, 5, len(MARKET))))
        for _ in range(count):
            name = draw.choice(few)
            self.prices[name] += draw.choice(STEPS)
            bid = self.prices[name]
            if draw.random() < self.odd:
                bid = draw.choice(NOT_PRICES)
            found.append((NUMBERS[name], bid, bid + draw.choice((0, 0, 1, 2, 5, -1, -3))))
        return found

    def tell(self, ticks: Sequence[tuple[int, int, int]], event: float = 0.0) -> None:
        """Both judge the ticks, and stop at the same ones; between them something may happen."""
        at, given = 0, columns(ticks)
        while at < len(ticks):
            end = min(len(ticks), at + self.draw.choice((1, 3, 20, 400)))
            part = [column[at:end] for column in given]
            going_on, touched = self.both(Book.run, *part)
            at += going_on
            self.judged += going_on
            self.touches += len(touched)
            for slot in touched:
                if self.draw.random() < 0.7:
                    self.answer(slot)
            if self.draw.random() < event:
                self.something()

    def answer(self, slot: int) -> None:
        """What an engine does with a slot that was touched."""
        self.both(Book.settle, slot)
        self.both(Book.set_bounds, slot, [FREE] * PLACES)

    def something(self) -> None:
        if self.draw.random() < 0.5:
            self.question()
        else:
            self.event()

    def question(self) -> None:
        slot = self.draw.randrange(self.accounts)
        some = self.draw.sample(range(self.accounts), 3)
        questions: list[tuple[Any, ...]] = [
            (Book.settle, slot),
            (minutes_of,),
            (running_of, slot),
            (watched, slot),
            (unwatched, slot),
            (values_of, slot),
            (Book.bounds, slot),
            (caught_of, some),
        ]
        self.both(*self.draw.choice(questions))

    def event(self) -> None:
        draw, slot = self.draw, self.draw.randrange(self.accounts)
        number = draw.randrange(len(MARKET))
        match draw.randrange(8):
            case 0 | 1:
                self.put(slot, self.new_shape())
            case 2:
                self.both(Book.release, draw.sample(range(self.accounts), 2))
            case 3:
                self.both(Book.silence, number)
                self.both(Book.speak, number)
            case 4 if draw.random() < 0.3:
                self.both(Book.silence, number)
            case 5:
                self.both(Book.speak, number)
            case 6:
                way = TriggerIndex(self.kernel, self.size)
                self.index = Book.from_parts(self.index.to_parts(), self.kernel, way)
            case _:
                self.both(Book.close_slot, slot)
                assert self.both(Book.open_slot) == slot
                self.put(slot, self.new_shape())

    # -- phases
    def phase(self, count: int, event: float) -> None:
        """So many ticks under bounds on the extremes they lead to."""
        ticks = self.ticks(count)
        scout = Book.from_parts(self.one.to_parts(), self.kernel, OnePass(self.kernel))
        for slot in self.shapes:
            scout.set_bounds(slot, [FREE] * PLACES)
            scout.settle(slot)
        at, given = 0, columns(ticks)
        while at < count:
            at, _touched = scout.run(*given, start=at)
        for slot in self.shapes:
            seen = [Window(each.low, each.high) for each in scout.settle(slot).sums]
            bounds = [self.bounds(each) for each in seen]
            self.both(Book.set_bounds, slot, bounds)
        self.tell(ticks, event)
        for slot in self.shapes:
            self.both(Book.bounds, slot)
            self.both(Book.settle, slot)
        for number in range(len(MARKET)):
            self.both(Book.speak, number)

    def bounds(self, seen: Window) -> Bounds:
        """On the extremes or beside them; half of the time far from one of them."""
        bounds = draw_bounds(self.draw, seen)
        if seen.low is not None and seen.high is not None and self.draw.random() < 0.5:
            room = 1 + (seen.high - seen.low) // 2
            far = Bounds(seen.low - room, seen.high + room, bounds.trail)
            kept = self.draw.choice(("low", "high", "none"))
            low = bounds.low if kept == "low" else far.low
            bounds = Bounds(low, bounds.high if kept == "high" else far.high, bounds.trail)
        return bounds


def columns(ticks: Sequence[tuple[int, int, int]]) -> list[Any]:
    rows = np.array(ticks, np.int64)
    at = np.arange(len(ticks), dtype=np.int64)
    return [rows[:, 0].astype(np.int32), at, rows[:, 1].copy(), rows[:, 2].copy()]


def values_of(book: Book, slot: int) -> list[int | None]:
    return [book.value(slot, place) for place in range(PLACES)]


def minutes_of(book: Book) -> Any:
    found = book.minutes.end()
    return found.slot.tolist(), found.low.tolist(), found.high.tolist()


def running_of(book: Book, slot: int) -> tuple[int, int] | None:
    return book.minutes.running(slot)


def watched(book: Book, slot: int) -> None:
    book.minutes.watch(slot)


def unwatched(book: Book, slot: int) -> None:
    book.minutes.unwatch(slot)


def caught_of(book: Book, slots: Sequence[int]) -> Any:
    caught = book.caught(slots, [1] * len(slots))
    settled = [caught.settled(row) for row in range(len(slots))]
    return caught.alone, caught.value, caught.highest, settled
