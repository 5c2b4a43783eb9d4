"""What a rule may look at: the account, its day, its trades and the market, at one moment.

The evaluator writes it, the judges only read it. Nothing in it is rounded but what a platform
rounds. Equity is a span: with ticks both ends are equal, with bars they are the extremes the
account could have had, and ``None`` means not known (see ``unknown_because``).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from propdesk.domain.clock import DayClock, TradingDay
from propdesk.domain.events import (
    Deal,
    GroupFormed,
    NewsScheduled,
    OrderSeen,
    PayoutMoved,
    Side,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.peers import Peers
from propdesk.domain.price_limits import PriceLimits
from propdesk.domain.values import value

if TYPE_CHECKING:
    from propdesk.domain.conditions import Conditions
    from propdesk.domain.instruments import Catalogue
    from propdesk.domain.positions import Position


@value(frozen=True, slots=True)
class Span:
    """An amount known to lie between two ends, in account currency."""

    low: Decimal
    high: Decimal

    @property
    def exact(self) -> bool:
        return self.low == self.high


@value(frozen=True, slots=True)
class Trade:
    """A closed round trip or part of one. Money in account currency, ``net`` after all costs."""

    id: str
    position: str
    symbol: str
    side: Side
    lots: Decimal
    opened_at: int
    closed_at: int
    profit: Decimal
    costs: Decimal
    net: Decimal
    open_price: Decimal | None = None
    close_price: Decimal | None = None
    notional: Decimal | None = None
    worst_floating: Decimal | None = None
    stop_risk: Decimal | None = None
    target_gain: Decimal | None = None
    stopped_at: int | None = None
    partial: bool = False
    reason: str = ""
    peak_margin: Decimal | None = None
    """The most margin its position used right after one of its fills, at the rates of that moment
    (between fills rates are not followed), to the minor unit; None: not known."""

    @property
    def only_reported(self) -> bool:
        """Whether its fills were not told, only what came of it."""
        return self.open_price is None


@dataclass(slots=True)
class DayState:
    """The running trading day."""

    day: TradingDay
    start_balance: Decimal
    start_equity: Span | None
    min_equity: Decimal | None = None
    max_equity: Decimal | None = None
    closed_profit: Decimal = ZERO  # net profit of the trades closed today
    opened_profit: Decimal = ZERO  # net profit of the trades opened today, whenever closed
    adjusted: Decimal = ZERO  # deposits, withdrawals, payouts, bonuses of today
    fills: int = 0
    positions_opened: int = 0
    half_day: bool = False
    profit_reported: Decimal | None = None
    daily_floor: Decimal | None = None
    overall_floor: Decimal | None = None


@value(frozen=True, slots=True)
class DayRecord:
    """A finished trading day, as the day table shows it."""

    day: TradingDay
    start_balance: Decimal
    start_equity: Span | None
    end_balance: Decimal
    end_equity: Span | None
    min_equity: Decimal | None
    max_equity: Decimal | None
    profit: Decimal  # by the rulebook's day attribution
    closed_profit: Decimal
    opened_count: int
    fills: int
    half_day: bool = False
    counted: bool = False
    daily_floor: Decimal | None = None
    overall_floor: Decimal | None = None
    touched: bool = True  # something happened or was open that day

    @property
    def label(self) -> date:
        return self.day.label


@dataclass(slots=True)
class Situation:
    """One account at one moment."""

    account: str
    currency: str
    digits: int  # minor digits of the currency
    size: Decimal  # I: the account's size, changed by scaling
    origin: Decimal  # the balance it starts from: I, or 0 where the programme says so
    clock: DayClock
    catalogue: "Catalogue"
    day: DayState
    cycle_start_balance: Decimal  # with which the running payout cycle began
    stage: str = "evaluation"  # evaluation or funded
    account_type: str = ""
    owner: str = ""
    group: str = ""
    tags: tuple[str, ...] = ()
    leverage: Decimal | None = None  # the account's own, where it was told
    at: int = 0
    event_no: int = 0
    cause: str = ""  # id of the event being applied
    balance: Decimal = ZERO
    payouts_lower_balance: bool = True  # False: the firm pays beside the account
    equity: Span | None = None
    unknown_because: str = ""
    floating: dict[str, Span] = field(default_factory=dict)  # by position; missing: not known
    positions: Mapping[str, "Position"] = field(default_factory=dict)
    prices: Mapping[str, tuple[Decimal, Decimal, Decimal, Decimal]] = field(default_factory=dict)
    """By symbol: bid low, bid high, ask low, ask high (pairs are equal with ticks)."""
    trades: list[Trade] = field(default_factory=list)
    days: list[DayRecord] = field(default_factory=list)
    orders: list[OrderSeen] = field(default_factory=list)
    news: dict[str, NewsScheduled] = field(default_factory=dict)
    payouts: list[PayoutMoved] = field(default_factory=list)  # paid ones only
    groups: list[GroupFormed] = field(default_factory=list)
    price_limits: PriceLimits = field(default_factory=PriceLimits)
    peers: Peers = field(default_factory=Peers)  # the log's other accounts
    deposited: Decimal = ZERO  # deposits, withdrawals, payouts, bonuses, fees: all but trading
    bonuses: Decimal = ZERO
    excluded: Decimal = ZERO  # profit that does not count (news, short holds, over-lot, …)
    split_override: Decimal | None = None
    extra_days_done: int = 0  # activity days brought along by state_reported
    extra_profitable_days: int = 0
    payouts_before: int = 0
    paid_before: Decimal = ZERO
    first_trade_at: int | None = None
    cycle_started_at: int | None = None
    opened_at: int = 0
    is_frozen: bool = False  # the firm paused it, and said no end
    frozen_days: set[date] = field(default_factory=set)  # of which any moment was paused so
    conditions: "Conditions | None" = None  # judges custom expressions; the wiring hands it in

    @property
    def flat(self) -> bool:
        return not self.positions

    def entered_by(self, deal: Deal) -> "Position | None":
        """The position a fill opened or enlarged; None where it only closed something."""
        found = self.positions.get(deal.position) or self.positions.get(deal.symbol)
        return found if found is not None and found.side == deal.side else None

    @property
    def closed_profit(self) -> Decimal:
        """Net closed profit since the start, without money moved in or out."""
        return self.balance - self.origin - self.deposited

    @property
    def counted_profit(self) -> Decimal:
        """Net closed profit without what the rulebook excludes."""
        return self.closed_profit - self.excluded

    @property
    def payout_number(self) -> int:
        """The number the next payout will have, from 1."""
        return self.payouts_before + len(self.payouts) + 1
