"""Judges an uploaded history: readers, rulebook and evaluator wired together for the pages.

It decides nothing and keeps nothing; every refusal comes out as ``Refused`` with one sentence.
"""

import heapq
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

from propdesk.connectors.calendars.calendar import Calendar, read_calendar
from propdesk.connectors.column_map import read_column_map
from propdesk.connectors.history import History, accounts_in, read_history
from propdesk.connectors.merging import merge
from propdesk.connectors.quotes.source import open_quotes
from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event
from propdesk.domain.instruments import Catalogue
from propdesk.domain.rulebook import Phase
from propdesk.domain.terms import TermsError
from propdesk.wire.catalogue import CatalogueFileError, load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.event_file import read_event_file
from propdesk.wire.evidence import Recorder, catalogue_of, evidence_of
from propdesk.wire.result_json import to_result
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, with_add_ons
from propdesk.wire.unreadable import Unreadable

AROUND = 6  # events shown before and after the deciding one


Watched: TypeAlias = Callable[[Iterable[Event]], Iterable[Event]]
"""May count the events on their way to the evaluator."""


class Refused(Exception):
    """The history cannot be judged. ``str`` is ``file:row: reason``; the page is a 422.

    ``accounts`` are those to choose from where one of several has to be named.
    """

    def __init__(self, sentence: str, accounts: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.accounts = accounts


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be judged, by what."""

    history: Path
    rulebook: str | Path
    """The name of a preset, or a file."""
    phase: str
    """Empty: the only phase of the rulebook."""
    size: Decimal | None
    """None takes the statement's first deposit."""
    quotes: tuple[Path, ...] = ()
    source_zone: str | None = None
    quotes_zone: str | None = None
    account: str | None = None
    currency: str | None = None
    add_ons: tuple[str, ...] = ()
    instruments: Path | None = None
    calendars: tuple[Path, ...] = ()
    columns: Path | None = None


@dataclass(frozen=True)
class Judged:
    """The result in the form of DESIGN §6, its evidence and what the page shows beside it."""

    result: dict[str, Any]
    evidence: dict[str, Any]
    around: list[dict[str, Any]]
    notes: tuple[str, ...]
    zone: str


def judge(request: Request, watched: Watched = iter) -> Judged:
    """Read, merge and judge. Raises ``Refused``."""
    shown = request.history.name
    try:
        loaded = _loaded(request)
        phase = _phase(request, loaded)
        catalogue = load_catalogue(request.instruments)
        columns = None if request.columns is None else read_column_map(request.columns)
        history = read_history(
            request.history,
            shown,
            request.source_zone,
            request.account,
            catalogue,
            currency=request.currency,
            size=request.size,
            columns=columns,
        )
        calendar = read_calendar(request.calendars)
        events = watched(_events(request, history, catalogue, calendar))
        evaluator = Evaluator(
            loaded.rulebook,
            phase,
            size=history.opening_balance if request.size is None else request.size,
            catalogue=catalogue,
            account=history.account,
            sampled=True,
            conditions=CelConditions(),
        )
        return judged_by(evaluator, events, loaded, (*history.notes, *calendar.notes))
    except Unreadable as refused:
        raise Refused(str(refused), _accounts(request, refused)) from refused
    except CatalogueFileError as refused:
        raise Refused(str(refused)) from refused
    except UnusableHistory as refused:
        raise Refused(f"{shown}:{refused.event_no}: {refused.why}") from refused
    except TermsError as refused:  # an amount by size that this size has none of
        raise Refused(f"{_named(request.rulebook)}: {refused}") from refused


def judge_again(
    evidence: Mapping[str, Any], rulebook: str, phase: str, watched: Watched = iter
) -> Judged:
    """Judge the history in an evidence file by another rulebook. Raises ``Refused``.

    The evidence holds what its own rulebook looked at: quotes while a position depended on them,
    and other accounts' events only where that rulebook asked for them.
    """
    loaded = load_rulebook(rulebook)
    lines = (json.dumps(event) for _, event in evidence["events"])
    try:
        evaluator = Evaluator(
            loaded.rulebook,
            loaded.rulebook.phase(phase),
            size=Decimal(evidence["size"]),
            catalogue=catalogue_of(evidence["instruments"]),
            account=evidence["account"],
            sampled=True,
            conditions=CelConditions(),
        )
        events = watched(read_event_file(lines, "evidence"))
        return judged_by(evaluator, events, loaded, ())
    except UnusableHistory as refused:
        raise Refused(f"{rulebook}, {phase}: {refused.why}") from refused
    except TermsError as refused:
        raise Refused(f"{rulebook}, {phase}: {refused}") from refused


def judged_by(
    evaluator: Evaluator, events: Iterable[Event], loaded: LoadedRulebook, notes: tuple[str, ...]
) -> Judged:
    """Feed the events and write down what comes out, with its evidence."""
    recorder = Recorder()
    evaluator.feed(recorder.watch(events, evaluator))
    evidence = evidence_of(evaluator, recorder, loaded)
    result = to_result(evaluator.result(), loaded)
    around = around_the_decision(result, evidence)
    return Judged(result, evidence, around, notes, loaded.rulebook.clock.zone)


def _accounts(request: Request, refused: Unreadable) -> tuple[str, ...]:
    """The accounts of a file that was refused as a whole, where it holds several."""
    if refused.file != request.history.name or refused.row is not None:
        return ()
    try:
        found = accounts_in(request.history, request.history.name, request.source_zone)
    except Unreadable:
        return ()
    return found if len(found) > 1 else ()


def _loaded(request: Request) -> LoadedRulebook:
    loaded = load_rulebook(request.rulebook)
    return with_add_ons(loaded, request.add_ons) if request.add_ons else loaded


def _phase(request: Request, loaded: LoadedRulebook) -> Phase:
    phases = loaded.rulebook.phases
    if not request.phase and len(phases) == 1:
        return phases[0]
    for phase in phases:
        if phase.name == request.phase:
            return phase
    names = ", ".join(phase.name for phase in phases)
    raise Refused(f"{_named(request.rulebook)}: name one of its phases: {names}")


def _named(rulebook: str | Path) -> str:
    return rulebook.name if isinstance(rulebook, Path) else rulebook


def deciding_verdict(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """The verdict that ended the account, where one did."""
    ending = {"fail", "fail_but_payable"}
    return next((each for each in result["verdicts"] if each["outcome"] in ending), None)


def around_the_decision(
    result: Mapping[str, Any], evidence: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The events next to the one that ended the account, from the evidence, in order."""
    verdict = deciding_verdict(result)
    if verdict is None:
        return []
    numbers = [number for number, _ in evidence["events"]]
    place = bisect_left(numbers, verdict["event"])
    near = evidence["events"][max(0, place - AROUND) : place + AROUND + 1]
    return [{**event, "event": number} for number, event in near]


def _events(
    request: Request, history: History, catalogue: Catalogue, calendar: Calendar
) -> Iterable[Event]:
    events: Iterable[Event] = history.events
    if request.quotes:
        quotes = open_quotes(request.quotes, request.quotes_zone, catalogue)
        events = merge(history, quotes, catalogue=catalogue)
    if not calendar.events:
        return events
    return heapq.merge(calendar.events, events, key=lambda event: event.at)
