"""A trading platform as the firm sees it: what it tells, and what it can be told to do.

Every command bears a key: the same key again is done once and answered alike. What happened is
read as batches of deltas behind a resume point, so that nothing is lost or doubled by whoever
keeps the point. It must not judge, and no field is guessed: what a platform does not report is
declared in its ``Capabilities``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias

from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    AdjustmentKind,
    BalanceAdjusted,
    Deal,
    InstrumentDefined,
    Micros,
    OrderSeen,
    Side,
    StopSet,
)
from propdesk.wire.intake_frames import FeedQuote

ResumePoint: TypeAlias = str
"""Where in its deltas a platform is. Only the platform that said it can read it."""
BEGINNING: ResumePoint = ""


class PlatformError(Exception):
    """The root of what a platform may say."""


class PlatformAway(PlatformError):
    """No answer came; a command may have been done. The caller sends the same command again, with
    its key."""


class ResumeLost(PlatformError):
    """The platform no longer has the deltas behind this point. The caller takes snapshots and goes
    on from theirs."""


class UnknownAccount(PlatformError):
    """No account has this name. The caller asked for something that was never there."""


class Rights(StrEnum):
    """What the trader may do. Protective prices of open positions work whatever he may."""

    TRADE = "trade"
    CLOSE_ONLY = "close_only"
    READ_ONLY = "read_only"
    DISABLED = "disabled"
    """He cannot even look."""


class Reason(StrEnum):
    """Why a command or an order is refused; append-only."""

    UNKNOWN_ACCOUNT = "unknown_account"
    UNKNOWN_GROUP = "unknown_group"
    UNKNOWN_SYMBOL = "unknown_symbol"
    UNKNOWN_ORDER = "unknown_order"
    UNKNOWN_POSITION = "unknown_position"
    LOGIN_TAKEN = "login_taken"
    KEY_REUSED = "key_reused"
    """The key was used for a command of other content; nothing was done."""
    NOT_ALLOWED = "not_allowed"
    """The account's rights."""
    MARKET_CLOSED = "market_closed"
    NO_PRICE = "no_price"
    """The symbol, or what converts its profit, has no quote."""
    NOT_ENOUGH_MONEY = "not_enough_money"
    INVALID = "invalid"
    """A figure that cannot be: ``detail`` says which."""
    REQUOTE = "requote"
    NOT_SUPPORTED = "not_supported"


LATER = frozenset({Reason.MARKET_CLOSED, Reason.NO_PRICE, Reason.REQUOTE})
"""Refusals that time mends; what comes behind them in a turn is not held back."""

CommandName: TypeAlias = Literal[
    "create_account",
    "set_group",
    "set_rights",
    "set_leverage",
    "close_all",
    "cancel_all",
    "adjust",
    "halt_symbol",
]
Told: TypeAlias = Literal[
    "ticks", "deals", "orders", "order_times", "stops", "adjustments", "balance", "equity", "margin"
]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this platform can do and what it tells; what is not named it does not."""

    name: str
    does: frozenset[CommandName]
    rights: frozenset[Rights]
    tells: frozenset[Told]
    chooses_login: bool
    """Whether a new account may be given a login of the caller's choice."""


# --- reading ---------------------------------------------------------------------------------
Tick = FeedQuote
"""A quote with its number in the platform's feed."""


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """An account's group, rights or leverage became these."""

    account: str
    at: Micros
    group: str
    rights: Rights
    leverage: Decimal


@dataclass(frozen=True, slots=True)
class MarginCalled:
    """Equity fell to the group's margin call: ``level`` is in per cent of the margin."""

    account: str
    at: Micros
    level: Decimal


AccountDelta: TypeAlias = (
    AccountOpened
    | AccountChanged
    | BalanceAdjusted
    | Deal
    | OrderSeen
    | StopSet
    | AccountReported
    | MarginCalled
)
Delta: TypeAlias = Tick | AccountDelta


@dataclass(frozen=True, slots=True)
class Batch:
    """Deltas that became known together, in the platform's order; ``upto`` resumes behind them.

    Batches are cut the same way every time they are read.
    """

    upto: ResumePoint
    deltas: tuple[Delta, ...]


@dataclass(frozen=True, slots=True)
class Deltas:
    """What was read. ``is_synced``: up to here you have everything the platform knows."""

    batches: tuple[Batch, ...]
    upto: ResumePoint
    is_synced: bool


@dataclass(frozen=True, slots=True)
class GroupCard:
    """A group accounts can be in."""

    name: str
    currency: str
    leverage: Decimal
    netting: bool


@dataclass(frozen=True, slots=True)
class AccountCard:
    """What an account is, without its money."""

    account: str
    group: str
    currency: str
    leverage: Decimal
    netting: bool
    rights: Rights
    opened_at: Micros


@dataclass(frozen=True, slots=True)
class PositionHeld:
    """An open position. ``profit`` is its open profit without ``swap``, None where no price is."""

    position: str
    symbol: str
    side: Side
    lots: Decimal
    open_price: Decimal
    opened_at: Micros
    stop: Decimal | None
    target: Decimal | None
    swap: Decimal
    profit: Decimal | None


@dataclass(frozen=True, slots=True)
class OrderHeld:
    """A pending order."""

    order: str
    symbol: str
    side: Side
    kind: Literal["market", "limit", "stop", "stop_limit"]
    lots: Decimal
    price: Decimal
    placed_at: Micros


@dataclass(frozen=True, slots=True)
class AccountSnapshot:
    """An account as of ``upto`` in the deltas. A figure the platform does not know is None."""

    card: AccountCard
    at: Micros
    balance: Decimal
    equity: Decimal | None
    margin: Decimal | None
    positions: tuple[PositionHeld, ...]
    orders: tuple[OrderHeld, ...]
    upto: ResumePoint


# --- acting ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class CreateAccount:
    """``login``: the name to give it, where the platform lets one choose; else it chooses.

    ``owner`` is an opaque id of the person, ``balance`` the opening deposit.
    """

    key: str
    group: str
    balance: Decimal
    leverage: Decimal | None = None
    login: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class SetGroup:
    key: str
    account: str
    group: str


@dataclass(frozen=True, slots=True)
class SetRights:
    key: str
    account: str
    rights: Rights


@dataclass(frozen=True, slots=True)
class SetLeverage:
    key: str
    account: str
    leverage: Decimal


@dataclass(frozen=True, slots=True)
class CloseAll:
    """Close every position, or those in one symbol, whatever the trader may do. Pending orders
    stay."""

    key: str
    account: str
    comment: str = ""
    symbol: str = ""
    """Empty: every one."""


@dataclass(frozen=True, slots=True)
class CancelAll:
    """Cancel every pending order, or those in one symbol."""

    key: str
    account: str
    symbol: str = ""
    """Empty: every one."""


@dataclass(frozen=True, slots=True)
class AdjustBalance:
    """Move money without a trade; ``amount`` is signed, in the account's currency."""

    key: str
    account: str
    amount: Decimal
    kind: AdjustmentKind


@dataclass(frozen=True, slots=True)
class HaltSymbol:
    """Take no new orders in a symbol from anybody, or take them again. Positions can be closed."""

    key: str
    symbol: str
    is_halted: bool


Command: TypeAlias = (
    CreateAccount
    | SetGroup
    | SetRights
    | SetLeverage
    | CloseAll
    | CancelAll
    | AdjustBalance
    | HaltSymbol
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """How the trader gets in. Never logged: the secrets are not shown."""

    login: str
    password: str = field(repr=False)
    investor_password: str = field(repr=False)
    """Lets one look, not trade."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a command, the same for the same key for ever.

    ``reason`` None: confirmed. A refused ``CloseAll`` or ``CancelAll`` did what it could; ``left``
    names the positions or orders that are still there. ``at`` is the platform's time.
    """

    key: str
    at: Micros
    reason: Reason | None = None
    detail: str = ""
    account: str = ""
    left: tuple[str, ...] = ()
    credentials: Credentials | None = None

    @property
    def is_confirmed(self) -> bool:
        return self.reason is None


class Platform(Protocol):
    """One server of a trading platform. Every method raises ``PlatformAway``."""

    def capabilities(self) -> Capabilities: ...

    def groups(self) -> Sequence[GroupCard]: ...

    def instruments(self) -> Sequence[InstrumentDefined]:
        """What one lot of each symbol is here; ``at`` is 0."""

    def accounts(self) -> Sequence[AccountCard]:
        """Every account, in the order in which they were created."""

    def snapshot(self, account: str) -> AccountSnapshot:
        """Raises ``UnknownAccount``."""

    def deltas(self, after: ResumePoint, *, wait_s: float = 0.0) -> Deltas:
        """What happened behind ``after``, in order, as much as fits one answer.

        Where there is nothing, it waits ``wait_s`` for something. Raises ``ResumeLost``.
        """

    def act(self, commands: Sequence[Command]) -> Sequence[Answer]:
        """Do the commands in their order; their answers are durable when it returns."""

    def act_in_turn(self, turns: Sequence[Sequence[Command]]) -> Sequence[Sequence[Answer]]:
        """Each turn's commands in their order, up to the first refused for another reason than
        ``LATER``: what is behind it is not asked for, and has no answer. Durable as ``act``'s."""
        answers: list[list[Answer]] = [[] for _ in turns]
        waiting = [(done, list(turn)) for done, turn in zip(answers, turns, strict=True) if turn]
        while waiting:
            heads = self.act([turn.pop(0) for _, turn in waiting])
            for (done, _), answer in zip(waiting, heads, strict=True):
                done.append(answer)
            waiting = [(done, turn) for done, turn in waiting if turn and goes_on(done[-1])]
        return answers


def goes_on(answer: Answer) -> bool:
    """Whether what comes behind an answered command may be done."""
    return answer.is_confirmed or answer.reason in LATER
