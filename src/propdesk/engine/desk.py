"""The desk: every account's evaluator, asked when the book says that it must be.

It brings an evaluator up to the present, lets it speak, and puts what it wants watched back into
the book. It must not judge: evaluators do; nor order anything: the partition does.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import numpy as np

from propdesk.domain.conditions import Conditions
from propdesk.domain.evaluation import Evaluation, UnusableHistory, Verdict
from propdesk.domain.evaluator import FOREVER, Evaluator
from propdesk.domain.events import (
    Event,
    GapClosed,
    GapOpened,
    GroupFormed,
    InstrumentDefined,
    NewsScheduled,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Catalogue, instrument_of
from propdesk.domain.situation import Span
from propdesk.domain.unattended import Arming, Seen, Unattended
from propdesk.engine.account_shape import Watched, watched
from propdesk.engine.book import Book
from propdesk.engine.evaluator_state import Shared
from propdesk.engine.market import Instruments, JudgedTicks, Rescaled
from propdesk.engine.refusal import Refused
from propdesk.engine.rulebooks import Rulebooks
from propdesk.engine.shapes import AccountShape, Settled, SumShape
from propdesk.engine.shapes import Seen as SeenOfRow
from propdesk.wire.log_records import AccountEnrolled, RulebookPublished, SymbolDefined
from propdesk.wire.rulebook_file import LoadedRulebook

Alarm = Callable[[str], None]
NOT_TOGETHER = "accounts judged together are not judged live; their history must be evaluated"


@dataclass(slots=True)
class Seat:
    """One account at the desk. After a start its evaluator is read when it is first asked."""

    name: str
    slot: int
    enrolled: AccountEnrolled
    awake: Unattended | None
    asleep: Callable[["Seat"], Unattended] | None = None
    arming: Arming = field(default_factory=Arming)
    shape: Watched | None = None
    said: int = 0  # how many of its verdicts were told
    status: str = ""
    touches: int = 0
    changed: bool = True  # since the last snapshot

    @property
    def unattended(self) -> Unattended:
        if self.awake is None:
            if self.asleep is None:  # pragma: no cover - a seat is one or the other
                raise RuntimeError(f"account {self.name} is nowhere")
            self.awake = self.asleep(self)
        return self.awake

    @property
    def evaluator(self) -> Evaluator:
        return self.unattended.evaluator


@dataclass(frozen=True, slots=True)
class Told:
    """What an account said when it was asked: new verdicts, and its status where it changed."""

    seat: Seat
    verdicts: tuple[Verdict, ...]
    status: str | None


class Desk:
    """Seats accounts, and asks them."""

    def __init__(
        self,
        book: Book,
        catalogue: Catalogue,
        rulebooks: Callable[[AccountEnrolled], LoadedRulebook],
        *,
        conditions: Conditions | None = None,
        alarm: Alarm = print,
    ) -> None:
        self.book = book
        self.instruments = Instruments(book, catalogue)
        self.seats: dict[str, Seat] = {}
        self._by_slot: dict[int, Seat] = {}
        self.rulebooks = Rulebooks(rulebooks)
        self.conditions = conditions
        self._alarm = alarm
        self._wakes: list[tuple[int, int]] = []
        self.defined: dict[str, InstrumentDefined] = {}
        self.news: dict[str, NewsScheduled] = {}
        self.groups: dict[str, GroupFormed] = {}
        self.shared: dict[
            tuple[str, tuple[str, ...]], Shared
        ] = {}  # by rulebook: what its accounts' states name

    # -- accounts
    def enrol(self, command: AccountEnrolled) -> None:
        """Seat an account. Raises ``Refused`` where it cannot be judged as commanded."""
        if command.account in self.seats:
            raise Refused(f"account {command.account} is enrolled already")
        loaded = self.rulebooks.of(command)
        evaluator = Evaluator(
            loaded.rulebook,
            loaded.rulebook.phase(command.phase),
            size=Decimal(command.size),
            catalogue=self.instruments.catalogue,
            account=command.account,
            conditions=self.conditions,
            market=self.instruments.market,
        )
        evaluator.feed((*self.groups.values(), *self.news.values()))
        if evaluator.looks_at_peers:
            evaluator.standing.uncertain["peers"] = NOT_TOGETHER
        self.sit(Seat(command.account, self.book.open_slot(), command, Unattended(evaluator)))

    def publish(self, record: RulebookPublished) -> None:
        """Accounts may be judged by this rulebook from here on. Raises ``Refused``."""
        try:
            self.rulebooks.publish(record)
        except Refused as refused:
            self._alarm(f"rulebook {record.sha256[:12]} cannot be published: {refused}")
            raise

    def sit(self, seat: Seat) -> None:
        """Give an account its place; its slot is open."""
        self.seats[seat.name] = self._by_slot[seat.slot] = seat
        if seat.arming.wake < FOREVER:
            heapq.heappush(self._wakes, (seat.arming.wake, seat.slot))

    def woken(self, seat: Seat, unattended: Unattended) -> Unattended:
        """An evaluator read from its state: what it wants watched is what the book watches."""
        arming, account = unattended.arm(), unattended.evaluator.account
        seat.arming = arming
        if account is not None:
            seat.shape = watched(account, arming, self.instruments, self.book)
        return unattended

    def moment(self, account: str, events: Sequence[Event]) -> Told:
        """Apply what happened to an account at one stamp. Raises ``Refused``: the account is in
        doubt from then on where a part of it may have been applied."""
        seat = self.seats.get(account)
        if seat is None:
            raise Refused(f"account {account} is not enrolled")
        self._settle(seat)
        try:
            seat.unattended.feed(events)
        except UnusableHistory as refused:
            doubt = f"a record of the account could not be applied: {refused.why}"
            seat.evaluator.standing.uncertain.setdefault("log", doubt)
            self._arm(seat)
            raise Refused(refused.why) from refused
        return self._heard(seat)

    def doubt(self, account: str, reason: str) -> None:
        """A record of the account was put aside: nothing is passed or paid until it is mended."""
        seat = self.seats.get(account)
        if seat is not None:
            seat.evaluator.standing.uncertain.setdefault("log", reason)
            seat.changed = True

    # -- what concerns everybody
    def general(self, event: Event) -> list[Told]:
        """Apply an event that is no account's own."""
        match event:
            case GapOpened() | GapClosed():
                return self._gap(event)
            case NewsScheduled():
                self.news[event.id] = event
            case GroupFormed():
                self.groups[event.id] = event
            case InstrumentDefined():
                self._learn(event)
        return [
            self._guarded(seat, partial(seat.unattended.feed, (event,)))
            for seat in self.seats.values()
        ]

    def _learn(self, event: InstrumentDefined) -> None:
        """Raises ``Refused`` for an instrument that cannot be."""
        try:
            found = self.instruments.catalogue.with_overrides([instrument_of(event)])
        except ValueError as refused:
            raise Refused(str(refused)) from refused
        self.instruments.learn(found)
        self.defined.pop(event.symbol, None)  # the latest is the last
        self.defined[event.symbol] = event
        self.shared.clear()  # every account is told, so every state names the new catalogue

    def _gap(self, event: GapOpened | GapClosed) -> list[Told]:
        instrument = self.instruments.catalogue.find(event.symbol)
        if instrument is None:
            return []
        number = self.instruments.number_of(instrument.symbol)
        if isinstance(event, GapClosed):
            self.book.speak(number)
            self.instruments.market.silent.discard(instrument.symbol)
            return []
        # Settled before the book forgets: the account saw these prices.
        holding = [each for each in self.seats.values() if self._depends(each, instrument.symbol)]
        for seat in holding:
            self._settle(seat)
        self.book.silence(number)
        self.instruments.market.silent.add(instrument.symbol)
        return [
            self._guarded(seat, partial(seat.unattended.feed, (event,)), settled=True)
            for seat in holding
        ]

    @staticmethod
    def _depends(seat: Seat, name: str) -> bool:
        account = seat.evaluator.account
        return account is not None and name in account.worth.by_symbol

    # -- asking
    def touched(self, slots: Iterable[int], at: int, symbol: str) -> list[Told]:
        """Judge accounts at the tick that touched them."""
        told = []
        for slot in slots:
            seat = self._by_slot[slot]
            seat.touches += 1
            told.append(self._guarded(seat, partial(seat.unattended.quote, at, symbol)))
        return told

    def next_wake(self) -> int:
        """The moment at or after which somebody must be woken first."""
        while self._wakes:
            at, slot = self._wakes[0]
            if self._by_slot[slot].arming.wake == at:
                return at
            heapq.heappop(self._wakes)
        return FOREVER

    def wake(self, at: int) -> list[Told]:
        """Roll days and ring timers up to and including ``at``, moment by moment."""
        told = []
        while (due := self.next_wake()) <= at:
            _, slot = heapq.heappop(self._wakes)
            seat = self._by_slot[slot]
            told.append(self._guarded(seat, partial(seat.unattended.wake, due)))
        return told

    def ask_status(self, seat: Seat) -> Told:
        """What an account's status is now, where it changed without being asked."""
        return self._heard(seat)

    def define(self, record: SymbolDefined) -> None:
        """A symbol of the market stream, or more digits of one."""
        rescaled = self.instruments.define(record.number, record.symbol, record.digits)
        if rescaled is not None:
            self._put_anew(rescaled)

    def make_room(self, ticks: JudgedTicks) -> None:
        """Let prices be judged that are larger than any before."""
        for rescaled in self.instruments.raise_ceilings(ticks):
            self._put_anew(rescaled)

    def _put_anew(self, rescaled: Rescaled) -> None:
        for slot in rescaled.slots:
            seat = self._by_slot[slot]
            self._settle(seat)  # what was seen so far would be lost with the old terms
            seat.shape = None
            self._arm(seat)
        quote = rescaled.quote
        if quote is not None:  # nothing moved: whoever it touches has nothing to say
            number, at = np.array([rescaled.number], np.int32), np.zeros(1, np.int64)
            bid, ask = np.array([quote.bid]), np.array([quote.ask])
            self.book.run(number, at, bid, ask)

    def bring_up(self, seat: Seat) -> None:
        """Bring an account's figures up to the present, without asking its rules."""
        self._settle(seat)

    def by_nearness(self) -> Iterator[str]:
        """Names of accounts: those nearest to one of their bounds first, those without one last."""
        near = self.book.nearest(len(self._by_slot))
        yield from (self._by_slot[slot].name for slot in near)
        rest = self._by_slot.keys() - set(near)
        yield from (self._by_slot[slot].name for slot in sorted(rest))

    def result(self, account: str) -> Evaluation:
        """The account's evaluation as of now. Raises ``KeyError`` for an unknown account."""
        seat = self.seats[account]
        self._settle(seat)
        return seat.evaluator.result()

    # -- up to the present, and back to the book
    def _guarded(self, seat: Seat, ask: Callable[[], None], *, settled: bool = False) -> Told:
        """Ask one account; a fault in it stops nobody else, and leaves it in doubt."""
        try:
            if not settled:
                self._settle(seat)
            ask()
            return self._heard(seat)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            self._alarm(f"account {seat.name} cannot be judged: {type(error).__name__}: {error}")
            seat.evaluator.standing.uncertain.setdefault(
                "engine", f"it could not be judged: {error}"
            )
            seat.arming, seat.shape = Arming(), None
            self.book.put(seat.slot, AccountShape((SumShape(0),)))
            return self._spoken(seat)

    def _heard(self, seat: Seat) -> Told:
        self._arm(seat)
        return self._spoken(seat)

    @staticmethod
    def _spoken(seat: Seat) -> Told:
        evaluator = seat.evaluator
        verdicts = tuple(evaluator.standing.verdicts[seat.said :])
        seat.said += len(verdicts)
        status = evaluator.status() if evaluator.account is not None else ""
        changed = status != seat.status
        seat.status = status
        return Told(seat, verdicts, status if changed else None)

    def _settle(self, seat: Seat) -> None:
        """Tell the evaluator what the book saw since it was armed."""
        account = seat.evaluator.account  # reads it where it was asleep
        seat.changed = True
        if seat.shape is None or account is None:
            return
        settled = self.book.settle(seat.slot)
        seat.unattended.settle(_seen(settled, seat.shape, account.situation.digits))
        self._check(seat, settled)

    def _check(self, seat: Seat, settled: Settled) -> None:
        """Integers and decimals must agree to the minor unit; where they do not, nothing is
        passed or paid until a person has looked."""
        account, shape = seat.evaluator.account, seat.shape
        value = settled.sums[0].value
        if account is None or shape is None or value is None or account.worth.unknown:
            return
        if not seat.arming.priced or shape.shape.exposed:
            return
        exact = (account.base + account.worth.low).scaleb(account.situation.digits)
        if exact != value:
            sentence = f"account {seat.name}: equity is {exact} by decimals and {value} by integers"
            seat.evaluator.standing.uncertain.setdefault("engine", sentence)
            self._alarm(sentence)

    def _arm(self, seat: Seat) -> None:
        arming = seat.unattended.arm()
        if arming.wake != seat.arming.wake and arming.wake < FOREVER:
            heapq.heappush(self._wakes, (arming.wake, seat.slot))
        seat.arming = arming
        account = seat.evaluator.account
        if account is None:
            return
        shape = watched(account, arming, self.instruments, self.book, seat.shape)
        if seat.shape is not None and _same_terms(shape, seat.shape):
            self.book.set_bounds(seat.slot, shape.bounds)
        else:
            self.book.put(seat.slot, shape.shape)
        seat.shape = shape


def _same_terms(new: Watched, old: Watched) -> bool:
    """Whether only bounds differ."""
    return (
        new.shape.terms == old.shape.terms
        and new.shape.exposed == old.shape.exposed
        and [each.base for each in new.shape.sums] == [each.base for each in old.shape.sums]
    )


def _seen(settled: Settled, shape: Watched, digits: int) -> Seen:
    """What the book saw, as money."""
    equity = _span(settled.sums[0], digits)
    parts = [_span(each, digits) or Span(ZERO, ZERO) for each in settled.sums[shape.parts_from :]]
    worst = {
        name: Decimal(term.low).scaleb(-digits)
        for name, term in zip(shape.positions, settled.terms, strict=True)
        if term.low is not None
    }
    return Seen(equity, parts, worst)


def _span(seen: SeenOfRow, digits: int) -> Span | None:
    if seen.low is None or seen.high is None:
        return None
    return Span(Decimal(seen.low).scaleb(-digits), Decimal(seen.high).scaleb(-digits))
