"""Asks every rule what it has to say to something that happened, and names the cause."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

from propdesk.domain.consequences import AnyJudge
from propdesk.domain.events import Event
from propdesk.domain.judging import Judge, Violation

Found: TypeAlias = list[tuple[AnyJudge, Violation]]
Told = TypeVar("Told")


def ask(
    judges: Sequence[AnyJudge],
    hook: Callable[[Judge[Any], Told], Iterable[Violation]],
    told: Told,
    symbol: str | None = None,
) -> Found:
    """Ask every rule by a hook of ``Judge``; one that does not override it has nothing to say,
    and one that concerns other instruments is not asked about this symbol."""
    name = hook.__name__
    found: Found = []
    for judge in judges:
        if name in judge.hears and (symbol is None or judge.concerns(symbol)):
            found += [(judge, each) for each in getattr(judge, name)(told)]
    return found


def cause_of(event: Event) -> str:
    """A name of the event that does not depend on its place in the log."""
    name = getattr(event, "id", "") or str(event.at)
    return f"{type(event).__name__}:{name}"
