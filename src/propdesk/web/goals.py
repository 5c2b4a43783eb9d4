"""Objectives as a person reads them: how far along, and what is still needed.

It must not judge whether one is met; the result says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from propdesk.web.templatetags.figures import amount_of

SHOWN_ELSEWHERE = frozenset({"rule", "required", "current", "met"})
CONSISTENCY = frozenset(
    {"share", "best", "total", "limit_amount", "excess", "additional_needed", "new_target"}
)


@dataclass(frozen=True, slots=True)
class Goal:
    """An objective, with how far it is along."""

    goal: Mapping[str, Any]
    percent: Decimal | None
    figures: tuple[tuple[str, Any], ...]
    consistency: bool
    """Its figures are shares of a profit, not amounts to reach."""

    @property
    def state(self) -> str:
        return {True: "met", False: "open", None: "unknown"}[self.goal["met"]]


def goal_of(goal: Mapping[str, Any]) -> Goal:
    consistency = "additional_needed" in goal
    required, current = amount_of(goal["required"]), amount_of(goal["current"])
    percent = None
    if required is not None and current is not None and required > 0:
        percent = max(Decimal(0), min(Decimal(100), current * 100 / required))
    hidden = SHOWN_ELSEWHERE | (CONSISTENCY if consistency else frozenset())
    more = tuple((name, value) for name, value in goal.items() if name not in hidden and value)
    return Goal(goal, percent, more, consistency)
