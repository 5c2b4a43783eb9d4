"""Inactivity (RULES T10): an account may not lie idle too long."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from propdesk.domain.events import Deal, OrderSeen, StateReported
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class Inactivity(RuleTerms):
    """So many days in a row without activity break it."""

    rule: Literal["inactivity"] = "inactivity"
    days: int | None = None
    """How many whole days without activity; none with ``iso_week``."""
    unit: Literal["calendar_days", "trading_days", "iso_week"] = "calendar_days"
    """``trading_days``: Saturdays and Sundays are not counted. ``iso_week``: at least one
    activity from Monday to Sunday; the week in which the account starts is not judged."""
    activity: Literal["open", "close", "any_fill", "assignment"] = "any_fill"
    """What is an activity; ``assignment``: none at all, the days run from the account's start."""
    open_position_counts: bool = True
    """A day on which a position is open is a day of activity."""
    pending_order_counts: bool = False
    """A day at whose end a pending order waits is a day of activity."""

    def __post_init__(self) -> None:
        weekly = self.unit == "iso_week"
        if weekly != (self.days is None) or (self.days is not None and self.days < 1):
            raise TermsError("inactivity needs a number of days, or none with iso_week")
        something = self.open_position_counts or self.pending_order_counts
        if self.activity == "assignment" and (weekly or something):
            raise TermsError("days from the assignment run whatever is open: set it to false")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        what = "a fill" if self.activity == "any_fill" else f"an {self.activity}"
        what = "a close" if self.activity == "close" else what
        what += " or a pending order" if self.pending_order_counts else ""
        if self.unit == "iso_week":
            return f"Every week from Monday to Sunday needs {what}."
        if self.activity == "assignment":
            return f"The account ends {self.days} {self.unit.replace('_', ' ')} after its start."
        return f"No {self.days} {self.unit.replace('_', ' ')} in a row may pass without {what}."

    def formula(self) -> str:
        return "days since the last activity < days"


def idle_days(last: date, until: date, unit: Literal["calendar_days", "trading_days"]) -> int:
    """Whole days after ``last`` up to and including ``until``."""
    days = (until - last).days
    if unit == "calendar_days":
        return max(0, days)
    after = (last + timedelta(days=number) for number in range(1, days + 1))
    return sum(each.weekday() < 5 for each in after)


class InactivityJudge(Judge[Inactivity]):
    """Looks at the end of each day, and speaks once until something happens again."""

    def __init__(self, terms: Inactivity, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.last: date | None = None
        self.first: date | None = None
        self.said = False
        self.waiting: set[str] = set()  # pending orders, by id

    def on_start(self) -> Violations:
        self.first = self.last = self.situation.day.day.label
        return ()

    def on_opened(self, deal: Deal) -> Violations:
        if self.terms.activity in {"open", "any_fill"}:
            self._active(deal.at)
        return ()

    def on_deal(self, deal: Deal) -> Violations:
        if self.terms.activity == "any_fill":
            self._active(deal.at)
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        if self.terms.activity in {"close", "any_fill"}:
            self._active(trade.closed_at)
        elif self.terms.activity == "open":
            self._active(trade.opened_at)
        return ()

    def on_order(self, order: OrderSeen) -> Violations:
        if order.kind == "market":
            return ()
        if order.action in {"placed", "modified"}:
            self.waiting.add(order.id)
        else:
            self.waiting.discard(order.id)
        return ()

    def on_state(self, event: StateReported) -> Violations:
        """The past is told as a state: days run from its first trade at the latest known."""
        if event.first_trade_at is not None and self.terms.activity in {"open", "any_fill"}:
            self._active(event.first_trade_at)
        return ()

    def on_day_end(self, record: DayRecord) -> Violations:
        reported = self.situation.day.profit_reported
        traded = bool(reported) and self.terms.activity in {"close", "any_fill"}
        held = self.terms.open_position_counts and bool(self.situation.positions)
        waits = self.terms.pending_order_counts and bool(self.waiting)
        if traded or held or waits:
            self._active(record.day.start)
        if self.said or self.last is None or not self._idle(record):
            return ()
        self.said = True
        limit = self.terms.days if self.terms.days is not None else 7
        return (
            Violation(
                observed=idle_days(self.last, record.label, "calendar_days"),
                limit=limit,
                comparison="touch",
                detail={"last_activity": self.last.isoformat(), "unit": self.terms.unit},
            ),
        )

    def _idle(self, record: DayRecord) -> bool:
        last, first = self.last, self.first
        if last is None or first is None:
            return False
        if self.terms.unit != "iso_week":
            days = self.terms.days or 0
            return idle_days(last, record.label, self.terms.unit) >= days
        week = record.label.isocalendar()[:2]
        following = self.situation.clock.next_day(record.day).label
        ends = following.isocalendar()[:2] != week
        return ends and first.isocalendar()[:2] != week and last.isocalendar()[:2] != week

    def _active(self, at: int) -> None:
        label = self.situation.clock.day_of(at).label
        if self.last is None or label >= self.last:
            self.last = label
            self.said = False
