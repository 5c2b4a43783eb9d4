"""Time limit (RULES T7): by when a phase must be passed."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from propdesk.domain.clock import DayClock, TradingDay
from propdesk.domain.instants import datetime_of
from propdesk.domain.judging import Judge, Objective, Violation, Violations
from propdesk.domain.situation import Situation
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class TimeLimit(RuleTerms):
    """The phase ends unpassed after so many whole days. Passing on the last day is in time."""

    rule: Literal["time_limit"] = "time_limit"
    days: int
    """How many; the day it counts from is the first one."""
    counted_from: Literal["start", "first_trade"] = "start"
    """``first_trade``: without a trade the time does not run."""
    unit: Literal["calendar_days", "trading_days"] = "calendar_days"
    """``trading_days``: Saturdays and Sundays are not counted."""

    def __post_init__(self) -> None:
        if self.days < 1:
            raise TermsError("a time limit is at least one day")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        start = "the start" if self.counted_from == "start" else "the first trade"
        return f"Pass within {self.days} {self.unit.replace('_', ' ')} from {start}."

    def formula(self) -> str:
        return "deadline = the first day + days"


def last_day(first: date, days: int, unit: Literal["calendar_days", "trading_days"]) -> date:
    """The last day in time, ``first`` being day one (or the weekday after it)."""
    label = first
    counted = 0
    while True:
        if unit == "calendar_days" or label.weekday() < 5:
            counted += 1
        if counted == days:
            return label
        label += timedelta(days=1)


def end_of(label: date, day: TradingDay, clock: DayClock) -> int:
    """The moment at which the trading day ``label`` is over, seen from an earlier ``day``."""
    while day.label < label:
        day = clock.next_day(day)
    return day.end


class TimeLimitJudge(Judge[TimeLimit]):
    """Rings once, a moment after the last day's reset.

    What the last day itself achieved is known only at that reset and is still in time.
    """

    def __init__(self, terms: TimeLimit, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.first: date | None = None
        self.deadline: int | None = None
        self.over = False

    def timer(self) -> int | None:
        if self.over:
            return None
        self._settle()
        return None if self.deadline is None else self.deadline + 1

    def on_time(self) -> Violations:
        if self.over or self.deadline is None or self.situation.at <= self.deadline:
            return ()
        self.over = True
        return (
            Violation(
                observed=self.terms.days,
                limit=self.terms.days,
                comparison="touch",
                detail={"deadline": datetime_of(self.deadline).isoformat()},
            ),
        )

    def objective(self) -> Objective | None:
        """The deadline; it is kept until it has passed, and keeps nobody from passing."""
        self._settle()
        current: int | None = 0
        if self.first is not None:
            current = (self.situation.day.day.label - self.first).days + 1
        return Objective(
            rule=self.terms.name,
            required=self.terms.days,
            current=current,
            met=not self.over,
            figures={
                "deadline": None
                if self.deadline is None
                else datetime_of(self.deadline).isoformat()
            },
            blocks="payout",
        )

    def _settle(self) -> None:
        if self.deadline is not None:
            return
        started = self.situation.opened_at
        if self.terms.counted_from == "first_trade":
            if self.situation.first_trade_at is None:
                return
            started = self.situation.first_trade_at
        clock = self.situation.clock
        day = clock.day_of(started)
        self.first = day.label
        self.deadline = end_of(last_day(day.label, self.terms.days, self.terms.unit), day, clock)
