"""What a judged history says to a person, line by line, with every figure and every word of it."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from propdesk.domain.evaluation import Evaluation, Verdict
from propdesk.domain.judging import LimitLine, Objective
from propdesk.domain.situation import DayRecord


def said(result: Evaluation) -> Iterator[str]:
    """Status, verdicts, objectives, limits and days of ``result``."""
    paused = "" if result.paused_until is None else f", paused until {moment(result.paused_until)}"
    yield f"{result.status} with {figure(result.balance)}{paused}"
    yield from (_verdict(each) for each in result.verdicts)
    yield from (_objective(each) for each in result.objectives)
    yield from (_limit(each) for each in result.limits)
    yield from (_day(each) for each in result.days)
    yield from (f"{rule} has {count} strike(s)" for rule, count in result.strikes.items())


def moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%d %b %H:%M:%S")


def figure(value: object) -> str:
    """A figure to ten decimal places at most; what is not known is a dash."""
    if value is None:
        return "–"
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
    if isinstance(value, Decimal):
        plain = f"{round(value, 10):f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    return str(value)


def _pairs(values: object) -> str:
    return ", ".join(f"{name}: {figure(each)}" for name, each in dict(values).items())  # type: ignore[call-overload]


def _verdict(verdict: Verdict) -> str:
    held = f"{figure(verdict.observed)} against {figure(verdict.limit)} by {verdict.comparison}"
    return (
        f"{moment(verdict.at)} {verdict.rule}: {verdict.outcome}, {held}; "
        f"{_pairs(verdict.evidence)}"
    ).rstrip("; ")


def _objective(goal: Objective) -> str:
    state = {True: "met", False: "not met", None: "cannot be known"}[goal.met]
    return (
        f"goal {goal.rule}: {figure(goal.current)} of {figure(goal.required)}, {state}, "
        f"blocks {goal.blocks}; {_pairs(goal.figures)}"
    ).rstrip("; ")


def _limit(line: LimitLine) -> str:
    locked = ", locked" if line.locked else ""
    peak = "" if line.peak is None else f", peak {figure(line.peak)}"
    return (
        f"limit {line.rule}: {figure(line.base)} less {figure(line.allowance)} is "
        f"{figure(line.floor)}, {figure(line.room)} left, by {line.comparison}{locked}{peak}"
    )


def _day(day: DayRecord) -> str:
    return f"day {day.label}: {figure(day.profit)}{', counted' if day.counted else ''}"


def brief(value: Any) -> str:
    """A value in words: of a dataclass only what was given."""
    if is_dataclass(value) and not isinstance(value, type):
        given = [each for each in fields(value) if getattr(value, each.name) != _default(each)]
        inner = ", ".join(f"{each.name}={brief(getattr(value, each.name))}" for each in given)
        return f"{type(value).__name__}({inner})"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{brief(k)}: {brief(each)}" for k, each in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(brief(each) for each in value) + "]"
    return figure(value)


def _default(field: Field[Any]) -> Any:
    made = field.default_factory
    return made() if made is not MISSING else field.default
