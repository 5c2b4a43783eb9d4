"""Rows of the book's arrays, made from shapes, and the proof that a shape's sums fit 64 bits.

It must not know where a row goes: ``book`` does.
"""

from array import array
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any

import numpy as np

from propdesk.engine.fixed_point import MAGNITUDE_MAX
from propdesk.engine.layout import (
    KEPT,
    LEAST,
    MOST,
    NO_HIGH,
    NO_LOW,
    NO_PEAK,
    NOTHING,
    SUMS_OF_A_TERM_MAX,
    Ints,
    Row,
    Rows,
)
from propdesk.engine.shapes import AccountShape, Bounds, Seen, SumShape, TermShape

NO_MINUTE = (MOST, LEAST)
"""Extremes of a minute in which nothing was seen."""
SUM_WIDTH, TERM_WIDTH, EDGES_WIDTH = 9, 5 + SUMS_OF_A_TERM_MAX, 5
"""How many numbers the kernel is given for a sum, a term, and the bounds of a sum."""
EVERY_MINUTE = (LEAST, MOST)
"""Extremes of a sum that keeps none: no value goes beyond them."""


def blank_rows(row: np.dtype[np.void], count: int) -> Rows:
    return np.zeros(count, row)


def grown(array: Any, rows: int) -> Any:
    """The array with room for so many rows; it doubles, so that growth costs little a row."""
    if rows <= len(array):
        return array
    wider = np.zeros(max(rows, 2 * len(array)), array.dtype)
    wider[: len(array)] = array
    return wider


def misfit_of(shape: AccountShape, of: Callable[[int], tuple[int, int]]) -> str | None:
    """Why a shape cannot be put; ``of`` says an instrument's digits and ceiling."""
    if any(each.minutes for each in shape.sums[1:]):
        return "minutes of another sum than the first"
    for term in shape.terms:
        places = term.sums
        if not 1 <= len(places) <= SUMS_OF_A_TERM_MAX or len(set(places)) < len(places):
            return f"a term of the sums {places}"
        if not all(0 <= place < len(shape.sums) for place in places):
            return f"a term of the sums {places}, there are {len(shape.sums)}"
        form, own = term.form, of(term.instrument)
        rate = None if term.rate is None else of(term.rate)
        if term.rate == term.instrument:
            return "an instrument that converts itself is no rate: its form knows"
        if form is None:
            continue
        if own != (form.price_digits, form.price_ceiling):
            return f"a form for prices of {form.price_digits} digits, not {own}"
        if form.needs_rate is not (rate is not None):
            return f"a form and an instrument that do not both convert: {term}"
        if rate is not None and rate != (form.rate_digits, form.rate_ceiling):
            return f"a form for rates of {form.rate_digits} digits, not {rate}"
    return None


def is_proved(shape: AccountShape) -> bool:
    """Whether no sum can leave 64 bits, whatever its terms are worth."""
    largest = [abs(each.base) for each in shape.sums]
    for term in shape.terms:
        if term.form is not None:
            for place in term.sums:
                largest[place] += term.form.value_max
    return all(each <= MAGNITUDE_MAX for each in largest)


def _clipped(number: int) -> int:
    """A bound no sum can reach is as good as the nearest such one that fits."""
    return max(-MAGNITUDE_MAX - 1, min(number, MAGNITUDE_MAX + 1))


def edges(bounds: Bounds) -> tuple[int, int, int, int, int]:
    """Low, high, peak, gap and cap."""
    trail = bounds.trail
    low = NO_LOW if bounds.low is None else _clipped(bounds.low)
    high = NO_HIGH if bounds.high is None else _clipped(bounds.high)
    if trail is None:
        return low, high, NO_PEAK, 0, 0
    cap = MAGNITUDE_MAX if trail.cap is None else _clipped(trail.cap)
    return low, high, _clipped(trail.peak), _clipped(trail.gap), cap


def sum_numbers(each: SumShape, minutes: int, minute: tuple[int, int]) -> tuple[int, ...]:
    """What the kernel fills a sum from: base, ``NO_MINUTES``, ``TOLD`` or ``KEPT``, the extremes of
    the running minute where they are kept, and its edges."""
    window = minute if minutes == KEPT else EVERY_MINUTE
    return each.base, minutes, *window, *edges(each.bounds)


def term_numbers(term: TermShape, run: int, *, formed: bool) -> tuple[int, ...]:
    """What the kernel fills a term from: its run, its form, and how many sums, by their places."""
    form = term.form
    a, b, d = (0, 0, 0) if form is None or not formed else (form.a, form.b, form.d)
    rest = SUMS_OF_A_TERM_MAX - len(term.sums)
    return run, a, b, d, len(term.sums), *term.sums, *(NOTHING for _ in range(rest))


def numbers_of(rows: Sequence[tuple[int, ...]], width: int) -> Ints:
    """Rows of so many numbers each as the kernel takes them."""
    if not rows:
        return np.empty((0, width), np.int64)
    numbers = array("q", chain.from_iterable(rows))  # half the time numpy takes to look at tuples
    return np.frombuffer(numbers, np.int64).reshape(len(rows), width)


def run_key(term: TermShape) -> tuple[int, ...]:
    """Own instrument, rate, and how it converts: terms with the same are in one run."""
    rate = term.instrument if term.rate is None else term.rate
    if term.form is None:
        return term.instrument, rate, 0, 0, 0
    form = term.form
    return term.instrument, rate, form.converted, form.rate_side, int(form.at_bid)


def refine_minute(instrument: Row, finer: int) -> None:
    """An instrument's points are finer by this factor from here on, and so are its minute's."""
    if instrument["bid_low"] <= instrument["bid_high"]:
        for name in ("bid_low", "bid_high", "ask_low", "ask_high"):
            instrument[name] *= finer


def seen(value: Any, window: Any, *, known: bool) -> Seen:
    """What was seen of a row that has a window."""
    return seen_between(int(value), int(window["seen_low"]), int(window["seen_high"]), known=known)


def seen_between(value: int, low: int, high: int, *, known: bool) -> Seen:
    """What was seen, by its numbers: nothing where the least is above the greatest."""
    now = value if known else None
    return Seen(now, None, None) if low > high else Seen(now, low, high)
