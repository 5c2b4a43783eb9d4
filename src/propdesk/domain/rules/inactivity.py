"""Inactivity (RULES T10): an account may not lie idle too long."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.clock import TradingDay
from propdesk.domain.events import Deal, OrderSeen, StateReported
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import RuleTerms, TermsError

_LOOK_AHEAD = 800
"""Days: longer than any published rule, weekends and pauses in it."""
Unit: TypeAlias = Literal["calendar_days", "trading_days", "iso_week"]


@dataclass(frozen=True, kw_only=True)
class Inactivity(RuleTerms):
    """So many days in a row without activity break it."""

    rule: Literal["inactivity"] = "inactivity"
    days: int | None = None
    """How many whole days without activity; none with ``iso_week``."""
    unit: Unit = "calendar_days"
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
        units = self.unit.replace("_", " ")
        unit = units.removesuffix("s") if self.days == 1 else units
        if self.activity == "assignment":
            return f"The account ends {self.days} {unit} after its start."
        counted = _COUNTS[self.open_position_counts, self.pending_order_counts]
        if self.unit == "iso_week":
            return f"Every week from Monday to Sunday needs {_WORDS[self.activity]}. {counted}"
        return f"No {self.days} {unit} in a row may pass without {_WORDS[self.activity]}. {counted}"

    def formula(self) -> str:
        if self.unit == "iso_week":
            return "activities from Monday to Sunday ≥ 1"
        since = "start" if self.activity == "assignment" else "last activity"
        return f"days since the {since} < days"


_WORDS = {"open": "an opening", "close": "a close", "any_fill": "a fill"}
_COUNTS = {  # by whether an open position counts, and a pending order
    (True, True): "An open position or a pending order counts as activity.",
    (True, False): "An open position counts as activity, a pending order does not.",
    (False, True): "A pending order counts as activity, an open position does not.",
    (False, False): "Neither an open position nor a pending order counts.",
}


def idle_days(last: date, until: date, unit: Unit, frozen: AbstractSet[date] = frozenset()) -> int:
    """Whole days after ``last`` up to and including ``until``, without those that are ``frozen``
    by a pause; of a week, every other day."""
    after = (last + timedelta(days=number) for number in range(1, (until - last).days + 1))
    weekdays_only = unit == "trading_days"
    return sum(each not in frozen and not (weekdays_only and each.weekday() >= 5) for each in after)


class InactivityJudge(Judge[Inactivity]):
    """Looks at the end of each day, and speaks once until something happens again."""

    def __init__(self, terms: Inactivity, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.first = self.last = situation.day.day.label
        self.said = False
        self.waiting: set[str] = set()  # pending orders, by id

    def on_opened(self, deal: Deal) -> Violations:
        if self.terms.activity == "open":
            self._active(deal.at)
        return ()

    def on_deal(self, deal: Deal) -> Violations:
        if self.terms.activity == "any_fill":
            self._active(deal.at)
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        if self.terms.activity == "open":
            self._active(trade.opened_at)
        if self.terms.activity in {"close", "any_fill"} or self.terms.open_position_counts:
            self._active(trade.closed_at)  # it was open on the day on which it closed
        return ()

    def on_order(self, order: OrderSeen) -> Violations:
        if order.action not in {"placed", "modified"}:
            self.waiting.discard(order.id)
        elif order.kind != "market" and self.concerns(order.symbol):
            self.waiting.add(order.id)
        return ()

    def on_state(self, event: StateReported) -> Violations:
        """The past is told as a state: its first trade is the latest one known."""
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
        if self.said or not self._idle(record):
            return ()
        self.said = True
        return (
            Violation(
                observed=self._idle_days(record.label),
                limit=7 if self.terms.days is None else self.terms.days,
                detail={"last_activity": self.last.isoformat(), "unit": self.terms.unit},
            ),
        )

    def ends_at(self) -> int | None:
        """The end of the first day on which it would speak; what is open is taken for closed, but
        its day counts."""
        if self.said or self.situation.is_frozen:
            return None
        held = self.terms.open_position_counts and bool(self.situation.positions)
        waits = self.terms.pending_order_counts and bool(self.waiting)
        day, last = self.situation.day.day, self.last
        if held or waits:
            last = max(last, day.label)
        for _ in range(_LOOK_AHEAD):
            if self._would_speak(day, last):
                return day.end
            day = self.situation.clock.next_day(day)
        return None

    def _would_speak(self, day: TradingDay, last: date) -> bool:
        frozen = self.situation.frozen_days
        if self.terms.days is not None:
            return idle_days(last, day.label, self.terms.unit, frozen) >= self.terms.days
        week = _monday(day.label)
        if any(_monday(each) == week for each in frozen):
            return False  # the week was not whole
        following = _monday(self.situation.clock.next_day(day).label)
        return following > week > max(_monday(self.first), _monday(last))

    def _idle(self, record: DayRecord) -> bool:
        return self._would_speak(record.day, self.last)

    def _idle_days(self, until: date) -> int:
        return idle_days(self.last, until, self.terms.unit, self.situation.frozen_days)

    def _active(self, at: int) -> None:
        label = self.situation.clock.day_of(at).label
        if label > self.last:
            self.last = label
            self.said = False


def _monday(label: date) -> date:
    """The Monday of its week."""
    return label - timedelta(days=label.weekday())
