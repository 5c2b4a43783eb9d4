"""Order rate (RULES T6, T11): how many executions, changes, orders or trades a day may have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from propdesk.domain.events import Deal, OrderSeen, StopSet
from propdesk.domain.judging import Judge, Objective, Violation, Violations
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import Comparison, RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class OrderRate(RuleTerms):
    """Server load and machine trading, told from counts alone."""

    rule: Literal["order_rate"] = "order_rate"
    counted: Literal["executions", "modifications", "orders", "trades"]
    """``executions``: filled orders, a partial exit is one of its own, the parts of one order are
    one; ``modifications``: of orders and of protective prices; ``orders``: placed;
    each on the day it was first heard of; ``trades``: positions opened."""
    max_per_day: int | None = None
    """The most in one trading day."""
    above_mean_percent: Decimal | None = None
    """The most by which a day may exceed the trader's own mean of the days before."""
    mean_days_min: int = 5
    """Days with trades before the mean is judged by."""
    comparison: Comparison = "cross"
    """``cross``: the limit itself is allowed; ``touch``: it is not."""

    def __post_init__(self) -> None:
        if (self.max_per_day is None) == (self.above_mean_percent is None):
            raise TermsError("an order rate is exactly one of max_per_day, above_mean_percent")
        if self.mean_days_min < 1:
            raise TermsError("a mean needs at least 1 day before")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        if self.max_per_day is not None:
            verb = "may not have more" if self.comparison == "cross" else "must have fewer"
            return f"A day {verb} than {self.max_per_day} {self.counted}."
        by = f"{self.above_mean_percent:f} %"
        by = f"more than {by}" if self.comparison == "cross" else f"{by} or more"
        return (
            f"A day's {self.counted} may not exceed the trader's own daily mean by {by}, "
            f"judged once there are {self.mean_days_min} days to compare with."
        )

    def formula(self) -> str:
        at_most = "≤" if self.comparison == "cross" else "<"
        if self.max_per_day is not None:
            return f"{self.counted} per day {at_most} {self.max_per_day}"
        return f"{self.counted} today {at_most} mean × (1 + {self.above_mean_percent:f} %)"


def executions(deals: Iterable[Deal]) -> int:
    """Orders filled: one of any size is one, and each partial exit is an order of its own."""
    return len({deal.order or deal.id for deal in deals})


def mean_limit(before: Sequence[int], percent: Decimal) -> Fraction:
    """The most a day may have: so many per cent above the mean of the days before."""
    mean = Fraction(sum(before), len(before))
    return mean * (1 + Fraction(percent) / 100)


@dataclass(slots=True)
class Today:
    """What has been told of the running day."""

    counted: set[str] = field(default_factory=set)
    said: bool = False
    traded: bool = False
    reported: bool = False  # a round trip without its fills


class OrderRateJudge(Judge[OrderRate]):
    """Counts within the trading day and says so once a day."""

    def __init__(self, terms: OrderRate, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.today = Today()
        self.before: list[int] = []
        self.known: set[str] = set()  # orders: a fill of one placed before is no new one
        self.log_seen = False  # orders were told at all: deals alone hide what was not filled

    def on_day_start(self) -> Violations:
        self.today = Today()
        return ()

    def on_day_end(self, record: DayRecord) -> Violations:
        del record
        if self.today.counted:
            self.before.append(len(self.today.counted))
        if not self._untold():
            return ()
        detail = {"reason": f"{self.terms.counted} are not part of the history"}
        limit, comparison = self.terms.max_per_day, self.terms.comparison
        return [Violation(None, limit, comparison, certainty="unknown", detail=detail)]

    def on_deal(self, deal: Deal) -> Violations:
        self.today.traded = True
        match self.terms.counted:
            case "executions":
                return self._count(deal.order or deal.id)
            case "orders" if deal.order:
                return self._order(deal.order)
            case "trades":
                position = self.situation.entered_by(deal)
                if position is not None and position.deals == (deal.id,):
                    return self._count(f"{position.id}@{position.opened_at}")
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        """A trade that was only reported counts on the day it closed if it opened on that day."""
        self.today.traded = True
        self.today.reported = self.today.reported or trade.only_reported
        key = f"{trade.position}@{trade.opened_at}"
        today = trade.opened_at >= self.situation.day.day.start
        return self._count(key) if self.terms.counted == "trades" and today else ()

    def on_order(self, order: OrderSeen) -> Violations:
        self.log_seen = True
        if not self.concerns(order.symbol):
            return ()
        if self.terms.counted == "orders" and order.action == "placed":
            return self._order(order.id)
        if self.terms.counted == "modifications" and order.action == "modified":
            return self._change()
        return ()

    def on_stop(self, stop: StopSet) -> Violations:
        self.log_seen = True
        if self.terms.counted != "modifications":
            return ()
        held = self.situation.positions.items()
        names = {name: each.symbol for key, each in held for name in (key, each.id)}
        return self._change() if self.concerns(names[stop.position]) else ()

    def objective(self) -> Objective | None:
        """Nothing to reach; but what was not told keeps a pass waiting before the day ends."""
        if not self._untold():
            return None
        name, required = self.terms.name, self.terms.formula()
        return Objective(rule=name, required=required, current=None, met=None)

    def _untold(self) -> bool:
        """Whether what is counted may have happened today without being told."""
        if self.terms.counted == "executions":
            return self.today.reported
        return self.terms.counted != "trades" and self.today.traded and not self.log_seen

    def _order(self, name: str) -> Violations:
        if name in self.known:
            return ()
        self.known.add(name)
        return self._count(name)

    def _change(self) -> Violations:
        return self._count(str(len(self.today.counted)))

    def _count(self, key: str) -> Violations:
        self.today.counted.add(key)
        limit = self._limit()
        if self.today.said or limit is None:
            return ()
        count = len(self.today.counted)
        if not (count >= limit if self.terms.comparison == "touch" else count > limit):
            return ()
        self.today.said = True
        return [
            Violation(count, limit, self.terms.comparison, detail={"counted": self.terms.counted})
        ]

    def _limit(self) -> int | Fraction | None:
        if self.terms.above_mean_percent is None:
            return self.terms.max_per_day
        if len(self.before) < self.terms.mean_days_min:
            return None
        return mean_limit(self.before, self.terms.above_mean_percent)
