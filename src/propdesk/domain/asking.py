"""Asks every rule what it has to say to something that happened, and names the cause."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from propdesk.domain.consequences import AnyJudge
from propdesk.domain.events import Event
from propdesk.domain.judging import Violation

Found: TypeAlias = list[tuple[AnyJudge, Violation]]


def ask(
    judges: Sequence[AnyJudge],
    hook: Callable[[AnyJudge], Iterable[Violation]],
    symbol: str | None = None,
) -> Found:
    """Ask every rule; one that concerns other instruments is not asked about this symbol."""
    asked = [judge for judge in judges if symbol is None or judge.concerns(symbol)]
    return [(judge, each) for judge in asked for each in hook(judge)]


def cause_of(event: Event) -> str:
    """A name of the event that does not depend on its place in the log."""
    name = getattr(event, "id", "") or str(event.at)
    return f"{type(event).__name__}:{name}"
