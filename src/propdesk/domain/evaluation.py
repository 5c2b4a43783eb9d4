"""What a judged history amounts to: status, verdicts, days, limits, objectives, coverage.

Values only. The wire writes them as the result JSON, the web shows them.
"""

from collections.abc import Mapping
from dataclasses import field
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import Side
from propdesk.domain.failing_prices import FailingPrice
from propdesk.domain.judging import Figure, LimitLine, Objective
from propdesk.domain.payouts import PayoutJudgement
from propdesk.domain.situation import DayRecord, Span, Trade
from propdesk.domain.statistics import Statistics
from propdesk.domain.terms import Comparison
from propdesk.domain.values import value

Status: TypeAlias = Literal["active", "passed", "breached", "paused", "expired", "unknown"]
Basis: TypeAlias = Literal["ticks", "bars", "reported", "deals"]


class UnusableHistory(ValueError):
    """An event cannot follow from those before it. ``event_no`` is its place, from 1."""

    def __init__(self, event_no: int, why: str) -> None:
        super().__init__(f"event {event_no}: {why}")
        self.event_no = event_no
        self.why = why


@value(frozen=True, slots=True)
class Verdict:
    """One decision, with what was seen and what it was held against."""

    id: str
    rule: str
    outcome: str
    at: int
    event: int
    observed: Figure | None
    limit: Figure | None
    comparison: Comparison | None
    basis: Basis
    evidence: Mapping[str, str] = field(default_factory=dict)


@value(frozen=True, slots=True)
class Gap:
    """A stretch in which the account's equity was not known, and why."""

    symbol: str
    start: int
    end: int | None
    reason: str


@value(frozen=True, slots=True)
class Coverage:
    basis: Basis
    gaps: tuple[Gap, ...] = ()


@value(frozen=True, slots=True)
class Sample:
    """One point of the equity chart: the extremes since the point before."""

    at: int
    balance: Decimal
    equity_low: Decimal | None
    equity_high: Decimal | None
    daily_floor: Decimal | None
    overall_floor: Decimal | None


@value(frozen=True, slots=True)
class Strip:
    """What was known at the breaching event: positions and prices, for the evidence."""

    at: int
    positions: tuple[Mapping[str, str], ...]
    prices: Mapping[str, tuple[str, str]]
    balance: Decimal
    equity: Span | None


@value(frozen=True, slots=True)
class OpenPosition:
    """A position that is open at the end of the history."""

    position: str
    symbol: str
    side: Side
    lots: Decimal
    opened_at: int
    open_price: Decimal
    floating: Span | None
    """None where its price is not known."""


@value(frozen=True, slots=True)
class Evaluation:
    """The judgement of one account in one phase."""

    account: str
    phase: str
    size: Decimal
    currency: str
    digits: int
    status: Status
    verdicts: tuple[Verdict, ...]
    days: tuple[DayRecord, ...]
    objectives: tuple[Objective, ...]
    limits: tuple[LimitLine, ...]
    coverage: Coverage
    strikes: Mapping[str, int]
    paused_until: int | None
    balance: Decimal
    equity: Span | None
    at: int
    events: int
    samples: tuple[Sample, ...] = ()
    strip: Strip | None = None
    payout: PayoutJudgement | None = None
    mismatches: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    """Why it cannot be known, beside the gaps: one sentence for each rule in doubt."""
    trades: tuple[Trade, ...] = ()
    positions: tuple[OpenPosition, ...] = ()
    failing_prices: tuple[FailingPrice, ...] = ()
    statistics: Statistics | None = None
