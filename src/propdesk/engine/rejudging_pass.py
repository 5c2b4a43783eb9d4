"""Judges some accounts again: an older state of each, and the log from there in the order of time.

It runs a small desk of its own over the past, by the same kernel and the same evaluators as the
live one. A state is taken from the newest snapshot that is older than what is new, or made at the
account's enrolment where the log still has everything. It must not touch the live desk.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from propdesk.domain.conditions import Conditions
from propdesk.domain.instruments import Catalogue
from propdesk.domain.unattended import Unattended
from propdesk.engine.book import Book
from propdesk.engine.desk import Alarm, Desk
from propdesk.engine.evaluator_state import StateRefused, pack, unpack
from propdesk.engine.partition import Partition
from propdesk.engine.recovery import (
    DeskHead,
    book_of,
    head_of,
    read_state,
    recall_desk,
    shared_of,
    state_version,
)
from propdesk.engine.rejudging import Again, Due, Rejudging, tell_price
from propdesk.engine.rejudging_past import BEHIND_QUOTES, Columns, Happened, Past, PastUnreadable
from propdesk.engine.seats import Seat, Spot
from propdesk.ports.event_log import EventLogError, OffsetGone, Reader
from propdesk.ports.snapshot_store import Snapshot, SnapshotDamaged, SnapshotStore
from propdesk.wire.log_records import MARKET, Mark, SymbolDefined, Ticks

TOGETHER = "accounts judged together are not judged again; their history must be evaluated"
NO_STATE = "no state of it that is older is kept, and the log does not reach back to its enrolment"
FEED = "past"


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """Where judging again may begin: a snapshot, or the beginning of the log (no snapshot)."""

    past: Past
    desk: Desk
    head: DeskHead | None = None
    snapshot: Snapshot | None = None
    states: dict[str, bytes] = field(default_factory=dict)
    """Accounts as they were there. What its book had seen of one can be asked for once."""


class JudgedAgain(Again):
    """Reads the log and the snapshots of one partition for its live desk."""

    def __init__(
        self,
        desk: Desk,
        *,
        reader: Reader,
        snapshots: SnapshotStore,
        stream: str,
        number: str,
        kernel: Any,
        catalogue: Catalogue,
        conditions: Conditions | None,
        alarm: Alarm,
    ) -> None:
        self._live = desk
        self._reader, self._snapshots = reader, snapshots
        self._stream, self._number = stream, number
        self._kernel, self._catalogue = kernel, catalogue
        self._conditions, self._alarm = conditions, alarm
        self._origins: dict[int, Origin] = {}
        """By the number of the snapshot; 0 is the beginning of the log."""
        self._kept: tuple[Snapshot, ...] | None = None

    def rest(self) -> None:
        self._origins.clear()
        self._kept = None

    def judge(
        self, due: Sequence[Due], rejudging: Rejudging, until: Spot
    ) -> Mapping[str, Unattended | str]:
        found: dict[str, Unattended | str] = {}
        begun: dict[int, list[tuple[Seat, bytes | None]]] = {}
        for each in due:
            seat = self._live.seats[each.account]
            if seat.looks:
                found[each.account] = TOGETHER
                continue
            number, state = self._state_of(seat, each, rejudging)
            if number is None:
                found[each.account] = NO_STATE
            else:
                begun.setdefault(number, []).append((seat, state))
        for number, seats in begun.items():
            try:
                found |= self._judged_from(self._origins[number], seats, rejudging, until)
            except (PastUnreadable, OffsetGone) as error:
                found |= {seat.name: str(error) for seat, _ in seats}
            except EventLogError:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the live accounts go on
                why = f"{type(error).__name__}: {error}"
                self._alarm(f"{len(seats)} accounts cannot be judged again: {why}")
                found |= {seat.name: why for seat, _ in seats}
        return found

    # -- where to begin
    def _state_of(
        self, seat: Seat, due: Due, rejudging: Rejudging
    ) -> tuple[int | None, bytes | None]:
        """The origin to begin from, and the account's state there; no state: at its enrolment."""
        blemishes = rejudging.blemishes.get(seat.name, ())
        if self._kept is None:  # once: to find them is to verify them
            self._kept = tuple(self._snapshots.newest_first(self._number))
        for snapshot in self._kept:
            true_to = [due.since, *(b.since for b in blemishes if snapshot.offset <= b.offset)]
            if snapshot.version != state_version() or head_of(snapshot).at >= min(true_to):
                continue
            if seat.slot >= len(snapshot.blobs):  # enrolled behind it
                self._origin(snapshot)
                return snapshot.number, None
            try:
                return snapshot.number, _state(self._origin(snapshot), snapshot, seat)
            except (SnapshotDamaged, StateRefused):
                continue  # the store has told the alarm; an older one is as good
        if max(self._reader.first(self._stream), self._reader.first(MARKET)) > 1:
            return None, None
        if 0 not in self._origins:
            past = Past(self._reader, self._stream, offset=0, tick=0, market=0)
            self._origins[0] = Origin(past, self._desk(Book(self._kernel)))
        return 0, None

    def _origin(self, snapshot: Snapshot) -> Origin:
        origin = self._origins.get(snapshot.number)
        if origin is None:
            head = head_of(snapshot)
            desk = self._desk(book_of(snapshot, self._kernel))
            recall_desk(desk, head)
            past = Past(
                self._reader, self._stream, offset=head.offset, tick=head.tick, market=head.market
            )
            past.know(head.symbols.items())
            origin = self._origins[snapshot.number] = Origin(past, desk, head, snapshot)
        return origin

    def _desk(self, book: Book) -> Desk:
        return Desk(
            book,
            self._catalogue,
            self._live.rulebooks.of,
            conditions=self._conditions,
            alarm=self._alarm,
        )

    # -- a pass
    def _judged_from(
        self,
        origin: Origin,
        seats: Sequence[tuple[Seat, bytes | None]],
        rejudging: Rejudging,
        until: Spot,
    ) -> Mapping[str, Unattended | str]:
        names = [seat.name for seat, _ in seats]
        past, name_of = origin.past, self._name_of
        past.extend(until)
        ticks = past.ticks(rejudging.gaps, name_of, until)
        happened = past.happened(names, rejudging.gaps, name_of, until)
        desk = self._beside(origin, seats, rejudging)
        _run(desk, happened, ticks)
        found: dict[str, Unattended | str] = {}
        for seat, _ in seats:
            again = desk.seats.get(seat.name)
            if again is None:
                found[seat.name] = NO_STATE
                continue
            desk.bring_up(again)
            state = pack(again.unattended, shared_of(seat.enrolled, desk))
            found[seat.name] = unpack(state, shared_of(seat.enrolled, self._live))
        return found

    def _beside(
        self, origin: Origin, seats: Sequence[tuple[Seat, bytes | None]], rejudging: Rejudging
    ) -> Desk:
        """A desk as of the origin with these accounts alone."""
        then, desk = origin.desk, self._desk(Book(self._kernel))
        desk.instruments.learn(then.instruments.catalogue)
        desk.defined.update(then.defined)
        desk.news.update(then.news)
        for group in then.groups.values():
            desk.circles.group(group)
        for number, (symbol, digits) in origin.past.symbols.items():
            desk.define(SymbolDefined(number, FEED, symbol, digits))
        for name, number in then.instruments.prices.numbers.items():
            quote = then.book.quote(number)
            price = None if quote is None else (quote.bid, quote.ask, then.book.digits(number))
            if name in then.instruments.market.silent:
                gap = None if origin.head is None else _around(rejudging, name, origin.head.at)
                if gap is None:
                    own = desk.instruments.number_of(name)
                    desk.book.silence(own)
                    desk.instruments.market.silent.add(name)
                    continue
                price = gap
            if price is not None:
                list(tell_price(desk, name, price, 0))  # nobody sits there yet
        for seat, state in seats:
            if state is not None:
                unattended = unpack(state, shared_of(seat.enrolled, desk))
                again = Seat(seat.name, desk.book.open_slot(), seat.enrolled, unattended)
                desk.sit(again)
                desk.ask_status(again)
                again.said = len(again.evaluator.standing.verdicts)
        return desk

    def _name_of(self, symbol: str) -> str | None:
        instrument = self._live.instruments.catalogue.find(symbol)
        return None if instrument is None else instrument.symbol


def _around(rejudging: Rejudging, symbol: str, at: int) -> tuple[int, int, int] | None:
    """The price with which the filled gap around a moment began; None: it is a gap."""
    gap = rejudging.gaps.whole_around(symbol, at)
    return None if gap is None else gap.before


def _state(origin: Origin, snapshot: Snapshot, seat: Seat) -> bytes:
    """An account's state in a snapshot, with what the book had seen of it."""
    state, desk = origin.states.get(seat.name), origin.desk
    if state is None:
        then = Seat(seat.name, seat.slot, seat.enrolled, awake=None)
        then.awake = read_state(snapshot, desk, then)
        desk.sit(then)
        desk.bring_up(then)
        state = origin.states[seat.name] = pack(then.unattended, shared_of(seat.enrolled, desk))
    return state


def _run(desk: Desk, happened: Sequence[Happened], ticks: Columns) -> None:
    """The past in its order: each record behind the ticks that precede it."""
    partition, done = Partition(desk, FEED), 0
    for each in happened:
        # Whole microseconds: behind those of a stamp is before those of the next.
        upto = int(np.searchsorted(ticks.at, each.at + (each.place == BEHIND_QUOTES)))
        done = _judge(partition, ticks, done, upto)
        try:
            for _ in partition.apply(each.offset, each.record):
                pass
        except Exception as error:  # noqa: BLE001 - as in the log: one record stops nobody
            account = getattr(each.record, "account", None)
            if account is not None:
                desk.doubt(account, f"{type(error).__name__}: {error}")
    _judge(partition, ticks, done, len(ticks.at))
    desk.explain_all()


def _judge(partition: Partition, ticks: Columns, done: int, upto: int) -> int:
    """Judge the ticks from one row to before another; where it is then."""
    if upto <= done:
        return done
    partition.hand_in(
        upto,
        Ticks(
            done + 1, FEED, done, ticks.symbol[done:upto], ticks.at[done:upto],
            ticks.bid[done:upto], ticks.ask[done:upto],
        ),
    )  # fmt: skip
    for _ in partition.apply(0, Mark(upto)):
        pass
    return upto
