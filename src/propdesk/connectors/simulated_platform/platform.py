"""The simulated platform in one process: books and journal behind the port.

Everything that happens is in the journal before anybody is told. After a kill it is as the
journal says. It must not read a clock: the time is what ``clock`` gives, or what it was told.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from threading import Condition

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.books import Books, books_of
from propdesk.connectors.simulated_platform.commands import act, trade_once
from propdesk.connectors.simulated_platform.deltas import deltas_of
from propdesk.connectors.simulated_platform.facts import OrderTold, facts_in, written
from propdesk.connectors.simulated_platform.journal import Journal
from propdesk.connectors.simulated_platform.passwords import credentials_of
from propdesk.connectors.simulated_platform.quoting import quote
from propdesk.connectors.simulated_platform.rollover import pass_time
from propdesk.connectors.simulated_platform.terms import GroupTerms
from propdesk.connectors.simulated_platform.waiting import watch_everything
from propdesk.domain.events import InstrumentDefined, Quote
from propdesk.domain.exact import ZERO, exactly
from propdesk.domain.instruments import Catalogue, Instrument
from propdesk.domain.positions import Position
from propdesk.ports.platform import (
    BEGINNING,
    AccountCard,
    AccountSnapshot,
    Answer,
    Batch,
    Capabilities,
    Command,
    CreateAccount,
    Deltas,
    GroupCard,
    OrderHeld,
    Platform,
    PlatformAway,
    PositionHeld,
    ResumeLost,
    ResumePoint,
    Rights,
    UnknownAccount,
    goes_on,
)
from propdesk.ports.platform_trading import PlatformTrading, TradeAnswer, TradeRequest

CAPABILITIES = Capabilities(
    name="simulated",
    does=frozenset(
        (
            "create_account",
            "set_group",
            "set_rights",
            "set_leverage",
            "close_all",
            "cancel_all",
            "adjust",
            "halt_symbol",
        )
    ),
    rights=frozenset(Rights),
    tells=frozenset(
        (
            "ticks",
            "deals",
            "orders",
            "order_times",
            "stops",
            "adjustments",
            "balance",
            "equity",
            "margin",
        )
    ),
    chooses_login=True,
)


@dataclass(frozen=True, slots=True)
class Setup:
    """What a platform is made of. ``secret`` is what passwords are derived from; ``symbols`` are
    those it offers, by the names of the catalogue."""

    groups: Sequence[GroupTerms]
    catalogue: Catalogue
    symbols: Sequence[str]
    seed: str
    secret: bytes


class SimulatedPlatform(Platform, PlatformTrading):
    """Any number of threads may ask. Raises ``PlatformAway`` once the journal cannot be written:
    what is in the books then may be more than what is kept."""

    def __init__(self, setup: Setup, journal: Journal, *, clock: Callable[[], int]) -> None:
        self._setup, self._journal, self._clock = setup, journal, clock
        self._changed = Condition()
        self._failed: BaseException | None = None
        self.books = books_of(setup.groups, setup.catalogue, setup.seed)

    def recover(self) -> None:
        """Fold what the journal holds. Call it once, before anything else."""
        with exactly():
            for body in self._journal.walk():
                self.books.fold_all(facts_in(body))
            watch_everything(self.books)

    # -- reading -----------------------------------------------------------------------------
    def capabilities(self) -> Capabilities:
        return CAPABILITIES

    def groups(self) -> Sequence[GroupCard]:
        return [each.card() for each in self._setup.groups]

    def instruments(self) -> Sequence[InstrumentDefined]:
        return [_defined(self._setup.catalogue.get(each)) for each in self._setup.symbols]

    def accounts(self) -> Sequence[AccountCard]:
        with self._changed:
            return [each.card() for each in self.books.accounts.values()]

    def snapshot(self, account: str) -> AccountSnapshot:
        with self._changed, exactly():
            self._check()
            found = self.books.accounts.get(account)
            if found is None:
                raise UnknownAccount(account)
            return self._snapshot(found)

    def deltas(self, after: ResumePoint, *, wait_s: float = 0.0) -> Deltas:
        frames, last = self.frames(frame_of(after), wait_s=wait_s)
        batches = tuple(Batch(point_of(n), tuple(deltas_of(facts_in(body)))) for n, body in frames)
        upto = batches[-1].upto if batches else after
        return Deltas(batches, upto, is_synced=frame_of(upto) >= last)

    def frames(self, after: int, *, wait_s: float = 0.0) -> tuple[list[tuple[int, bytes]], int]:
        """The journal behind frame ``after``, as it is written, and the number of its last frame.
        Raises ``ResumeLost``."""
        with self._changed:
            self._check()
            if after > self._journal.last:
                raise ResumeLost(f"frame {after} is not there; {self._journal.last} is the last")
            if wait_s > 0:
                self._changed.wait_for(lambda: self._journal.last > after, wait_s)
            return self._journal.read(after), self._journal.last

    # -- acting ------------------------------------------------------------------------------
    def act(self, commands: Sequence[Command]) -> Sequence[Answer]:
        with self._changing():
            at = self._clock()
            return [self._answered(command, at) for command in commands]

    def act_in_turn(self, turns: Sequence[Sequence[Command]]) -> Sequence[Sequence[Answer]]:
        with self._changing():
            at = self._clock()
            return [self._turn(turn, at) for turn in turns]

    def trade(self, request: TradeRequest) -> TradeAnswer:
        with self._changing():
            return trade_once(self.books, request, self._clock())

    # -- the market --------------------------------------------------------------------------
    def quote(self, quotes: Iterable[Quote]) -> int:
        """Take quotes of the market; how many were taken. Kept when it returns."""
        taken = 0
        with self._changing():
            for each in quotes:
                pass_time(self.books, each.at)
                taken += quote(self.books, each.symbol, each.bid, each.ask, each.at)
        return taken

    def run(self, step: Callable[[Books], object]) -> None:
        """Let a simulation change the books; kept when it returns."""
        with self._changing():
            step(self.books)

    def pass_time(self, until: int) -> None:
        """Nothing else happened until then: days end, orders expire."""
        self.run(lambda books: pass_time(books, until))

    # -- own ---------------------------------------------------------------------------------
    def _turn(self, commands: Sequence[Command], at: int) -> list[Answer]:
        answers: list[Answer] = []
        for command in commands:
            answers.append(self._answered(command, at))
            if not goes_on(answers[-1]):
                break
        return answers

    def _answered(self, command: Command, at: int) -> Answer:
        answer = act(self.books, command, at)
        if isinstance(command, CreateAccount) and answer.is_confirmed:
            return replace(answer, credentials=credentials_of(answer.account, self._setup.secret))
        return answer

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Change the books and keep what happened; whatever goes wrong ends the platform, because
        its books are then ahead of its journal."""
        with self._changed, exactly():
            self._check()
            try:
                yield
                if self.books.pending:
                    self._journal.append([written(self.books.pending)])
                    self.books.pending.clear()
                    self._changed.notify_all()
            except BaseException as error:
                self._failed = error
                raise

    def _check(self) -> None:
        if self._failed is not None:
            raise PlatformAway(f"the platform failed: {self._failed!r}")

    def _snapshot(self, account: Account) -> AccountSnapshot:
        books = self.books
        return AccountSnapshot(
            card=account.card(),
            at=books.now,
            balance=account.balance,
            equity=books.valuing.equity(account),
            margin=books.valuing.margin(account),
            positions=tuple(self._held(account, each) for each in account.positions.values()),
            orders=tuple(_waiting(each) for each in account.orders.values()),
            upto=point_of(self._journal.last),
        )

    def _held(self, account: Account, position: Position) -> PositionHeld:
        swap: Decimal = account.swaps.get(position.id, ZERO)
        return PositionHeld(
            position.id,
            position.symbol,
            position.side,
            position.lots,
            position.open_price,
            position.opened_at,
            position.stop,
            position.target,
            swap,
            self.books.valuing.profit(account, position),
        )


def _waiting(order: OrderTold) -> OrderHeld:
    price = ZERO if order.price is None else order.price
    return OrderHeld(
        order.id, order.symbol, order.side, order.kind, order.lots, price, order.received_at
    )


def frame_of(point: ResumePoint) -> int:
    """The frame a resume point names. Raises ``ResumeLost``."""
    if point == BEGINNING:
        return 0
    if not (point.isascii() and point.isdecimal()):
        raise ResumeLost(f"{point[:40]!r} is no resume point of this platform")
    return int(point)


def point_of(frame: int) -> ResumePoint:
    """The resume point behind a frame; equal ones sort as their frames do."""
    return f"{frame:012}"


def _defined(instrument: Instrument) -> InstrumentDefined:
    return InstrumentDefined(
        at=0,
        symbol=instrument.symbol,
        digits=instrument.digits,
        contract_size=instrument.contract_size,
        base_currency=instrument.base_currency,
        profit_currency=instrument.profit_currency,
        margin_currency=instrument.margin_currency,
        mode=instrument.mode.value,
        tick_size=instrument.tick_size,
        tick_value=instrument.tick_value,
        volume_step=instrument.volume_step,
        asset_class=instrument.asset_class,
        mini_equivalent=instrument.mini_equivalent,
        correlated=instrument.correlated,
        leverage_cap=instrument.leverage_cap,
    )
