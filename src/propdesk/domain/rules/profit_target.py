"""Profit objective (RULES T7): what must be earned before the phase is passed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import PayoutMoved, StateReported
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Calm, Judge, Objective, Violations
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
        since = " since the last payout" if self.per_cycle else ""
        return (
            f"Earn at least {told(self.target, size)}{since}, "
            f"measured on the {_MEASURE_WORDS[self.measured_on]}."
        )

    def formula(self) -> str:
        return "current ≥ target"


_MEASURE_WORDS: dict[MeasuredOn, str] = {
    "net_closed_profit": "closed profit after costs",
    "gross_closed_profit": "closed profit before commission and swap",
    "balance_flat": "balance with every position closed",
    "balance": "balance",
    "equity": "equity, open profit included",
    "adjusted_balance": "balance without money moved in or out",
}


class ProfitTargetJudge(Judge[ProfitTarget]):
    """Compares what was earned with the target; the evaluator asks it for its objective."""

    def __init__(self, terms: ProfitTarget, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.watches_marks = self.goal_by_equity = terms.measured_on == "equity"
        self.gross = ZERO
        self.before = ZERO  # closed profit of earlier payout cycles

    def on_closed(self, trade: Trade) -> Violations:
        self.gross += trade.profit
        return ()

    def on_payout(self, event: PayoutMoved) -> Violations:
        del event
        self.before = self._closed()
        return ()

    def on_state(self, event: StateReported) -> Violations:
        if event.cycle_profit is not None:
            self.before = self._closed() - event.cycle_profit
        return ()

    def calm(self) -> Calm:
        """An equity target is looked at again only at or beyond the level that meets it."""
        equity = self.situation.equity
        if equity is None:
            return Calm()
        level = self._start() + self.target()
        return Calm(low=level) if equity.low >= level else Calm(high=level)

    def target(self) -> Decimal:
        """The target in money, exact, before any consistency rule raises it."""
        situation = self.situation
        bases = {
            "balance_after_last_payout": situation.cycle_start_balance,
            "cycle_start": situation.cycle_start_balance,
            "balance": situation.balance,
        }
        return self.terms.target.resolve(situation.size, bases)

    def current(self) -> Decimal | None:
        """What counts towards the target now; None where it cannot be known."""
        situation = self.situation
        match self.terms.measured_on:
            case "equity":
                equity = situation.equity
                return None if equity is None else equity.low - self._start()
            case "balance_flat" | "balance":
                return situation.balance - self._start()
            case _:
                return self._closed() - (self.before if self.terms.per_cycle else ZERO)

    def _closed(self) -> Decimal:
        """Closed profit since the account's start, as the terms count it."""
        match self.terms.measured_on:
            case "gross_closed_profit":
                return self.gross
            case "adjusted_balance":
                return self.situation.counted_profit
            case _:
                return self.situation.closed_profit

    def _start(self) -> Decimal:
        """The balance a profit by balance or equity is counted from."""
        situation = self.situation
        return situation.cycle_start_balance if self.terms.per_cycle else situation.origin

    def objective(self) -> Objective:
        target, current, situation = self.target(), self.current(), self.situation
        still_open = self.terms.measured_on == "balance_flat" and not situation.flat
        # The balance that meets it: by equity, what balance and open profit must come to.
        level = self._start() + target
        if self.terms.measured_on != "equity" and current is not None:
            level = situation.balance - current + target
        return Objective(
            rule=self.terms.name,
            required=target,
            current=current,
            met=None if current is None else current >= target and not still_open,
            figures={"target_balance": level},
            blocks="pass",
        )
