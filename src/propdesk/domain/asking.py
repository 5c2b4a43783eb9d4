"""Asks every rule what it has to say to something that happened, and names the cause."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from propdesk.domain.consequences import AnyJudge
from propdesk.domain.events import Event
from propdesk.domain.instruments import Catalogue
from propdesk.domain.judging import Violation

Found: TypeAlias = list[tuple[AnyJudge, Violation]]


def ask(
    judges: Sequence[AnyJudge],
    hook: Callable[[AnyJudge], Iterable[Violation]],
    symbol: str | None = None,
    catalogue: Catalogue | None = None,
) -> Found:
    """Ask every rule; one that concerns other instruments is not asked about this symbol."""
    found: Found = []
    for judge in judges:
        applies = judge.terms.applies_to
        if symbol is not None and catalogue is not None:
            instrument = catalogue.find(symbol)
            asset_class = "" if instrument is None else instrument.asset_class
            known = symbol if instrument is None else instrument.symbol
            if not (applies.covers(symbol, asset_class) or applies.covers(known, asset_class)):
                continue
        found += [(judge, each) for each in hook(judge)]
    return found


def cause_of(event: Event) -> str:
    """A name of the event that does not depend on its place in the log."""
    name = getattr(event, "id", "") or str(event.at)
    return f"{type(event).__name__}:{name}"
