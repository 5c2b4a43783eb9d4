"""Time limit (RULES T7): by when a phase must be passed."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.clock import DayClock, TradingDay, days_between
from propdesk.domain.events import StateReported
from propdesk.domain.instants import format_instant
from propdesk.domain.judging import Judge, Objective, Violation, Violations
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import RuleTerms, TermsError

DayUnit: TypeAlias = Literal["calendar_days", "trading_days"]


@dataclass(frozen=True, kw_only=True)
class TimeLimit(RuleTerms):
    """The phase ends unpassed after so many whole days. Passing on the last day is in time."""

    rule: Literal["time_limit"] = "time_limit"
    days: int
    """How many; the day it counts from is the first one."""
    counted_from: Literal["start", "first_trade"] = "start"
    """``first_trade``: without a trade the time does not run."""
    unit: DayUnit = "calendar_days"
    """``trading_days``: Saturdays and Sundays are not counted."""

    def __post_init__(self) -> None:
        if self.days < 1:
            raise TermsError("a time limit is at least one day")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        start = "the start" if self.counted_from == "start" else "the first trade"
        units = self.unit.replace("_", " ")
        unit = units.removesuffix("s") if self.days == 1 else units
        return f"Pass within {self.days} {unit} from {start}, the first day included."

    def formula(self) -> str:
        return "deadline = the end of the last of these days"


def counts(label: date, unit: DayUnit) -> bool:
    """Whether a date is a day of this kind."""
    return unit == "calendar_days" or label.weekday() < 5


def last_day(
    first: date, days: int, unit: DayUnit, frozen: AbstractSet[date] = frozenset()
) -> date:
    """The last day in time, ``first`` being day one (or the first after it that counts): a day
    that is ``frozen`` by a pause does not."""
    label, counted = first, int(counts(first, unit) and first not in frozen)
    while counted < days:
        label += timedelta(days=1)
        counted += counts(label, unit) and label not in frozen
    return label


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
        self.frozen = 0  # how many days a pause had frozen when the deadline was found

    def timer(self) -> int | None:
        self._settle()
        if self.over or self.deadline is None or self.situation.is_frozen:
            return None
        return self.deadline + 1

    def on_time(self) -> Violations:
        return self._over()

    def on_state(self, event: StateReported) -> Violations:  # noqa: ARG002
        """The first trade is told afterwards: its time may have run out already."""
        return self._over()

    def on_closed(self, trade: Trade) -> Violations:  # noqa: ARG002
        """A reported trade may be the first one, and long ago."""
        return self._over()

    def _over(self) -> Violations:
        self._settle()
        if self.over or self.deadline is None or self.situation.is_frozen:
            return ()
        if self.situation.at <= self.deadline:
            return ()
        self.over = True
        return (
            Violation(
                observed=self.terms.days,
                limit=self.terms.days,
                detail={"deadline": format_instant(self.deadline)},
            ),
        )

    def ends_at(self) -> int | None:
        return self.timer()

    def objective(self) -> Objective | None:
        """The deadline; it is kept until it has passed, and keeps nobody from passing."""
        self._settle()
        today = self.situation.day.day.label
        begun = () if self.first is None else days_between(self.first, today)
        return Objective(
            rule=self.terms.name,
            required=self.terms.days,
            current=sum(
                counts(each, self.terms.unit) and each not in self.situation.frozen_days
                for each in begun
            ),
            met=not self.over,
            figures={"deadline": None if self.deadline is None else format_instant(self.deadline)},
            blocks="payout",
        )

    def _settle(self) -> None:
        frozen = self.situation.frozen_days
        if self.deadline is not None and (self.over or self.frozen == len(frozen)):
            return
        started = self.situation.opened_at
        if self.terms.counted_from == "first_trade":
            if self.situation.first_trade_at is None:
                return
            started = self.situation.first_trade_at
        clock = self.situation.clock
        day = clock.day_of(started)
        self.first, self.frozen = day.label, len(frozen)
        last = last_day(day.label, self.terms.days, self.terms.unit, frozen)
        self.deadline = end_of(last, day, clock)
