"""What happened on the platform, as it is kept in the journal and sent to who follows it.

Every field is a plain value; the written form is MessagePack arrays with a word in front, so a
field is only ever added at the end, with a default. It must not compute anything.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, TypeAlias

import msgspec

from propdesk.domain.events import AdjustmentKind, Entry, Side
from propdesk.domain.exact import ZERO
from propdesk.ports.platform import Answer, Rights
from propdesk.ports.platform_trading import OrderKind, TradeAnswer

OrderAction: TypeAlias = Literal["placed", "modified", "cancelled", "filled", "rejected", "expired"]


class Fact(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The root of the facts."""


class AccountMade(Fact, tag="account", frozen=True, array_like=True):
    account: str
    at: int
    group: str
    currency: str
    leverage: Decimal
    netting: bool
    balance: Decimal
    owner: str


class AccountSet(Fact, tag="set", frozen=True, array_like=True):
    """Group, rights and leverage as they are from here on."""

    account: str
    at: int
    group: str
    rights: Rights
    leverage: Decimal


class SymbolSet(Fact, tag="symbol", frozen=True, array_like=True):
    """Whether new orders in a symbol are taken from here on."""

    symbol: str
    at: int
    is_halted: bool


class Adjusted(Fact, tag="adjust", frozen=True, array_like=True):
    account: str
    at: int
    id: str
    amount: Decimal
    kind: AdjustmentKind


class OrderTold(Fact, tag="order", frozen=True, array_like=True):
    """An order as it is after ``action``, in full."""

    account: str
    at: int
    id: str
    action: OrderAction
    symbol: str
    side: Side
    kind: OrderKind
    lots: Decimal
    price: Decimal | None
    requested_at: int | None
    received_at: int
    limit_price: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    expires_at: int | None = None
    filled_price: Decimal | None = None
    filled_at: int | None = None
    reason: str | None = None
    client: str = ""
    position: str | None = None
    comment: str = ""


class Dealt(Fact, tag="deal", frozen=True, array_like=True):
    """A fill. ``rate`` and ``margin_rate`` are what one unit of the profit and of the margin
    currency was worth in account money, as ratios in text; ``trail`` is the stop's distance."""

    account: str
    at: int
    id: str
    position: str
    symbol: str
    side: Side
    entry: Entry
    lots: Decimal
    price: Decimal
    commission: Decimal = ZERO
    swap: Decimal = ZERO
    profit: Decimal = ZERO
    order: str = ""
    reason: str = ""
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    rate: str = "1"
    margin_rate: str = "1"
    comment: str = ""


class Protected(Fact, tag="stops", frozen=True, array_like=True):
    account: str
    at: int
    position: str
    stop: Decimal | None
    target: Decimal | None
    trail: Decimal | None


class SwapAccrued(Fact, tag="swap", frozen=True, array_like=True):
    """A night's swap that stays with its position until that is closed."""

    account: str
    at: int
    position: str
    amount: Decimal


class Ticked(Fact, tag="tick", frozen=True, array_like=True):
    """``due`` is the market's own time of the quote; ``at`` is later only where deals were."""

    number: int
    symbol: str
    at: int
    bid: Decimal
    ask: Decimal
    due: int


class Reported(Fact, tag="report", frozen=True, array_like=True):
    account: str
    at: int
    balance: Decimal
    equity: Decimal | None
    margin: Decimal


class MarginFell(Fact, tag="call", frozen=True, array_like=True):
    """``level`` None: the margin call is over."""

    account: str
    at: int
    level: Decimal | None


class RolledOver(Fact, tag="roll", frozen=True, array_like=True):
    """The platform's day ended at ``at``; swaps were charged before."""

    at: int


class Decided(Fact, tag="round", frozen=True, array_like=True):
    """The simulated traders due at ``at`` have decided."""

    at: int


class Answered(Fact, tag="answer", frozen=True, array_like=True):
    """A command or a trader's request was answered; no secret is in it."""

    key: str
    digest: bytes
    answer: Answer


class TradeAnswered(Fact, tag="traded", frozen=True, array_like=True):
    key: str
    digest: bytes
    answer: TradeAnswer


AnyFact: TypeAlias = (
    AccountMade
    | AccountSet
    | SymbolSet
    | Adjusted
    | OrderTold
    | Dealt
    | Protected
    | SwapAccrued
    | Ticked
    | Reported
    | MarginFell
    | RolledOver
    | Decided
    | Answered
    | TradeAnswered
)

_encode = msgspec.msgpack.Encoder(decimal_format="string").encode
_decoder: msgspec.msgpack.Decoder[list[AnyFact]] = msgspec.msgpack.Decoder(list[AnyFact])


class NoFacts(ValueError):
    """The bytes are no facts of this version; the journal is not read further."""


def written(facts: Iterable[AnyFact]) -> bytes:
    """Facts as the journal holds them."""
    return _encode(list(facts))


def facts_in(body: bytes) -> list[AnyFact]:
    """Raises ``NoFacts``."""
    try:
        return _decoder.decode(body)
    except (ValueError, RecursionError) as error:
        raise NoFacts(str(error)) from None
