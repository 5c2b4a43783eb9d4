"""Live state as it is asked for and shown: rows of the board, one account, its curve.

Money is a string with the currency's minor digits, times are microseconds. Values only.
"""

from typing import Literal, TypeAlias

import msgspec


class NearestLimit(msgspec.Struct, frozen=True, kw_only=True):
    """The limit that is nearest: what may still be lost before it breaks."""

    rule: str
    floor: str
    room: str
    room_percent: str
    """Of the limit's allowance, with two decimals; the board's order."""


class BoardRow(msgspec.Struct, frozen=True, kw_only=True):
    """One account of the board."""

    account: str
    programme: str
    phase: str
    size: str
    currency: str
    status: str
    balance: str
    equity: str | None
    """None: not known."""
    nearest: NearestLimit | None
    open_positions: int
    at: int
    """The moment the figures are of: the last tick or event that concerned the account."""


class LiveVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict as it is announced to whoever looks at the board."""

    account: str
    rule: str
    outcome: str
    at: int
    observed: str | None
    limit: str | None
    comparison: str | None
    corrected: str | None = None
    """Why it does not hold any more; None: it does."""


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """A page of accounts, nearest to a breach first; those whose phase is over come last."""

    rows: tuple[BoardRow, ...]
    accounts: int
    """All accounts of the engine."""
    next: str | None
    """Where the following page begins."""
    at: int
    """The newest moment the engine has judged."""
    tick: int
    latest: tuple[LiveVerdict, ...] = ()
    """The newest verdicts of all accounts, newest first, twenty at most: a breach is seen
    whichever page of the board is looked at."""


class LiveLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit of an account now, as the result JSON shows it."""

    rule: str
    base: str
    allowance: str
    floor: str
    room: str | None
    comparison: str
    locked: bool
    peak: str | None


class LiveObjective(msgspec.Struct, frozen=True, kw_only=True):
    """An objective and how far it is."""

    rule: str
    required: str
    current: str | None
    met: bool | None


class LivePosition(msgspec.Struct, frozen=True, kw_only=True):
    """An open position, its profit now and the price at which the account is out if only this
    symbol moves."""

    position: str
    symbol: str
    side: str
    lots: str
    open_price: str
    price: str | None
    floating: str | None
    failing_price: str | None
    margin: str | None = None
    """What it uses now."""
    peak_margin: str | None = None
    """The most it used right after one of its fills, at the rates of that moment."""


class LiveTrade(msgspec.Struct, frozen=True, kw_only=True):
    """A closed position, or the part of one, with the most margin its position had used."""

    trade: str
    position: str
    symbol: str
    side: str
    lots: str
    closed_at: int
    net: str
    peak_margin: str | None


EquityTold: TypeAlias = Literal["exact", "between", "unknown"]
"""What a minute's equity is: its least and its greatest; two bounds it stayed between, no further
apart than the minute's prices and rates, each at its worst, and all that was held in it could bring
it; or not known, because an instrument had no price at some moment or the minute's deals are no
longer kept."""


class CurvePoint(msgspec.Struct, frozen=True, array_like=True):
    """One minute. ``at`` is its first moment in microseconds."""

    at: int
    equity_low: str | None
    equity_high: str | None
    """None: not known. ``equity`` says what the two are."""
    daily_floor: str | None
    overall_floor: str | None
    margin_low: str | None = None
    margin_high: str | None = None
    """Margin used: exact where no price is in it, else no further apart than the minute's prices
    and rates, each at its worst, could bring it. None: not known, or longer ago than is told."""
    exposure_low: str | None = None
    exposure_high: str | None = None
    """Gross exposure, bounded in the same way."""
    equity: EquityTold = "exact"


class LiveAccount(msgspec.Struct, frozen=True, kw_only=True):
    """One account in full."""

    row: BoardRow
    limits: tuple[LiveLimit, ...]
    objectives: tuple[LiveObjective, ...]
    positions: tuple[LivePosition, ...]
    verdicts: tuple[dict[str, str | None], ...]
    """As the result JSON has them: ``rule``, ``outcome``, ``at`` (ISO 8601), ``observed``,
    ``limit``, ``comparison``; oldest first. ``corrected``, where it is there, says why the verdict
    does not hold any more."""
    margin_used: str | None
    margin_free: str | None
    margin_level: str | None
    """In per cent."""
    exposure: str | None = None
    """What the open positions are worth now, long and short alike."""
    minute: CurvePoint | None = None
    """The running minute, as far as it has come."""
    trades: tuple[LiveTrade, ...] = ()
    """The newest, newest first, twenty at most."""
    at: int
    """The newest moment the engine has judged; ``row.at`` is the last that concerned it."""
    tick: int


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """An account's minutes, oldest first."""

    account: str
    points: tuple[CurvePoint, ...]
    since: int = 0
    """From which moment on minutes are kept at all; 0: from none."""
