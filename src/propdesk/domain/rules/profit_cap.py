"""Profit cap (RULES T9): profit of a day or a month beyond a cap.

What is beyond it can be taken away (Goat: 3,000 a day) or pause the month's trading
(PropFunding). The effect decides; without one, the excess stops counting.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from propdesk.domain.events import DayReported, Deal, StateReported
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.levels import exceeds
from propdesk.domain.rules.day_counts import sum_of_day
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import Amount, Comparison, Effect, RuleTerms, TermsError

CLIP = Effect(kind="profit_adjust", factor=ZERO)


@dataclass(frozen=True, kw_only=True)
class ProfitCap(RuleTerms):
    """Closed profit of one day or month may not go beyond an amount."""

    rule: Literal["profit_cap"] = "profit_cap"
    cap: Amount
    """The largest profit of one day or month; ``base`` and ``balance`` are the balance with which
    the day started."""
    horizon: Literal["day", "month"]
    """A trading day, or a calendar month of trading days."""
    comparison: Comparison = "cross"
    """``touch``: reaching the cap counts; ``cross``: only what is beyond it."""
    effects: tuple[Effect, ...] = (CLIP,)
    """``profit_adjust`` removes the excess at the end of each day, when it is final; every other
    effect comes with the close that gets there."""

    def __post_init__(self) -> None:
        if self.removes_excess and self.comparison == "touch":
            raise TermsError("there is no excess in reaching the cap: use comparison cross")

    @property
    def removes_excess(self) -> bool:
        """Whether the profit beyond the cap is what the rule takes."""
        every = [part for each in self.effects for part in (each, *each.also)]
        return any(each.kind == "profit_adjust" for each in every)

    def sentence(self, size: Decimal | None = None) -> str:
        cap = sum_of_day(self.cap, size)
        if self.removes_excess:
            return f"Profit of one {self.horizon} counts up to {cap}."
        verb = "reaches" if self.comparison == "touch" else "exceeds"
        return f"Consequences follow as soon as the profit of one {self.horizon} {verb} {cap}."

    def formula(self) -> str:
        return f"excess = max(0, profit of the {self.horizon} − cap)"


def beyond(profit: Decimal, cap: Decimal) -> Decimal:
    """The part of a profit that lies beyond the cap. Exact."""
    return max(ZERO, profit - cap)


class ProfitCapJudge(Judge[ProfitCap]):
    """Sums the period's finished days and today; what was already taken is not taken twice."""

    def __init__(self, terms: ProfitCap, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.finished = ZERO  # of the period's days that are over, and what today was told with
        self.taken = ZERO  # excess of the period already said
        self.said = False

    def on_deal(self, deal: Deal) -> Violations:
        del deal
        return self._now()

    def on_closed(self, trade: Trade) -> Violations:
        del trade
        return self._now()

    def on_state(self, event: StateReported) -> Violations:
        """The part of today that was told is today's profit too."""
        if event.balance is not None and event.day_start_balance is not None:
            self.finished += event.balance - event.day_start_balance
        return self._now()

    def on_day_reported(self, event: DayReported) -> Violations:
        """Judges a day of which only the result is known; it is booked right after."""
        if self.terms.removes_excess or event.profit is None:
            return ()
        return self._test(self.finished + self.situation.day.closed_profit + event.profit)

    def on_day_end(self, record: DayRecord) -> Violations:
        self.finished += record.profit
        found = self._test(self.finished)
        following = self.situation.clock.next_day(record.day).label
        if self._period(following) != self._period(record.label):
            self.finished = self.taken = ZERO
            self.said = False
        return found

    def _now(self) -> Violations:
        if self.terms.removes_excess:
            return ()
        return self._test(self.finished + self.situation.day.closed_profit)

    def _test(self, profit: Decimal) -> tuple[Violation, ...]:
        cap = self._cap()
        if not exceeds(profit, cap, self.terms.comparison):
            return ()
        excess = beyond(profit, cap) - self.taken if self.terms.removes_excess else None
        if self.said if excess is None else excess <= ZERO:
            return ()
        self.said = True
        self.taken += excess or ZERO
        violation = Violation(
            observed=profit,
            limit=cap,
            comparison=self.terms.comparison,
            detail={"period": f"{self._period(self.situation.day.day.label):%Y-%m-%d}"},
            excess=excess,
        )
        return (violation,)

    def _cap(self) -> Decimal:
        situation = self.situation
        from_start = situation.cycle_start_balance
        bases = {
            "base": situation.day.start_balance,
            "balance": situation.day.start_balance,
            "balance_after_last_payout": from_start,
            "cycle_start": from_start,
        }
        return self.terms.cap.resolve(situation.size, bases)

    def _period(self, label: date) -> date:
        return label.replace(day=1) if self.terms.horizon == "month" else label
