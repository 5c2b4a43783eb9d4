"""Order rate (RULES T6, T11): how many executions, changes, orders or trades a day may have."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from propdesk.domain.events import Deal, OrderSeen, StopSet
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import Comparison, RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class OrderRate(RuleTerms):
    """Server load and machine trading, told from counts alone."""

    rule: Literal["order_rate"] = "order_rate"
    counted: Literal["executions", "modifications", "orders", "trades"]
    """``executions``: filled orders, a partial exit is one of its own, the parts of one order are
    one; ``modifications``: of orders and of protective prices; ``orders``: placed;
    ``trades``: positions opened."""
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

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        verb = "more than" if self.comparison == "cross" else "as many as"
        if self.max_per_day is not None:
            return f"A day may not have {verb} {self.max_per_day} {self.counted}."
        return (
            f"A day may not have {verb} {self.above_mean_percent:f} % above the trader's own mean "
            f"of {self.counted}."
        )

    def formula(self) -> str:
        if self.max_per_day is not None:
            return f"{self.counted} per day ≤ {self.max_per_day}"
        return f"{self.counted} today ≤ mean × (1 + {self.above_mean_percent:f} %)"


def executions(deals: Iterable[Deal]) -> int:
    """Orders filled: one of any size is one, and each partial exit is an order of its own."""
    return len({deal.order or deal.id for deal in deals})


def mean_limit(before: Sequence[int], percent: Decimal) -> Fraction:
    """The most a day may have: so many per cent above the mean of the days before."""
    mean = Fraction(sum(before), len(before))
    return mean * (1 + Fraction(percent) / 100)


class OrderRateJudge(Judge[OrderRate]):
    """Counts within the trading day and says so once a day."""

    def __init__(self, terms: OrderRate, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.today: set[str] = set()
        self.before: list[int] = []
        self.said = False
        self.changes = 0
        self.traded = False
        self.log_seen = False  # orders were told at all: deals alone hide what was not filled

    def on_day_start(self) -> Violations:
        self.today.clear()
        self.said = self.traded = False
        return ()

    def on_day_end(self, record: DayRecord) -> Violations:
        del record
        if self.today:
            self.before.append(len(self.today))
        if self.traded and not self.log_seen and self.terms.counted in {"orders", "modifications"}:
            reason = f"{self.terms.counted} are not part of the history"
            return [
                Violation(
                    None,
                    self.terms.max_per_day,
                    self.terms.comparison,
                    "unknown",
                    {"reason": reason},
                )
            ]
        return ()

    def on_deal(self, deal: Deal) -> Violations:
        self.traded = True
        if self.terms.counted == "executions":
            return self._count(deal.order or deal.id)
        return self._count(deal.order) if self.terms.counted == "orders" and deal.order else ()

    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if self.terms.counted != "trades" or position is None or position.opened_at != deal.at:
            return ()
        return self._count(f"{position.id}@{position.opened_at}")

    def on_closed(self, trade: Trade) -> Violations:
        """A trade that was only reported counts on the day it closed if it opened on that day."""
        key = f"{trade.position}@{trade.opened_at}"
        today = trade.opened_at >= self.situation.day.day.start
        return self._count(key) if self.terms.counted == "trades" and today else ()

    def on_order(self, order: OrderSeen) -> Violations:
        self.log_seen = True
        if not self._covers(order.symbol):
            return ()
        if self.terms.counted == "orders" and order.action == "placed":
            return self._count(order.id)
        if self.terms.counted == "modifications" and order.action == "modified":
            return self._change()
        return ()

    def on_stop(self, stop: StopSet) -> Violations:
        self.log_seen = True
        for position in self.situation.positions.values():
            if position.id == stop.position and self._covers(position.symbol):
                return self._change() if self.terms.counted == "modifications" else ()
        return ()

    def _change(self) -> Violations:
        self.changes += 1
        return self._count(str(self.changes))

    def _count(self, key: str) -> Violations:
        self.today.add(key)
        limit = self._limit()
        if self.said or limit is None:
            return ()
        count = len(self.today)
        if not (count >= limit if self.terms.comparison == "touch" else count > limit):
            return ()
        self.said = True
        return [
            Violation(count, limit, self.terms.comparison, detail={"counted": self.terms.counted})
        ]

    def _limit(self) -> int | Fraction | None:
        if self.terms.above_mean_percent is None:
            return self.terms.max_per_day
        if len(self.before) < self.terms.mean_days_min:
            return None
        return mean_limit(self.before, self.terms.above_mean_percent)

    def _covers(self, symbol: str) -> bool:
        instrument = self.situation.catalogue.find(symbol)
        asset_class = "" if instrument is None else instrument.asset_class
        return self.terms.applies_to.covers(symbol, asset_class)
