"""What the engine tells of one account beside its live state: the whole result, and what is ahead.

Money is a string with the currency's minor digits, times are microseconds. Values only.
"""

from typing import Annotated, Any, Literal

import msgspec

Text = Annotated[str, msgspec.Meta(max_length=60)]


class ComingFloor(msgspec.Struct, frozen=True, kw_only=True):
    """A limit as it would be after the next reset, did nothing change until then."""

    rule: str
    floor: str
    allowance: str
    room: str | None


class ComingNews(msgspec.Struct, frozen=True, kw_only=True):
    """A window around a release that concerns a symbol, as the calendar is known now."""

    title: str
    release_at: int
    begins: int
    ends: int
    rule: str
    restricts: tuple[str, ...]
    symbols: tuple[str, ...]
    """Those of the open positions that it concerns; empty: none of them."""


class ComingEnd(msgspec.Struct, frozen=True, kw_only=True):
    """When a rule would end it by time alone, were nothing done from now on."""

    rule: str
    kind: str
    """The rule's own word: ``time_limit``, ``inactivity``."""
    at: int


class AccountFigures(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it is judged, in full."""

    result: dict[str, Any]
    """The result JSON, without ``series``: the curve has the minutes."""
    zone: str
    """The rulebook's clock."""
    resets_at: int
    coming: tuple[ComingFloor, ...]
    news: tuple[ComingNews, ...]
    prices: dict[str, tuple[str, str]]
    """Bid and ask of every symbol that has a price now."""
    at: int
    """The newest moment the engine has judged."""
    ends: tuple[ComingEnd, ...] = ()


class OrderAsked(msgspec.Struct, frozen=True, kw_only=True):
    """An order that was not sent yet. Figures are decimals as texts."""

    symbol: Text
    side: Literal["buy", "sell"]
    lots: Text
    kind: Literal["market", "limit", "stop"]
    price: Text | None = None
    stop: Text | None = None
    target: Text | None = None
    commission_per_lot: Text = "0"


class LimitAhead(msgspec.Struct, frozen=True, kw_only=True):
    """A limit now and at its worst on the way to the stop; ``over``: by how much it breaks."""

    rule: str
    floor: str
    room: str | None
    worst: str | None
    over: str | None


class RuleSays(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says to the order or to its fill."""

    rule: str
    outcome: str
    observed: str | None
    limit: str | None


class FailsAt(msgspec.Struct, frozen=True, kw_only=True):
    """The price of one symbol at which the account fails, with the order filled."""

    rule: str
    symbol: str
    side: Literal["bid", "ask"]
    price: str


class OrderCheck(msgspec.Struct, frozen=True, kw_only=True):
    """What an order would do. ``outlook`` is ``pre_trade.Outlook``; ``why`` says why nothing could
    be said, and then only ``outlook`` (unknown) and ``at`` mean anything."""

    outlook: Literal["keeps", "breaks", "unbounded", "unknown"]
    at: int
    why: str = ""
    fill: str | None = None
    loss: str | None = None
    limits: tuple[LimitAhead, ...] = ()
    says: tuple[RuleSays, ...] = ()
    failing: tuple[FailsAt, ...] = ()
    margin_used: str | None = None
    margin_free: str | None = None
    margin_level: str | None = None
