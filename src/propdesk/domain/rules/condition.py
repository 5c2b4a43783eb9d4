"""Custom condition (DESIGN §5): an expression that must not come true."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Literal, TypeAlias

from propdesk.domain.clock import local_instant
from propdesk.domain.conditions import facts_of
from propdesk.domain.events import AccountReported, DayReported, Deal
from propdesk.domain.instants import datetime_of
from propdesk.domain.judging import Certainty, Judge, Violation, Violations
from propdesk.domain.situation import DayRecord, Situation
from propdesk.domain.terms import RuleTerms, TermsError

Moment: TypeAlias = Literal["deal", "day_end", "timer", "report"]


@dataclass(frozen=True, kw_only=True)
class Condition(RuleTerms):
    """An expression over whole numbers; the rule is broken whenever it is true."""

    rule: Literal["condition"] = "condition"
    expression: str
    """CEL over the facts of the reference: money in minor units, parts in millionths."""
    on: tuple[Moment, ...]
    """When it is asked: on each deal, at the day's end, at ``timer_at``, on each report."""
    says: str
    """The condition in one sentence, for the public rulebook."""
    timer_at: time | None = None
    """``timer``: the time of every day, in the rulebook's zone."""

    def __post_init__(self) -> None:
        if not self.on:
            raise TermsError("`on` must name at least one of deal, day_end, timer, report")
        if ("timer" in self.on) != (self.timer_at is not None):
            raise TermsError("`timer_at` is needed with `on: [timer]`, and only then")

    def sentence(self, size: object = None) -> str:  # noqa: ARG002
        return self.says

    def formula(self) -> str:
        return f"broken when {self.expression}"


class ConditionJudge(Judge[Condition]):
    """Asks the expression at its moments. True is a violation, no answer is *unknown*.

    What a deal or a report did to equity is known only at the mark after it: it is asked there.
    """

    watches_marks = True

    def __init__(self, terms: Condition, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.due_at: int | None = None
        self.waiting: list[tuple[Moment, Deal | None]] = []

    def on_start(self) -> Violations:
        self._set_timer()
        return ()

    def on_deal(self, deal: Deal) -> Violations:
        self.waiting.append(("deal", deal))
        return ()

    def on_mark(self) -> Violations:
        waiting, self.waiting = self.waiting, []
        return [each for moment, deal in waiting for each in self._asked(moment, deal)]

    def on_day_end(self, record: DayRecord) -> Violations:
        del record
        return self._asked("day_end")

    def on_reported(self, event: AccountReported) -> Violations:
        """The platform said what the account is worth."""
        del event
        self.waiting.append(("report", None))
        return ()

    def on_day_reported(self, event: DayReported) -> Violations:
        del event
        self.waiting.append(("report", None))
        return ()

    def timer(self) -> int | None:
        return self.due_at

    def on_time(self) -> Violations:
        self._set_timer()
        return self._asked("timer")

    def _set_timer(self) -> None:
        at = self.terms.timer_at
        if at is None:
            return
        zone, now = self.situation.clock.zone, self.situation.at
        day = datetime_of(now).astimezone(zone).date()
        self.due_at = local_instant(day, at, zone)
        while self.due_at <= now:
            day += timedelta(days=1)
            self.due_at = local_instant(day, at, zone)

    def _asked(self, moment: Moment, deal: Deal | None = None) -> Iterator[Violation]:
        if moment not in self.terms.on:
            return
        conditions = self.situation.conditions
        facts = facts_of(self.situation, deal)
        holds = None if conditions is None else conditions.holds(self.terms.expression, facts)
        if holds is False:
            return
        detail = {"expression": self.terms.expression, "asked_on": moment}
        if holds is None:
            why = "no condition language is wired" if conditions is None else "no answer"
            detail["reason"] = why
        certainty: Certainty = "unknown" if holds is None else "proven"
        yield Violation(observed=None, limit=None, certainty=certainty, detail=detail)
