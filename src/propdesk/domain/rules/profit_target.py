"""Profit objective (RULES T7): what must be earned before the phase is passed."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Calm, Judge, Objective, Violation, Violations
from propdesk.domain.rules.daily_loss import told
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Amount, RuleTerms

MeasuredOn: TypeAlias = Literal[
    "net_closed_profit",
    "gross_closed_profit",
    "balance_flat",
    "balance",
    "equity",
    "adjusted_balance",
]


@dataclass(frozen=True, kw_only=True)
class ProfitTarget(RuleTerms):
    """Reaching the target meets it: the comparison is always *at least*."""

    rule: Literal["profit_target"] = "profit_target"
    target: Amount
    """The profit to reach; ``of: balance_after_last_payout`` starts anew with every payout."""
    measured_on: MeasuredOn = "balance_flat"
    """``balance_flat``: the balance, with no position open. ``balance``: positions may be open.
    ``equity``: open profit counts. ``adjusted_balance``: the balance without deposits,
    withdrawals, bonuses and excluded profit. ``net_closed_profit``: after costs;
    ``gross_closed_profit``: the sum of closed profits before commission and swap."""
    per_cycle: bool = False
    """The profit is counted from the last payout."""

    def sentence(self, size: Decimal | None = None) -> str:
        flat = " with every position closed" if self.measured_on == "balance_flat" else ""
        words = self.measured_on.removesuffix("_flat").replace("_", " ")
        return f"Earn at least {told(self.target, size)}, measured on the {words}{flat}."

    def formula(self) -> str:
        return "current ≥ target"


class ProfitTargetJudge(Judge[ProfitTarget]):
    """Compares what was earned with the target; the evaluator asks it for its objective."""

    def __init__(self, terms: ProfitTarget, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.watches_marks = terms.measured_on == "equity"
        self.gross = ZERO
        self.raised: Fraction | None = None

    def on_closed(self, trade: Trade) -> Violations:
        self.gross += trade.profit
        return ()

    def on_mark(self) -> tuple[Violation, ...]:
        return ()

    def calm(self) -> Calm:
        """An equity target is looked at again only at or beyond the level that meets it."""
        if self.terms.measured_on != "equity" or self.situation.equity is None:
            return Calm()
        level = self.situation.origin + self.situation.deposited + self.target()
        met = self.situation.equity.low >= level
        return Calm(low=level, high=None) if met else Calm(low=None, high=level)

    def target(self) -> Decimal:
        """The target in money, exact, before any consistency rule raises it."""
        situation = self.situation
        start = situation.cycle_start_balance
        bases = {
            "balance_after_last_payout": situation.origin if start is None else start,
            "cycle_start": situation.origin if start is None else start,
            "balance": situation.balance,
        }
        return self.terms.target.resolve(situation.size, bases)

    def current(self) -> Decimal | None:
        """What counts towards the target now; None where it cannot be known."""
        situation = self.situation
        from_start = situation.origin
        if self.terms.per_cycle and situation.cycle_start_balance is not None:
            from_start = situation.cycle_start_balance
        match self.terms.measured_on:
            case "equity":
                equity = situation.equity
                return None if equity is None else equity.low - from_start
            case "gross_closed_profit":
                return self.gross
            case "balance_flat" | "balance":
                return situation.balance - from_start
            case "adjusted_balance":
                return situation.counted_profit
            case "net_closed_profit":
                return situation.closed_profit

    def objective(self) -> Objective:
        target, current = self.target(), self.current()
        met: bool | None = None
        if current is not None:
            met = current >= target
            if self.terms.measured_on == "balance_flat" and not self.situation.flat:
                met = False
        return Objective(
            rule=self.terms.name,
            required=target,
            current=current,
            met=met,
            figures={"target_balance": self.situation.origin + target},
            blocks="pass",
        )
