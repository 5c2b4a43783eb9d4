"""Verdicts as a table row: when, what, how much against how much, and every word of evidence."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, RuleTerms
from tests.domain.rules.histories import at, judge

MICROS_A_DAY = 86_400_000_000


def rows(result: Evaluation) -> list[tuple[str, str, Any, Any, str | None, dict[str, str]]]:
    """Each verdict with its time as ``day HH:MM:SS`` (``+`` for a part of a second more)."""
    return [
        (
            moment(each.at),
            each.outcome,
            each.observed,
            each.limit,
            each.comparison,
            dict(each.evidence),
        )
        for each in result.verdicts
    ]


def counted_profit(rule: RuleTerms, events: Iterable[Any]) -> Any:
    """What a profit target counts after everything a rule takes out."""
    target = ProfitTarget(target=Amount(money=Decimal(10**6)), measured_on="adjusted_balance")
    (goal,) = judge((rule, target), events).objectives
    return goal.current


def moment(micros: int) -> str:
    """``1 09:00:00`` for nine o'clock of the first day of March 2021."""
    day, within = divmod(micros - at("00:00"), MICROS_A_DAY)
    seconds, rest = divmod(within, 1_000_000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{day + 1} {clock}{'+' if rest else ''}"
