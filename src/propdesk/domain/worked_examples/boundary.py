"""Finds the step at which a rule speaks, by asking the evaluator, and tells both sides of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.evaluation import Evaluation, Verdict
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event
from propdesk.domain.judging import Objective
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.words import told

Means: TypeAlias = Literal["breaks", "meets", "raises"]
# What is not sure is no boundary.
NOT_SAID = frozenset({"possible", "unknown"})


@dataclass(frozen=True, slots=True)
class Probe:
    """Histories that grow by one step. The first must be on one side, the last on the other."""

    history: Callable[[int], Sequence[Event]]
    last: int
    step: str
    """What differs one step before, as a clause: ``one cent less is lost``."""
    first: int = 0
    means: Means = "breaks"
    """Whether reaching it breaks the rule, meets what it asks for, or raises the target."""
    target: Decimal | None = None
    """``raises``: the target before it is raised."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, and what the account was worth after it."""

    at: int
    words: str
    balance: Decimal | None
    equity: Decimal | None


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the boundary."""

    lines: tuple[Line, ...]
    verdict: Verdict | None
    objective: Objective | None
    status: str


@dataclass(frozen=True, slots=True)
class Example:
    """A rule at its boundary: what both histories share, and the step between them."""

    means: Means
    step: str
    size: Decimal
    currency: str
    shared: tuple[Line, ...]
    over: Side
    """Where the rule speaks: it is broken, or met, or raises the target."""
    under: Side
    """One step before."""


def example_at(setting: Setting, probe: Probe) -> Example:
    """The boundary of a probe. Raises ``NoExample`` where the rule never changes its mind."""

    def speaks(step: int) -> bool:
        return _speaks(setting, probe, setting.judged(probe.history(step)).result())

    if speaks(probe.first):
        raise NoExample("the smallest history of this kind is on the far side already")
    if not speaks(probe.last):
        raise NoExample("no history of this kind reaches the limit for this account size")
    under, over = probe.first, probe.last
    while over - under > 1:
        middle = (under + over) // 2
        if speaks(middle):
            over = middle
        else:
            under = middle
    return _told(setting, probe, probe.history(over), probe.history(under))


def _speaks(setting: Setting, probe: Probe, judged: Evaluation) -> bool:
    goal = _goal(setting, judged)
    if probe.means == "meets":
        return goal is not None and goal.met is True
    if probe.means == "raises":
        raised = None if goal is None else goal.figures.get("new_target")
        return isinstance(raised, Fraction | Decimal) and raised > (probe.target or 0)
    return _verdict(setting, judged) is not None or (goal is not None and goal.met is False)


def _verdict(setting: Setting, judged: Evaluation) -> Verdict | None:
    own = (each for each in judged.verdicts if each.rule == setting.rule.name)
    return next((each for each in own if each.outcome not in NOT_SAID), None)


def _goal(setting: Setting, judged: Evaluation) -> Objective | None:
    return next((each for each in judged.objectives if each.rule == setting.rule.name), None)


def _told(setting: Setting, probe: Probe, over: Sequence[Event], under: Sequence[Event]) -> Example:
    same = 0
    while same < min(len(over), len(under)) and over[same] == under[same]:
        same += 1
    far, near = _side(setting, over), _side(setting, under)
    return Example(
        means=probe.means,
        step=probe.step,
        size=setting.size,
        currency=setting.rulebook.currency,
        shared=tuple(far[0][:same]),
        over=Side(tuple(far[0][same:]), *far[1]),
        under=Side(tuple(near[0][same:]), *near[1]),
    )


def _side(
    setting: Setting, events: Sequence[Event]
) -> tuple[list[Line], tuple[Verdict | None, Objective | None, str]]:
    """Each event with what the account was worth after it, and how the history ends."""
    evaluator = setting.evaluator(fast=False)  # which values the account at every quote
    lines = []
    for event in events:
        evaluator.apply(event)
        lines.append(Line(event.at, told(event), *_worth(evaluator)))
    judged = setting.judged(events).result()
    return lines, (_verdict(setting, judged), _goal(setting, judged), judged.status)


def _worth(evaluator: Evaluator) -> tuple[Decimal | None, Decimal | None]:
    if evaluator.account is None:
        return None, None
    account = evaluator.account
    equity = account.worth_now()  # the situation's is left as it was once the phase is over
    return account.situation.balance, None if equity is None else equity.low
