"""The desk: every account's evaluator, asked when the book says that it must be.

It brings an evaluator up to the present, lets it speak, and puts what it wants watched back into
the book. It must not judge: evaluators do; nor order anything: the partition does.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from propdesk.domain.conditions import Conditions
from propdesk.domain.evaluation import Evaluation, UnusableHistory
from propdesk.domain.evaluator import FOREVER
from propdesk.domain.events import (
    Event,
    GapClosed,
    GapOpened,
    GroupFormed,
    InstrumentDefined,
    NewsScheduled,
)
from propdesk.domain.instruments import Catalogue, instrument_of
from propdesk.domain.unattended import Arming, Unattended
from propdesk.engine.account_shape import same_terms, seen_of, watched
from propdesk.engine.book import Book
from propdesk.engine.circles import Circles
from propdesk.engine.enrolment import begun
from propdesk.engine.evaluator_state import Shared
from propdesk.engine.exposures import Exposures
from propdesk.engine.market import Instruments, JudgedTicks, Rescaled
from propdesk.engine.minutes import Minutes
from propdesk.engine.refusal import Refused
from propdesk.engine.rulebooks import Rulebooks
from propdesk.engine.seats import Seat, Spot, Told
from propdesk.engine.shapes import AccountShape, Settled, SumShape
from propdesk.engine.strikes import STRUCK, Strike, Strikes
from propdesk.wire.log_records import AccountEnrolled, SymbolDefined
from propdesk.wire.rulebook_file import LoadedRulebook

Alarm = Callable[[str], None]


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
        self.rulebooks = Rulebooks(rulebooks, alarm=alarm)
        self.conditions = conditions
        self._alarm = alarm
        self._wakes: list[tuple[int, int]] = []
        self.strikes = Strikes(book)
        self.minutes = Minutes(book)
        self.exposures = Exposures(self.minutes.prices, self.instruments.prices.numbers)
        self._disputed: list[Told] = []  # found out when somebody else was asked
        self.defined: dict[str, InstrumentDefined] = {}
        self.news: dict[str, NewsScheduled] = {}
        self.groups: dict[str, GroupFormed] = {}
        self.circles = Circles(self.seats, self.groups)
        # By rulebook: what the states of its accounts name.
        self.shared: dict[tuple[str, tuple[str, ...]], Shared] = {}

    # -- accounts
    def enrol(self, command: AccountEnrolled) -> None:
        """Seat an account. Raises ``Refused`` where it cannot be judged as commanded."""
        if command.account in self.seats:
            raise Refused(f"account {command.account} is enrolled already")
        loaded = self.rulebooks.of(command)
        evaluator = begun(command, loaded, self.instruments, self.conditions)
        evaluator.peers = self.circles.seen_from(command.account)
        known = self.news.values() if self.rulebooks.hears_news(command) else ()
        evaluator.feed((*self.circles.groups_of(command.account), *known))
        seat = Seat(command.account, self.book.open_slot(), command, Unattended(evaluator))
        seat.looks = evaluator.looks_at_peers
        self.sit(seat)

    def sit(self, seat: Seat) -> None:
        """Give an account its place; its slot is open."""
        self.seats[seat.name] = self._by_slot[seat.slot] = seat
        self.circles.looking += seat.looks
        if seat.arming.wake < FOREVER:
            heapq.heappush(self._wakes, (seat.arming.wake, seat.slot))

    def woken(self, seat: Seat, unattended: Unattended) -> Unattended:
        """An evaluator read from its state: what it wants watched is what the book watches."""
        arming, account = unattended.arm(), unattended.evaluator.account
        seat.arming = arming
        if account is not None:
            seat.shape = watched(account, arming, self.instruments, self.book)
        return unattended

    def moment(self, account: str, events: Sequence[Event]) -> Iterator[Told]:
        """Apply what happened to an account at one stamp, and tell those judged together with it.

        Raises ``Refused``: the account is in doubt from then on where a part of it may have been
        applied, and so are those who look at it.
        """
        return self.circles.moment(account, events, self._moment, self._tell)

    def _moment(self, account: str, events: Sequence[Event]) -> Told:
        seat = self.seats.get(account)
        if seat is None:
            raise Refused(f"account {account} is not enrolled")
        self._settle(seat)
        held = self.exposures.before(seat, events)
        try:
            seat.unattended.feed(events)
        except UnusableHistory as refused:
            doubt = f"a record of the account could not be applied: {refused.why}"
            seat.evaluator.standing.uncertain.setdefault("log", doubt)
            self._arm(seat)
            raise Refused(refused.why) from refused
        finally:
            self.exposures.after(seat, held)
        return self._heard(seat)

    def doubt(self, account: str, reason: str) -> None:
        """A record of the account was put aside: nothing is passed or paid until it is mended."""
        if (seat := self.seats.get(account)) is not None:
            seat.evaluator.standing.uncertain.setdefault("log", reason)
            self.circles.refused(account)
            seat.changed = True

    # -- what concerns everybody
    def general(self, event: Event) -> list[Told]:
        """Apply an event that is no account's own."""
        self.explain_all()  # as of prices, and of what was known, before it
        concerned: Iterable[Seat] = self.seats.values()
        match event:
            case GapOpened() | GapClosed():
                return self._gap(event)
            case NewsScheduled():
                self.news[event.id] = event
                concerned = [e for e in concerned if self.rulebooks.hears_news(e.enrolled)]
            case InstrumentDefined():
                self._learn(event)
        if isinstance(event, GroupFormed):
            concerned = self.circles.group(event)
        return [self._tell(seat, event) for seat in concerned]

    def _tell(self, seat: Seat, event: Event) -> Told:
        return self._guarded(seat, partial(seat.unattended.feed, (event,)))

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
    def touched(self, slots: Iterable[int], at: int, symbol: str) -> Iterator[Told]:
        """Judge accounts at the tick that touched them, one by one as they are taken."""
        for slot in slots:
            seat = self._by_slot[slot]
            seat.touches += 1
            yield self._guarded(seat, partial(seat.unattended.quote, at, symbol))

    def strike(
        self, slots: Sequence[int], at: int, symbol: str, spot: Spot
    ) -> tuple[list[Strike], list[int]]:
        """Of the accounts a tick touched, those whose last verdict is certain, and the others.

        The verdict is to be written now; the account is asked later, as of this tick.
        """
        seats = [self._by_slot[slot] for slot in slots]
        struck = self.strikes.strike(seats, at, symbol, spot)
        if not struck:
            return struck, list(slots)
        done = {each.seat.slot for each in struck}
        return struck, [slot for slot in slots if slot not in done]

    def explain(self, at_most: int) -> list[Told]:
        """Ask some of the accounts that were struck; what is told is what was disputed."""
        for _ in range(at_most):
            seat = self.strikes.next_seat()
            if seat is None:
                break
            self._explain(seat)
        told, self._disputed = self._disputed, []
        return told

    def explain_all(self) -> None:
        """Ask every account that was struck; what was disputed is told by ``explain``."""
        while (seat := self.strikes.next_seat()) is not None:
            self._explain(seat)

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
        return self._guarded(seat, lambda: None, settled=True)

    def define(self, record: SymbolDefined) -> None:
        """A symbol of the market stream, or more digits of one."""
        self.explain_all()  # as of prices of the digits before
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
        if seat.arming.last_words:  # they are of the highest equity that was settled
            seat.arming = replace(seat.arming, last_words=seat.unattended.last_words())

    def by_nearness(self, at_most: int) -> Iterator[Seat]:
        """So many accounts: those nearest to one of their bounds first, those without one last."""
        near = dict.fromkeys(self.book.nearest(at_most))
        yield from (self._by_slot[slot] for slot in near)
        rest = (seat for slot, seat in self._by_slot.items() if slot not in near)
        yield from islice(rest, at_most - len(near))

    def result(self, account: str) -> Evaluation:
        """The account's evaluation as of now. Raises ``KeyError`` for an unknown account."""
        seat = self.seats[account]
        self.bring_up(seat)
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
        evaluator = seat.unattended.evaluator
        verdicts = tuple(evaluator.standing.verdicts[seat.said :])
        seat.said += len(verdicts)
        status = evaluator.status() if evaluator.account is not None else ""
        changed = status != seat.status
        seat.status = status
        return Told(seat, verdicts, status if changed else None)

    def _explain(self, seat: Seat) -> None:
        """Ask an account, as of the tick that struck it, for the verdict that is written."""
        if (strike := self.strikes.take(seat)) is None:
            return
        seat.touches += 1
        standing, why = seat.evaluator.standing, ""
        try:
            with self.instruments.prices.as_of(strike.quotes):
                self._take_in(seat, strike.settled())
                seat.unattended.quote(strike.at, strike.symbol)
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            why = f", but {type(error).__name__}: {error}"
        said = standing.verdicts[seat.said :]
        alike = [replace(each, event=0) for each in said] == [strike.verdict]
        if not alike or seat.evaluator.status() != STRUCK:
            standing.disputed = True
            self._alarm(
                f"account {seat.name}: verdict {strike.verdict.id} was written, and its rules say "
                f"{', '.join(each.id for each in said) or 'nothing'}{why}"
            )
        status = seat.evaluator.status()
        seat.said, seat.status = seat.said + len(said), status
        if standing.disputed:
            self._disputed.append(Told(seat, tuple(said), status, strike.spot))
        seat.unattended.arm()  # what was seen since is told to no rule that has ended
        self._settle(seat)
        self._arm(seat)

    def _settle(self, seat: Seat) -> None:
        """Tell the evaluator what the book saw since it was armed."""
        self._explain(seat)
        account = seat.evaluator.account  # reads it where it was asleep
        seat.changed = True
        if seat.shape is None or account is None:
            return
        self._take_in(seat, self.book.settle(seat.slot))

    def _take_in(self, seat: Seat, settled: Settled) -> None:
        account, shape = seat.evaluator.account, seat.shape
        if account is None or shape is None:
            return
        seat.unattended.settle(seen_of(settled, shape, account.situation.digits))
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
        if seat.shape is not None and same_terms(shape, seat.shape):
            self.book.set_bounds(seat.slot, shape.bounds)
        else:
            self.book.put(seat.slot, shape.shape)
        seat.shape = shape
