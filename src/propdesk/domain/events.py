"""Everything that can happen to an account, in the order of the log.

Values only: no behaviour, no reading of files. Times are microseconds since 1970-01-01T00:00Z
(``at``), money is in the account's currency, prices and lots are as the platform printed them.
``Quote`` and ``Bar`` belong to the market, everything else to an account.
The written form is in ``docs/reference/events.md``; parsing is the wire's business.
"""

from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

from propdesk.domain.exact import ZERO
from propdesk.domain.values import value

Micros: TypeAlias = int
Side: TypeAlias = Literal["buy", "sell"]
Entry: TypeAlias = Literal["in", "out", "inout", "out_by"]
AdjustmentKind: TypeAlias = Literal[
    "deposit", "withdrawal", "payout", "bonus", "fee", "refund", "correction"
]


class Quote(NamedTuple):
    """A best bid and ask. A named tuple because millions are made."""

    at: Micros
    symbol: str
    bid: Decimal
    ask: Decimal


class Bar(NamedTuple):
    """A span in which the prices are known only by their extremes. ``at`` is its first moment."""

    at: Micros
    symbol: str
    span_us: int
    bid_open: Decimal
    bid_high: Decimal
    bid_low: Decimal
    bid_close: Decimal
    ask_open: Decimal
    ask_high: Decimal
    ask_low: Decimal
    ask_close: Decimal


@value(frozen=True, slots=True)
class AccountOpened:
    """The first event of an account: its currency and the balance it starts with."""

    account: str
    at: Micros
    currency: str
    balance: Decimal
    leverage: Decimal | None = None
    netting: bool = False
    account_type: str = ""
    owner: str = ""
    group: str = ""  # the platform's
    tags: tuple[str, ...] = ()  # the firm's
    size: Decimal | None = None  # the size bought, where the balance does not show it
    stage: str = ""  # evaluation or funded; "": not told


@value(frozen=True, slots=True)
class Deal:
    """A fill. ``commission``, ``swap`` and ``profit`` are what the platform booked with it.

    ``unbooked`` is a cost charged with an opening fill that the platform books only when the
    position closes (MT4's commission): it lowers equity, not yet the balance.
    ``position`` names the position; ``counter_position`` the other leg of a close-by.
    ``stop`` and ``target`` are the protective prices set with the fill (None: none was set).
    """

    account: str
    at: Micros
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
    fee: Decimal = ZERO
    unbooked: Decimal = ZERO
    counter_position: str | None = None
    order: str | None = None
    reason: str | None = None  # manual, expert, stop_loss, take_profit, stop_out, pending, …
    stop: Decimal | None = None
    target: Decimal | None = None
    magic: str | None = None
    comment: str = ""


@value(frozen=True, slots=True)
class AccountReported:
    """What the platform says the account is worth; a missing field is not known."""

    account: str
    at: Micros
    balance: Decimal | None = None
    equity: Decimal | None = None
    margin: Decimal | None = None


@value(frozen=True, slots=True)
class BalanceAdjusted:
    """Money moved without a trade; ``amount`` is signed."""

    account: str
    at: Micros
    amount: Decimal
    kind: AdjustmentKind
    id: str = ""


@value(frozen=True, slots=True)
class TimePassed:
    """The clock reached ``at``; nothing else happened."""

    at: Micros


@value(frozen=True, slots=True)
class OrderSeen:
    """An order's life: placed, modified, cancelled, filled or rejected."""

    account: str
    at: Micros
    id: str
    action: Literal["placed", "modified", "cancelled", "filled", "rejected", "expired"]
    symbol: str
    side: Side
    kind: Literal["market", "limit", "stop", "stop_limit"] = "market"
    lots: Decimal = ZERO
    requested_price: Decimal | None = None
    filled_price: Decimal | None = None
    requested_at: Micros | None = None
    received_at: Micros | None = None
    filled_at: Micros | None = None
    reason: str | None = None
    client: str | None = None
    position: str | None = None


@value(frozen=True, slots=True)
class StopSet:
    """The protective prices of an open position changed (None: removed or not set)."""

    account: str
    at: Micros
    position: str
    stop: Decimal | None
    target: Decimal | None = None


@value(frozen=True, slots=True)
class InstrumentDefined:
    """What one lot of a symbol is on this platform; it overrides the catalogue from here on.

    The fields are those of ``instruments.Instrument``; ``mode`` is one of fx, cfd, cfd_index,
    futures, crypto_linear and crypto_inverse. ``limit_up`` and ``limit_down`` are the exchange's
    price limits of the session that ends at ``limits_until``; they are no part of the instrument.
    """

    at: Micros
    symbol: str
    digits: int
    contract_size: Decimal
    base_currency: str
    profit_currency: str
    margin_currency: str
    mode: str = "fx"
    tick_size: Decimal | None = None
    tick_value: Decimal | None = None
    volume_step: Decimal = Decimal("0.01")
    asset_class: str = "forex"
    mini_equivalent: Decimal = Decimal(1)
    correlated: str | None = None
    leverage_cap: Decimal | None = None
    limit_up: Decimal | None = None
    limit_down: Decimal | None = None
    limits_until: Micros | None = None


@value(frozen=True, slots=True)
class NewsScheduled:
    """A release known to the calendar. The version last received before a moment judges it."""

    at: Micros  # when this version was received
    id: str
    release_at: Micros
    title: str
    currencies: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    impact: str = "high"
    withdrawn: bool = False


@value(frozen=True, slots=True)
class SessionSeen:
    """A login, purchase or platform session: address, network, device, client (opaque ids)."""

    account: str
    at: Micros
    kind: str
    address: str = ""
    network: str = ""
    device: str = ""
    client: str = ""


@value(frozen=True, slots=True)
class DayReported:
    """A finished day known only by its figures. ``at`` lies inside that day."""

    account: str
    at: Micros
    profit: Decimal | None = None
    balance: Decimal | None = None
    equity: Decimal | None = None
    peak_equity: Decimal | None = None
    low_equity: Decimal | None = None
    half_day: bool = False


@value(frozen=True, slots=True)
class TradeReported:
    """A round trip known without prices. ``at`` is its close; ``profit`` is net of its costs
    unless ``commission`` or ``swap`` say what is still to be added."""

    account: str
    at: Micros
    id: str
    symbol: str
    side: Side
    lots: Decimal
    opened_at: Micros
    profit: Decimal
    commission: Decimal = ZERO
    swap: Decimal = ZERO
    notional: Decimal | None = None
    worst_floating: Decimal | None = None
    stop_risk: Decimal | None = None  # money at risk by the widest stop ever set
    target_gain: Decimal | None = None  # money the first target would have earned
    stopped_at: Micros | None = None  # when the first stop was set
    position: str | None = None


@value(frozen=True, slots=True)
class StateReported:
    """An account that starts mid-life: what happened before is given, not replayed."""

    account: str
    at: Micros
    balance: Decimal | None = None
    equity: Decimal | None = None
    peak_equity: Decimal | None = None
    peak_balance: Decimal | None = None
    peak_eod: Decimal | None = None
    day_start_balance: Decimal | None = None
    day_start_equity: Decimal | None = None
    day_peak_equity: Decimal | None = None
    floor: Decimal | None = None
    locked: bool | None = None
    days_done: int | None = None
    profitable_days: int | None = None
    payouts: int | None = None
    paid_total: Decimal | None = None
    trader_paid_total: Decimal | None = None
    first_trade_at: Micros | None = None
    cycle_started_at: Micros | None = None
    cycle_profit: Decimal | None = None
    best_day: Decimal | None = None


@value(frozen=True, slots=True)
class PayoutMoved:
    """A payout's step. Only ``paid`` moves money; ``amount`` is gross, before the split."""

    account: str
    at: Micros
    step: Literal["requested", "approved", "paid", "denied"]
    id: str
    amount: Decimal
    trader_share: Decimal | None = None


@value(frozen=True, slots=True)
class Scaled:
    """The account's size changed; limits are recomputed as the overall limit's terms say."""

    account: str
    at: Micros
    size: Decimal
    balance: Decimal | None = None


@value(frozen=True, slots=True)
class Paused:
    """The firm stops the account: nothing is passed until it goes on.

    Without ``until`` the clocks of time limit and inactivity stand: no trading day that is paused
    at any moment counts. With an end to it (a lock for the rest of a day) they go on.
    """

    account: str
    at: Micros
    reason: str = ""
    until: Micros | None = None


@value(frozen=True, slots=True)
class Resumed:
    account: str
    at: Micros
    reason: str = ""


@value(frozen=True, slots=True)
class GapOpened:
    """From here on quotes of ``symbol`` are missing although its market is open."""

    at: Micros
    symbol: str
    reason: str = "silence"


@value(frozen=True, slots=True)
class GapClosed:
    at: Micros
    symbol: str
    back_filled: bool = False


@value(frozen=True, slots=True)
class GroupFormed:
    """Accounts judged together (one owner, one household, one ring)."""

    at: Micros
    id: str
    accounts: tuple[str, ...]
    kind: str = "owner"
    stages: tuple[str, ...] = ()  # one per account: evaluation or funded


Event: TypeAlias = (
    Quote
    | Bar
    | AccountOpened
    | Deal
    | AccountReported
    | BalanceAdjusted
    | TimePassed
    | OrderSeen
    | StopSet
    | InstrumentDefined
    | NewsScheduled
    | SessionSeen
    | DayReported
    | TradeReported
    | StateReported
    | PayoutMoved
    | Scaled
    | Paused
    | Resumed
    | GapOpened
    | GapClosed
    | GroupFormed
)
