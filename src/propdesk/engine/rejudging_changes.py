"""What became of an account's verdicts when it was judged again. Pure: it compares two lists.

A verdict with the same id is the same decision. It must not decide what follows from a change.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from propdesk.domain.evaluation import Verdict
from propdesk.wire.figures_json import exact

WITHDRAWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A verdict that was said and does not hold, as it was said; figures as the log has them."""

    id: str
    rule: str
    outcome: str
    at: int
    observed: str | None
    limit: str | None
    comparison: str | None
    replaced_by: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Correction:
    """One verdict of the log that needs a word: see ``log_records.VerdictCorrected``."""

    verdict: Verdict
    replaced_by: str | None


@dataclass(frozen=True, slots=True)
class Changes:
    """``fresh``: verdicts nobody said before, each with the id of the one it replaces."""

    fresh: tuple[tuple[Verdict, str | None], ...] = ()
    corrections: tuple[Correction, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    """All that does not hold now, from before and from now, oldest first."""


def changes_of(
    said: Sequence[Verdict], true: Sequence[Verdict], before: Sequence[Withdrawn], why: str
) -> Changes:
    """From what was said to what is true. ``before`` is what was withdrawn already."""
    now, then = {each.id: each for each in true}, {each.id: each for each in said}
    known = then.keys() | {each.id for each in before}
    fresh = [each for each in true if each.id not in known]
    gone = [each for each in said if each.id not in now]
    successors = _successors(gone, [each for each in true if each.id not in then])
    replaces = {by: name for name, by in successors.items()}
    corrections = [Correction(each, successors.get(each.id)) for each in gone]
    for name, each in now.items():
        if name not in then and name in known:
            corrections.append(Correction(each, name))  # it holds after all
        elif name in then and _figures(then[name]) != _figures(each):
            corrections.append(Correction(each, name))
    still = [each for each in before if each.id not in now]
    left = [_withdrawn(each, successors.get(each.id), why) for each in gone]
    return Changes(
        fresh=tuple((each, replaces.get(each.id)) for each in fresh),
        corrections=tuple(corrections),
        withdrawn=tuple([*still, *left][-WITHDRAWN_MAX:]),
    )


def _successors(gone: Sequence[Verdict], new: Sequence[Verdict]) -> dict[str, str]:
    """By the id of a verdict that does not hold, the new one of its rule that does instead."""
    free = list(new)
    found: dict[str, str] = {}
    for each in gone:
        heir = next((other for other in free if other.rule == each.rule), None)
        if heir is not None:
            free.remove(heir)
            found[each.id] = heir.id
    return found


def _withdrawn(verdict: Verdict, replaced_by: str | None, why: str) -> Withdrawn:
    return Withdrawn(
        id=verdict.id,
        rule=verdict.rule,
        outcome=verdict.outcome,
        at=verdict.at,
        observed=exact(verdict.observed),
        limit=exact(verdict.limit),
        comparison=verdict.comparison,
        replaced_by=replaced_by,
        why=why,
    )


def _figures(verdict: Verdict) -> tuple[object, ...]:
    return verdict.outcome, verdict.at, verdict.observed, verdict.limit
