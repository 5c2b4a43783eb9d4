"""Pairs of histories, or of questions, in which only one value differs and so does the answer.

``shows`` names the value of ``docs/reference/rule_values.csv`` a pair shows. The two sides are
made with ``dataclasses.replace`` of one field, so that nothing else can differ.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.judging import Objective

Answer = Callable[[Any], object]


@dataclass(frozen=True)
class Pair:
    """A value, the terms with and without it, and what judges them."""

    section: str
    parameter: str
    value: str
    terms: Any
    field: str
    one: Any
    other: Any
    answer: Answer

    def both_terms(self) -> tuple[Any, Any]:
        one, other = (replace(self.terms, **{self.field: each}) for each in (self.one, self.other))
        return one, other

    def sides(self) -> tuple[object, object]:
        one, other = (seen(self.answer(each)) for each in self.both_terms())
        return one, other

    def plain(self) -> str:
        """A name that any command line can repeat; a published value may hold any character."""
        words = (self.section, self.parameter, self.value)
        return ".".join(re.sub(r"[^a-z0-9]+", "-", word.lower()).strip("-") for word in words)


PAIRS: list[Pair] = []


def seen(answer: object) -> object:
    """What a person is told: verdicts and figures, not how the rule is worded."""
    if isinstance(answer, list):
        return [seen(each) for each in answer]
    if not isinstance(answer, Evaluation):
        return answer
    verdicts = [
        (each.rule, each.outcome, each.at, each.observed, each.limit) for each in answer.verdicts
    ]
    objectives = [
        (each.rule, each.required, each.current, each.met, _figures(each))
        for each in answer.objectives
    ]
    floors = [(each.rule, each.base, each.floor) for each in answer.limits]
    days = [(day.label, day.profit) for day in answer.days]
    rest = (answer.status, answer.paused_until, dict(answer.strikes), answer.balance)
    return verdicts, objectives, floors, days, rest


def _figures(objective: Objective) -> dict[str, object]:
    """The figures beside an objective; words could merely repeat the terms."""
    return {name: each for name, each in objective.figures.items() if not isinstance(each, str)}


def shows(
    section: str,
    parameter: str,
    value: str,
    terms: Any,
    field: str,
    sides: tuple[Any, Any],
    answer: Answer,
) -> None:
    """Registers that ``value`` against the other side of ``field`` changes the answer."""
    PAIRS.append(Pair(section, parameter, value, terms, field, *sides, answer))


def table(
    section: str,
    parameter: str,
    terms: Any,
    field: str,
    answer: Answer,
    rows: Mapping[str, tuple[Any, Any]] | Iterable[tuple[str, tuple[Any, Any]]],
) -> None:
    """Several values of one parameter over one history."""
    for value, sides in dict(rows).items():
        shows(section, parameter, value, terms, field, sides, answer)
