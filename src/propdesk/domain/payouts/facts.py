"""What a payout is judged on: figures, each of which may be unknown (None)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.clock import DayClock
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Objective
from propdesk.domain.situation import DayRecord, Situation
from propdesk.domain.terms import Comparison

ReasonCode: TypeAlias = Literal[
    "too_early",
    "too_late",
    "outside_request_window",
    "wrong_weekday",
    "payouts_used_up",
    "position_open",
    "order_pending",
    "not_in_profit",
    "profit_too_small",
    "share_too_small",
    "balance_too_small",
    "amount_too_small",
    "amount_too_large",
    "too_few_days",
    "too_few_winning_days",
    "not_consistent",
    "objective_unmet",
    "buffer_not_reached",
    "nothing_payable",
    "denied_by_rule",
    "breached",
    "claim_too_late",
    "split_unknown",
    "not_known",
]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a payout is refused, or (``certain`` false) cannot be decided."""

    code: ReasonCode
    observed: str
    limit: str
    certain: bool = True


@dataclass(frozen=True, kw_only=True)
class PayoutFacts:
    """The account at the moment of the request. Money in account currency, unrounded."""

    at: int
    clock: DayClock
    size: Decimal
    origin: Decimal
    balance: Decimal
    profit: Decimal
    """Counted profit still in the account."""
    number: int
    """The number this payout will have, from 1."""
    digits: int = 2
    lowers_balance: bool = True
    """False: the firm pays beside the account, whose balance stays."""
    peak_balance: Decimal | None = None
    flat: bool | None = None
    pending_orders: int | None = None
    opened_at: int | None = None
    first_trade_at: int | None = None
    cycle_started_at: int | None = None
    cycle_start_balance: Decimal | None = None
    """The balance the last payout left; the starting balance before the first."""
    days: Sequence[Decimal] = ()
    """Profit of each traded day of the cycle."""
    days_lifetime: Sequence[Decimal] = ()
    traded_on: Sequence[date] = ()
    objectives: Sequence[Objective] = ()
    drawdown: Decimal | None = None
    daily_limit: Decimal | None = None
    paid_gross: Decimal = ZERO
    paid_month: Decimal = ZERO
    paid_person: Decimal | None = None
    paid_person_month: Decimal | None = None
    growth: Decimal = ZERO
    """Net profit of the whole funded life, withdrawn or not."""
    challenge_profit: Decimal | None = None
    fee_paid: Decimal | None = None
    cycle: str = ""
    tier: int = 0
    split_override: Decimal | None = None
    carried: Decimal = ZERO
    """Excess owed from earlier cycles."""
    denied: bool = False
    delay_days: int = 0
    denied_requests: int = 0
    breached_at: int | None = None
    confirmed: Sequence[str] = ()
    """Conditions of a payout after a breach that the firm has confirmed."""
    floor_comparison: Comparison = "touch"


def payout_facts(
    situation: Situation,
    *,
    objectives: Sequence[Objective] = (),
    drawdown: Decimal | None = None,
    daily_limit: Decimal | None = None,
    denied: bool = False,
    delay_days: int = 0,
    breached_at: int | None = None,
) -> PayoutFacts:
    """The facts a judged account gives. What only the firm knows is added by the caller."""
    clock = situation.clock
    in_cycle = [day for day in situation.days if day.touched and _of_cycle(situation, day)]
    paid = sum((each.amount for each in situation.payouts), ZERO)
    month = clock.day_of(situation.at).label.replace(day=1)
    waiting = {o.id: o for o in situation.orders if o.kind != "market"}.values()
    return PayoutFacts(
        at=situation.at,
        clock=clock,
        size=situation.size,
        origin=situation.origin,
        balance=situation.balance,
        profit=situation.counted_profit - paid,
        number=situation.payout_number,
        digits=situation.digits,
        lowers_balance=situation.payouts_lower_balance,
        peak_balance=_peak(situation),
        flat=situation.flat,
        pending_orders=sum(o.action in {"placed", "modified"} for o in waiting),
        opened_at=situation.opened_at,
        first_trade_at=situation.first_trade_at,
        cycle_started_at=situation.cycle_started_at,
        cycle_start_balance=situation.cycle_start_balance,
        days=tuple(day.profit for day in in_cycle),
        days_lifetime=tuple(day.profit for day in situation.days if day.touched),
        traded_on=tuple(day.label for day in in_cycle),
        objectives=objectives,
        drawdown=drawdown,
        daily_limit=daily_limit,
        paid_gross=situation.paid_before + paid,
        paid_month=sum(
            (p.amount for p in situation.payouts if clock.day_of(p.at).label >= month), ZERO
        ),
        growth=situation.counted_profit,
        split_override=situation.split_override,
        denied=denied,
        delay_days=delay_days,
        breached_at=breached_at,
    )


def _of_cycle(situation: Situation, day: DayRecord) -> bool:
    started = situation.cycle_started_at
    return situation.payout_number == 1 or started is None or day.day.start >= started


def _peak(situation: Situation) -> Decimal:
    ends = [day.end_balance for day in situation.days]
    return max([situation.origin, situation.balance, *ends])
