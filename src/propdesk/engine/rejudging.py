"""Who must be judged again, and why: filled gaps, and events that came after their time.

An account in the queue is *unknown* until it was judged again in the true order of time. Some are
taken per stretch of the log's own time, so that a filled gap of ten thousand accounts stops nobody;
what is taken when follows from the log alone. It must not judge: ``Again`` does.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from propdesk.domain.account import Account
from propdesk.domain.events import GapClosed, GapOpened
from propdesk.domain.unattended import Unattended
from propdesk.domain.valuation import conversion_for
from propdesk.engine.desk import Desk
from propdesk.engine.market import JudgedTicks
from propdesk.engine.rejudging_changes import Changes, Withdrawn, changes_of
from propdesk.engine.rejudging_gaps import Gap, Gaps, Price
from propdesk.engine.seats import Seat, Spot, Told
from propdesk.wire.log_records import BackFilled, Moment

STRETCH_US = 250_000
"""Of the log's time: so often some are taken."""
TAKEN = 4
"""So many accounts are judged again at once; the engine judges nothing else meanwhile."""
BLEMISHES_MAX = 32
LATE = "an event came after its time"
FILLED = "the ticks of a gap were back-filled"
UNKNOWN = "unknown"
WAITS = "it waits to be judged again: "
CARRIED = ("engine",)
"""Doubts that are no part of the history: a person must look, whatever it says judged again."""


@dataclass(frozen=True, slots=True)
class Blemish:
    """States of an account behind record ``offset`` are true again; those up to it (it was judged
    again before the next one was applied) only up to ``since``."""

    since: int
    offset: int


@dataclass(frozen=True, slots=True)
class Due:
    """An account that waits: what is new of its past begins at ``since``, and record ``because``
    brought it."""

    account: str
    since: int
    because: int
    why: str


class Again(Protocol):
    """Judges accounts again, in the true order of time."""

    def judge(
        self, due: Sequence[Due], rejudging: "Rejudging", until: Spot
    ) -> Mapping[str, Unattended | str]:
        """Each account's evaluator as it should be up to a place of the log, or the sentence that
        says what is missing. Raises what the log raises: nothing was judged then."""

    def rest(self) -> None:
        """Nobody waits any more: nothing of the past needs to be kept."""


@dataclass(frozen=True, slots=True)
class Rejudged:
    """An account was judged again; its seat is what it should be."""

    due: Due
    told: Told
    changes: Changes


@dataclass(slots=True)
class Rejudging:
    """The queue of one partition, and what must be remembered for it. Kept in snapshots."""

    desk: Desk
    again: Again | None = None
    """None: nobody is judged again, and stays unknown."""
    gaps: Gaps = field(default_factory=Gaps)
    queue: dict[str, Due] = field(default_factory=dict)
    blemishes: dict[str, tuple[Blemish, ...]] = field(default_factory=dict)
    withdrawn: dict[str, tuple[Withdrawn, ...]] = field(default_factory=dict)
    """By account: what was said of it and does not hold."""
    stretch: int = 0

    # -- what makes an account be judged again
    def note_moment(self, record: Moment, offset: int) -> None:
        """Before it is applied: whether it comes after its time."""
        seat = self.desk.seats.get(record.account)
        if self.again is None or seat is None or seat.evaluator.account is None:
            return
        if len(self.desk.strikes):  # one that was struck is as of before, until it is asked
            self.desk.bring_up(seat)
        at = record.events[0].at
        if at < seat.evaluator.account.at:
            self._put(seat, at, offset, LATE)

    def note_ticks(self, record: BackFilled) -> None:
        """Ticks of gaps passed by."""
        ticks, instruments = record.ticks, self.desk.instruments
        for number in np.unique(ticks.symbol).tolist():
            symbol, digits = instruments.symbols[number]
            instrument = instruments.catalogue.find(symbol)
            if instrument is None:
                continue
            for row in np.flatnonzero(ticks.symbol == number).tolist():
                price = (int(ticks.bid[row]), int(ticks.ask[row]), digits)
                self.gaps.reach(instrument.symbol, int(ticks.at[row]), price)

    def note_gap(self, event: GapOpened | GapClosed, offset: int) -> tuple[Gap | None, list[Seat]]:
        """Before it is applied. The gap where it is whole by this record, and who is in doubt by
        that who was not before."""
        instrument = self.desk.instruments.catalogue.find(event.symbol)
        if instrument is None:
            return None, []
        symbol, book = instrument.symbol, self.desk.book
        if isinstance(event, GapOpened):
            number = self.desk.instruments.number_of(symbol)
            quote = book.quote(number)
            price = None if quote is None else (quote.bid, quote.ask, book.digits(number))
            self.gaps.open(symbol, event.at, price)
            return None, []
        if not event.back_filled:
            self.gaps.close(symbol, event.at)
            return None, []
        gap = self.gaps.fill(symbol, event.at)
        if gap is None or self.again is None:
            return gap, []
        concerned = [
            each
            for each in self.desk.seats.values()
            if _concerns(each.evaluator.account, symbol, gap)
        ]
        for seat in concerned:
            self._put(seat, gap.since, offset, FILLED)
        return gap, [each for each in concerned if each.status != UNKNOWN]

    def _put(self, seat: Seat, since: int, offset: int, why: str) -> None:
        waiting = self.queue.get(seat.name)
        if waiting is not None:
            # It keeps its place: who is disturbed again and again is judged again all the same.
            since = min(since, waiting.since)
        self.queue[seat.name] = Due(seat.name, since, offset, why)
        seat.evaluator.standing.uncertain.setdefault("again", WAITS + why)
        seat.changed = True

    # -- judging some of them again
    def step(self, at: int, until: Spot) -> list[Rejudged]:
        """Judge some again, where it is time for it. Raises what the log raises; then they wait."""
        stretch = at // STRETCH_US
        if not self.queue or self.again is None or stretch <= self.stretch:
            return []
        due = [self.queue[name] for name in list(self.queue)[:TAKEN]]
        for each in due:
            self.desk.bring_up(self.desk.seats[each.account])
        found = self.again.judge(due, self, until)
        # After this point they were judged again, or cannot be.
        self.stretch = stretch
        rejudged = []
        for each in due:
            del self.queue[each.account]
            seat, outcome = self.desk.seats[each.account], found[each.account]
            if isinstance(outcome, str):
                rejudged.append(self._give_up(each, seat, outcome))
            else:
                rejudged.append(self._replace(each, seat, outcome, until))
        if not self.queue:
            self.again.rest()
        return rejudged

    def _give_up(self, due: Due, seat: Seat, why: str) -> Rejudged:
        standing = seat.evaluator.standing
        standing.uncertain.pop("again", None)
        standing.uncertain["past"] = f"{due.why}, and it cannot be judged again: {why}"
        seat.changed = True
        return Rejudged(due, self.desk.ask_status(seat), Changes())

    def _replace(self, due: Due, seat: Seat, truth: Unattended, until: Spot) -> Rejudged:
        old, new = seat.evaluator.standing, truth.evaluator.standing
        for name in CARRIED:
            if name in old.uncertain:
                new.uncertain.setdefault(name, old.uncertain[name])
        new.disputed = new.disputed or old.disputed
        withdrawn = self.withdrawn.get(due.account, ())
        changes = changes_of(old.verdicts[: seat.said], new.verdicts, withdrawn, due.why)
        if changes.withdrawn != withdrawn:
            self.withdrawn[due.account] = changes.withdrawn
        blemish = Blemish(due.since, until.offset)
        self.blemishes[due.account] = _merged((*self.blemishes.get(due.account, ()), blemish))
        seat.awake, seat.asleep, seat.shape = truth, None, None
        # Booked in the order in which its deals came; whoever looks next sees the true one.
        self.desk.circles.together.close(due.account)
        seat.said, seat.changed = len(new.verdicts), True
        return Rejudged(due, self.desk.ask_status(seat), changes)


def tell_price(desk: Desk, symbol: str, price: Price, at: int) -> Iterator[Told]:
    """Put a price in force that no tick brings. ``price`` is not finer than the book's."""
    number = desk.instruments.number_of(symbol)
    finer = 10 ** (desk.book.digits(number) - price[2])
    one, when = np.array([number], np.int32), np.array([at], np.int64)
    bid, ask = np.array([price[0] * finer]), np.array([price[1] * finer])
    desk.make_room(JudgedTicks(one, when, bid, ask, one, np.zeros(1, np.int64)))
    _, touched = desk.book.run(one, when, bid, ask)
    yield from desk.touched(touched, at, symbol)


def _merged(blemishes: tuple[Blemish, ...]) -> tuple[Blemish, ...]:
    """At most so many: the oldest two become one that is as strict as both."""
    if len(blemishes) <= BLEMISHES_MAX:
        return blemishes
    first, second, *rest = blemishes
    one = Blemish(min(first.since, second.since), max(first.offset, second.offset))
    return (one, *rest)


def _concerns(account: Account | None, symbol: str, gap: Gap) -> bool:
    """Whether an account may have depended on a symbol at some moment from the gap's begin on."""
    if account is None:
        return False
    if symbol in account.worth.by_symbol:
        return True
    for trade in reversed(account.situation.trades):
        if trade.closed_at < gap.since:
            break
        if _needs(account, trade.symbol, symbol):
            return True
    return False


def _needs(account: Account, traded: str, symbol: str) -> bool:
    """Whether a position in one symbol is valued by another's price."""
    instrument = account.catalogue.find(traded)
    if instrument is None:
        return True  # it was known once; better once too often
    conversion = conversion_for(
        instrument.profit_currency, account.situation.currency, account.catalogue
    )
    return symbol == instrument.symbol or (conversion is not None and conversion.symbol == symbol)
