"""Profit cap (RULES T9, T12): profit of a day or a month beyond a cap.

What is beyond it can be taken away (Goat: 3,000 a day) or end the month's trading (PropFunding).
It never fails by itself; the effect decides.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.levels import exceeds
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import Amount, Comparison, RuleTerms


@dataclass(frozen=True, kw_only=True)
class ProfitCap(RuleTerms):
    """Closed profit of one day or month may not go beyond an amount."""

    rule: Literal["profit_cap"] = "profit_cap"
    cap: Amount
    horizon: Literal["day", "month"]
    comparison: Comparison = "cross"
    """``touch``: reaching the cap counts; ``cross``: only what is beyond it."""

    def sentence(self, size: Decimal | None = None) -> str:
        known = size is not None and self.cap.of == "initial"
        sums = f"{self.cap.resolve(size):,f}" if known and size is not None else "the cap"
        return f"Profit of one {self.horizon} counts up to {sums}."

    def formula(self) -> str:
        return f"excess = max(0, profit of the {self.horizon} − cap)"


def beyond(profit: Decimal, cap: Decimal) -> Decimal:
    """The part of a profit that lies beyond the cap. Exact."""
    return max(ZERO, profit - cap)


class ProfitCapJudge(Judge[ProfitCap]):
    """A day is judged when it is over, a month as soon as its profit gets there."""

    def __init__(self, terms: ProfitCap, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.month: date | None = None
        self.earned = ZERO
        self.said = False

    def on_day_end(self, record: DayRecord) -> Violations:
        if self.terms.horizon == "day":
            return self._test(record.profit, record.label.isoformat())
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        if self.terms.horizon == "day":
            return ()
        month = self.situation.clock.day_of(trade.closed_at).label.replace(day=1)
        if month != self.month:
            self.month, self.earned, self.said = month, ZERO, False
        self.earned += trade.net
        found = () if self.said else self._test(self.earned, f"{month:%Y-%m}")
        self.said = self.said or bool(found)
        return found

    def _test(self, profit: Decimal, period: str) -> tuple[Violation, ...]:
        cap = self.terms.cap.resolve(self.situation.size, {"balance": self.situation.balance})
        if not exceeds(profit, cap, self.terms.comparison):
            return ()
        violation = Violation(
            observed=profit,
            limit=cap,
            comparison=self.terms.comparison,
            detail={"period": period},
            excess=beyond(profit, cap),
        )
        return (violation,)
