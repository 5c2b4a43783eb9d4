"""Margin and gross exposure minute by minute: worked out when somebody asks, from what was kept.

Kept are the extremes of each instrument's prices in a minute, and what an account held after each
of its deals. Where no price is in the margin, its extremes are exact. Elsewhere they are bounds:
every price and rate of the minute is taken at its worst, at the same time, and so is what was held
at any moment of the minute; the true extremes lie within. It must not judge: no rule reads this.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from propdesk.domain.events import Deal, Event
from propdesk.domain.position_sizes import Held, Range, gross_exposure, held_in, margin_of
from propdesk.domain.situation import Situation
from propdesk.domain.worth import Prices
from propdesk.engine.book import Book
from propdesk.engine.layout import LEAST, MOST, Ints
from propdesk.engine.market import JudgedTicks, LivePrices
from propdesk.engine.seats import Seat

MINUTES_KEPT = 480
CHANGES_MAX = 1_000_000
"""So many deals' worth of holdings are kept, of all accounts together; the oldest go first."""
Holdings: TypeAlias = tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Exposed:
    """Between which values margin used and gross exposure were in a minute; None: not known."""

    margin: Range | None
    exposure: Range | None


class Exposures:
    """What is kept for it, ``minutes_kept`` minutes back."""

    def __init__(self, book: Book, prices: LivePrices, *, minutes_kept: int = MINUTES_KEPT) -> None:
        self._book, self._prices = book, prices
        self._running = _Extremes()
        self._begun: Mapping[str, Prices] = {}
        self._last: JudgedTicks | None = None
        self._minutes: dict[int, Mapping[str, Prices]] = {}
        self._minutes_kept = minutes_kept
        self.minute = 0
        self._changes: dict[int, deque[tuple[int, Holdings]]] = {}
        self._order: deque[int] = deque()

    # -- what is noted
    def pass_to(self, minute: int) -> None:
        """A minute begins: the prices of the one that ends are complete."""
        self._minutes[self.minute] = self._ranges()
        while len(self._minutes) > self._minutes_kept:
            del self._minutes[next(iter(self._minutes))]
        self.minute = minute
        self._begun, self._running = dict(self._prices), _Extremes()
        if self._last is not None:  # a part of it may be judged in this minute
            self._running.note(self._last, self._book)

    def ticks(self, ticks: JudgedTicks) -> None:
        """A batch begins to be judged."""
        self._last = ticks
        self._running.note(ticks, self._book)

    def before(self, seat: Seat, events: Sequence[Event]) -> Holdings | None:
        """What an account holds before its deals of one stamp; None: there are none. It is known
        already where there were deals before."""
        account = seat.evaluator.account
        if account is None or not any(isinstance(each, Deal) for each in events):
            return None
        return () if seat.slot in self._changes else holdings_of(account.situation)

    def after(self, seat: Seat, before: Holdings | None) -> None:
        """The deals are booked."""
        account, slot = seat.evaluator.account, seat.slot
        if account is None or before is None:
            return
        changes = self._changes.get(slot)
        if changes is None:
            changes = self._changes[slot] = deque([(0, before)])
        changes.append((self.minute, holdings_of(account.situation)))
        self._order.append(slot)
        if len(self._order) > CHANGES_MAX:
            self._changes[self._order.popleft()].popleft()

    # -- what is asked
    def of(self, slot: int, minute: int, situation: Situation) -> Exposed:
        """An account's minute; the running one is as far as it has come."""
        prices = self._ranges() if minute == self.minute else self._minutes.get(minute)
        every = self._held_in(slot, minute, situation)
        if prices is None or not every:
            return Exposed(None, None)
        then = replace(situation, prices=prices)
        return Exposed(
            _whole([_added([margin_of(each, then) for each in held]) for held in every]),
            _whole([_added([gross_exposure(each, then) for each in held]) for held in every]),
        )

    def _held_in(self, slot: int, minute: int, situation: Situation) -> list[Holdings]:
        """Everything the account held at some moment of the minute; empty: no longer kept."""
        changes = self._changes.get(slot)
        if changes is None:
            return [holdings_of(situation)]
        before = [held for at, held in changes if at < minute]
        if not before:
            return []
        return [before[-1], *(held for at, held in changes if at == minute)]

    def _ranges(self) -> Mapping[str, Prices]:
        """Each instrument's prices in the running minute, from the one in force when it began."""
        found: dict[str, Prices] = {}
        for name, number in self._prices.numbers.items():
            told = (self._begun.get(name), self._running.of(number), self._prices.get(name))
            every = [each for each in told if each is not None]
            if every:
                bids = [each for prices in every for each in prices[:2]]
                asks = [each for prices in every for each in prices[2:]]
                found[name] = (min(bids), max(bids), min(asks), max(asks))
        return found


def holdings_of(situation: Situation) -> Holdings:
    """What an account holds now."""
    return tuple(held_in(each) for each in situation.positions.values())


class _Extremes:
    """The least and the greatest prices of each instrument, in points."""

    def __init__(self) -> None:
        self._rows: list[Ints] = [np.empty(0, np.int64) for _ in range(4)]
        self._digits: dict[int, int] = {}

    def note(self, ticks: JudgedTicks, book: Book) -> None:
        if not len(ticks.instrument):
            return
        self._make_room(int(ticks.instrument.max()) + 1)
        for number in np.unique(ticks.instrument).tolist():
            self._rescale(number, book.digits(number))
        bid_low, bid_high, ask_low, ask_high = self._rows
        np.minimum.at(bid_low, ticks.instrument, ticks.bid)
        np.maximum.at(bid_high, ticks.instrument, ticks.bid)
        np.minimum.at(ask_low, ticks.instrument, ticks.ask)
        np.maximum.at(ask_high, ticks.instrument, ticks.ask)

    def of(self, number: int) -> Prices | None:
        if number not in self._digits:
            return None
        digits = self._digits[number]
        low, high, least, most = (Decimal(int(each[number])).scaleb(-digits) for each in self._rows)
        return low, high, least, most

    def _make_room(self, count: int) -> None:
        missing = count - len(self._rows[0])
        if missing > 0:
            ends = (MOST, LEAST, MOST, LEAST)
            self._rows = [
                np.concatenate((each, np.full(missing, end, np.int64)))
                for each, end in zip(self._rows, ends, strict=True)
            ]

    def _rescale(self, number: int, digits: int) -> None:
        before = self._digits.setdefault(number, digits)
        if before < digits:  # finer points from here on
            for each in self._rows:
                each[number] *= 10 ** (digits - before)
            self._digits[number] = digits


def _added(sizes: list[Range | None]) -> Range | None:
    """The sum; None where one of them is not known."""
    known = [each for each in sizes if each is not None]
    if len(known) < len(sizes):
        return None
    none = Fraction(0)
    return sum((low for low, _ in known), none), sum((high for _, high in known), none)


def _whole(ranges: list[Range | None]) -> Range | None:
    """What holds all of them."""
    known = [each for each in ranges if each is not None]
    if not known or len(known) < len(ranges):
        return None
    return min(low for low, _ in known), max(high for _, high in known)
