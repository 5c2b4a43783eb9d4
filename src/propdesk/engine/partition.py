"""One partition of the log: records in, in their order; what accounts say to them, out.

A deterministic function of the log: same records, same words, whatever the batches they come in.
It must not read a clock, fetch anything, or write: whoever drives it appends what it returns.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from propdesk.domain.evaluation import Verdict
from propdesk.domain.evaluator import FOREVER
from propdesk.domain.events import GapClosed, GapOpened, TimePassed
from propdesk.engine.desk import Desk
from propdesk.engine.market import JudgedTicks
from propdesk.engine.refusal import Refused
from propdesk.engine.rejudging import Rejudged, Rejudging, tell_price
from propdesk.engine.seats import Seat, Spot, Told
from propdesk.engine.strikes import STRUCK
from propdesk.wire.figures_json import exact
from propdesk.wire.log_records import (
    AccountEnrolled,
    BackFilled,
    DeadLetter,
    EngineRecord,
    Mark,
    MarketRecord,
    Moment,
    PartitionRecord,
    RulebookPublished,
    StatusChanged,
    SymbolDefined,
    Ticks,
    VerdictCorrected,
    VerdictSaid,
)

EXPLAINED_A_RECORD = 1
"""So many of the accounts that were struck are explained behind each record, so that there is an
end to it on a busy log; where nothing waits all of them are."""

LOST = "ticks that cannot be read"


class TicksMissing(Exception):
    """A mark names ticks that have not been handed in yet. Hand them in, and go on."""

    def __init__(self, tick: int) -> None:
        super().__init__(f"the ticks up to {tick} are not here yet")
        self.tick = tick


@dataclass(slots=True)
class Place:
    """How far the log was judged: the last record of the partition, and the last tick."""

    offset: int = 0
    tick: int = 0
    at: int = 0
    """The latest moment any of it is of."""
    ticked_at: int = 0
    """The latest moment a tick was of."""


class Partition:
    """Applies records to a desk and says what came of it."""

    def __init__(self, desk: Desk, stream: str, place: Place | None = None) -> None:
        self.desk = desk
        self.stream = stream
        self.rejudging = Rejudging(desk)
        self.place = Place() if place is None else place
        self.market = 0
        """The last record of the market stream of which nothing is left to judge."""
        self._market: deque[tuple[int, MarketRecord]] = deque()
        self._begun = 0  # ticks of the first waiting batch that were judged
        self._judged: JudgedTicks | None = None

    # -- the market
    def hand_in(self, offset: int, record: MarketRecord) -> None:
        """Take the market stream's next record; it is judged when a mark says so. Ticks that
        were judged before a snapshot may come again."""
        if isinstance(record, Ticks | BackFilled) and record.last <= self.place.tick:
            return
        self._market.append((offset, record))

    @property
    def handed_in(self) -> int:
        """The number of the last tick that is here."""
        for _, record in reversed(self._market):
            if isinstance(record, Ticks | BackFilled):
                return record.last
        return self.place.tick

    # -- records
    def apply(self, offset: int, record: PartitionRecord) -> Iterator[EngineRecord]:
        """Apply the partition's next record. Raises ``TicksMissing``; nothing was applied then.

        What is said comes one by one, while it is found: it must be taken to its end.
        """
        if isinstance(record, Mark) and record.tick > self.handed_in:
            raise TicksMissing(record.tick)
        # Before anything is applied: where the past cannot be read, the record is tried again.
        spot = Spot(self.place.offset, self.place.tick)
        rejudged = self.rejudging.step(self.place.at, spot)
        self.place.offset = offset
        corrected = chain.from_iterable(self._corrected(each, spot) for each in rejudged)
        return self._applied(offset, record, corrected)

    def _applied(
        self, offset: int, record: PartitionRecord, corrected: Iterable[EngineRecord]
    ) -> Iterator[EngineRecord]:
        yield from corrected
        try:
            if isinstance(record, Mark):
                yield from self._ticks(record.tick)
            else:
                yield from self._event(record)
        except Refused as refused:
            account = getattr(record, "account", None)
            yield DeadLetter(self.stream, offset, account, str(refused))
            yield from self._status_of(account)
        yield from self.explained(EXPLAINED_A_RECORD)

    # -- what was written before it was explained
    @property
    def owed(self) -> int:
        """How many accounts were struck and are not explained yet."""
        return len(self.desk.strikes)

    def explained(self, at_most: int) -> Iterator[EngineRecord]:
        """Explain some of them. When that is done changes nothing that is said, unless a verdict
        cannot be explained: that is said here."""
        yield from self._said(self.desk.explain(at_most))

    def _event(self, record: AccountEnrolled | Moment | PartitionRecord) -> Iterator[EngineRecord]:
        match record:
            case AccountEnrolled():
                self.desk.enrol(record)
            case RulebookPublished():
                self.desk.rulebooks.publish(record)
            case Moment():
                last = max(each.at for each in record.events)
                self.rejudging.note_moment(record, self.place.offset)
                yield from self._said(self.desk.moment(record.account, record.events))
                self.place.at = max(self.place.at, last)
            case TimePassed():
                yield from self._wake(record.at)
            case Mark():  # pragma: no cover - applied above
                return
            case GapOpened() | GapClosed():
                yield from self._wake(record.at)
                yield from self._gap(record)
            case _:
                yield from self._wake(record.at)
                yield from self._said(self.desk.general(record))

    def _gap(self, record: GapOpened | GapClosed) -> Iterator[EngineRecord]:
        """A gap that is filled after it was closed ends nothing now."""
        filled, in_doubt = self.rejudging.note_gap(record, self.place.offset)
        for seat in in_doubt:
            self.desk.bring_up(seat)
            yield from self._said([self.desk.ask_status(seat)])
        later = isinstance(record, GapClosed) and record.back_filled
        if later and (filled is None or not filled.was_open):
            return
        yield from self._said(self.desk.general(record))
        if filled is not None and filled.price_behind is not None:
            at, price = record.at, filled.price_behind
            yield from self._said(tell_price(self.desk, record.symbol, price, at))

    def _wake(self, at: int) -> Iterator[EngineRecord]:
        self.place.at = max(self.place.at, at)
        yield from self._said(self.desk.wake(at))

    def doubted(self, account: str, reason: str) -> list[EngineRecord]:
        """Put an account in doubt whose record was put aside; what it is from there on."""
        self.desk.doubt(account, reason)
        return self._status_of(account)

    def _status_of(self, account: str | None) -> list[EngineRecord]:
        seat = self.desk.seats.get(account or "")
        return [] if seat is None else list(self._said([self.desk.ask_status(seat)]))

    # -- ticks
    def _ticks(self, last: int) -> Iterator[EngineRecord]:
        while self.place.tick < last:
            offset, record = self._market[0]
            if isinstance(record, Ticks | BackFilled) and record.first > self.place.tick + 1:
                yield from self._lost(min(last, record.first - 1))
                continue
            if isinstance(record, SymbolDefined):
                self.desk.define(record)
            elif isinstance(record, BackFilled):
                self.place.tick = min(last, record.last)
                if last < record.last:
                    return
                self.rejudging.note_ticks(record)
            else:
                yield from self._batch(record, min(last, record.last))
                if self.place.tick < record.last:
                    return
                self._judged = None
            self._market.popleft()
            self.market = offset

    def _lost(self, last: int) -> Iterator[EngineRecord]:
        """Ticks up to a number are nowhere: their record was put aside. Nobody knows what they
        were of, so whoever holds anything is as in a gap of every symbol."""
        self.place.tick = last
        market = self.desk.instruments
        for symbol in [each for each in market.prices if each not in market.market.silent]:
            yield from self._said(self.desk.general(GapOpened(self.place.at, symbol, LOST)))
            yield from self._said(self.desk.general(GapClosed(self.place.at, symbol)))

    def _batch(self, ticks: Ticks, last: int) -> Iterator[EngineRecord]:
        """Judge a batch up to a tick's number, each tick before the next."""
        desk = self.desk
        if self._judged is None:
            self._judged = desk.instruments.judged(ticks)
            desk.make_room(self._judged)
            self._begun = int(self._judged.rows.searchsorted(self.place.tick + 1 - ticks.first))
        judged = self._judged
        end = int(judged.rows.searchsorted(last - ticks.first, side="right"))
        columns = (judged.instrument[:end], judged.at[:end], judged.bid[:end], judged.ask[:end])
        while self._begun < end:
            until = desk.next_wake()
            begun = self._begun
            going_on, touched = desk.book.run(*columns, start=begun, until_at=until)
            self._begun = going_on
            if going_on > begun:
                row = going_on - 1
                self.place.tick = ticks.first + int(judged.rows[row])
                self.place.ticked_at = max(self.place.ticked_at, int(judged.at[row]))
                self.place.at = max(self.place.at, self.place.ticked_at)
                if touched:
                    symbol = desk.instruments.symbols[int(judged.symbol[row])][0]
                    yield from self._touched(touched, int(judged.at[row]), symbol)
            if going_on < end and until < FOREVER and int(judged.at[going_on]) >= until:
                yield from self._said(desk.wake(int(judged.at[going_on])))
        self.place.tick = last

    def _touched(self, slots: Sequence[int], at: int, symbol: str) -> Iterator[EngineRecord]:
        """What ends accounts for certain comes first, then what they are by it, and then what
        those say that must be asked."""
        spot = Spot(self.place.offset, self.place.tick)
        struck, others = self.desk.strike(slots, at, symbol, spot)
        for each in struck:
            yield _verdict(each.seat, each.verdict, spot)
        for each in struck:
            yield _status(each.seat, STRUCK, each.verdict.at, spot)
        yield from self._said(self.desk.touched(others, at, symbol))

    # -- what is said
    def _corrected(self, rejudged: Rejudged, spot: Spot) -> Iterator[EngineRecord]:
        """What is new of the past, what does not hold, and then the status."""
        seat, because = rejudged.told.seat, rejudged.due
        for verdict, replaces in rejudged.changes.fresh:
            yield replace(_verdict(seat, verdict, spot), replaces=replaces)
        for each in rejudged.changes.corrections:
            yield VerdictCorrected(
                id=each.verdict.id,
                account=seat.name,
                phase=seat.enrolled.phase,
                rule=each.verdict.rule,
                outcome=each.verdict.outcome,
                replaced_by=each.replaced_by,
                why=because.why,
                because=because.because,
                at=each.verdict.at,
                observed=exact(each.verdict.observed),
                limit=exact(each.verdict.limit),
                offset=spot.offset,
                tick=spot.tick,
            )
        yield from self._said([replace(rejudged.told, since=spot)])

    def _said(self, told: Iterable[Told]) -> Iterator[EngineRecord]:
        for each in told:
            seat = each.seat
            spot = each.since or Spot(self.place.offset, self.place.tick)
            for verdict in each.verdicts:
                yield _verdict(seat, verdict, spot)
            if each.status is not None:
                account = seat.evaluator.account
                at = self.place.at if account is None else account.at
                yield _status(seat, each.status, at, spot)


def _status(seat: Seat, status: str, at: int, spot: Spot) -> StatusChanged:
    return StatusChanged(
        account=seat.name,
        phase=seat.enrolled.phase,
        status=status,
        at=at,
        offset=spot.offset,
        tick=spot.tick,
    )


def _verdict(seat: Seat, verdict: Verdict, spot: Spot) -> VerdictSaid:
    return VerdictSaid(
        id=verdict.id,
        account=seat.name,
        phase=seat.enrolled.phase,
        rule=verdict.rule,
        outcome=verdict.outcome,
        at=verdict.at,
        observed=exact(verdict.observed),
        limit=exact(verdict.limit),
        comparison=verdict.comparison,
        basis=verdict.basis,
        offset=spot.offset,
        tick=spot.tick,
        evidence=verdict.evidence,
    )
