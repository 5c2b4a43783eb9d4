"""Judges a history from files: readers, rulebook and evaluator wired together for the commands.

It decides nothing; every refusal of what it calls comes out as ``Refused`` with one sentence.
"""

import heapq
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from propdesk.connectors.calendars.calendar import Calendar, read_calendar
from propdesk.connectors.calendars.sources import CalendarSource
from propdesk.connectors.column_map import read_column_map
from propdesk.connectors.history import History, read_history
from propdesk.connectors.merging import merge
from propdesk.connectors.quotes.source import open_quotes
from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event
from propdesk.domain.exact import parse_decimal
from propdesk.domain.instants import format_instant, parse_instant
from propdesk.domain.instruments import Catalogue
from propdesk.domain.terms import TermsError
from propdesk.wire.catalogue import CatalogueFileError, load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.evidence import Recorder, evidence_of
from propdesk.wire.figures_json import exact
from propdesk.wire.result_json import to_result
from propdesk.wire.rulebook_file import LoadedRulebook, RulebookRefused, load_rulebook, with_add_ons
from propdesk.wire.unreadable import Unreadable

SIZE_OF_STATEMENT = "statement"


class Refused(Exception):
    """The input cannot be judged. ``str`` is ``file:row: reason``; the command exits with 2."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be judged, by what."""

    history: Path
    rulebook: str
    phase: str
    size: str
    quotes: tuple[Path, ...] = ()
    account: str | None = None
    currency: str | None = None
    columns: Path | None = None
    source_zone: str | None = None
    quotes_zone: str | None = None
    instruments: Path | None = None
    calendar: tuple[Path, ...] = ()
    calendar_zone: str | None = None
    calendar_received: str | None = None
    add_ons: tuple[str, ...] = ()
    trace: Path | None = None
    with_evidence: bool = False


@dataclass(frozen=True)
class Judged:
    """The result in the form of DESIGN §6, its evidence where asked for, and the reader's notes."""

    result: dict[str, Any]
    evidence: dict[str, Any] | None
    notes: tuple[str, ...]


def judge(request: Request, watched: Callable[[Iterable[Event]], Iterable[Event]] = iter) -> Judged:
    """Read, merge and judge. ``watched`` may count the events on their way. Raises ``Refused``."""
    shown = request.history.name
    try:
        loaded = _loaded(request)
        catalogue = load_catalogue(request.instruments)
        size = size_of(request.size)
        history = read_history(
            request.history,
            shown,
            request.source_zone,
            request.account,
            catalogue,
            currency=request.currency,
            size=size,
            columns=None if request.columns is None else read_column_map(request.columns),
        )
        return _judged(
            request,
            loaded,
            catalogue,
            history,
            size=history.opening_balance if size is None else size,
            watched=watched,
        )
    except (Unreadable, RulebookRefused) as refused:
        raise Refused(str(refused)) from refused
    except CatalogueFileError as refused:
        raise Refused(str(refused)) from refused
    except TermsError as refused:
        raise Refused(f"{request.rulebook}: {refused}") from refused
    except UnusableHistory as refused:
        raise Refused(f"{shown}:{refused.event_no}: {refused.why}") from refused


def size_of(text: str) -> Decimal | None:
    """The account size asked for; None takes the statement's, never rebased in silence."""
    if text == SIZE_OF_STATEMENT:
        return None
    try:
        size = parse_decimal(text)
    except ValueError as wrong:
        raise Refused(f"--size: {wrong}") from None
    if size <= 0:
        raise Refused("--size: an account size is more than zero")
    return size


def _loaded(request: Request) -> LoadedRulebook:
    from_file = load_rulebook(request.rulebook)
    if request.add_ons:
        from_file = with_add_ons(from_file, request.add_ons)
    try:
        from_file.rulebook.phase(request.phase)
    except KeyError as missing:
        raise Refused(f"--phase: {missing.args[0]}") from None
    return from_file


def _judged(
    request: Request,
    loaded: LoadedRulebook,
    catalogue: Catalogue,
    history: History,
    *,
    size: Decimal,
    watched: Callable[[Iterable[Event]], Iterable[Event]],
) -> Judged:
    evaluator = Evaluator(
        loaded.rulebook,
        loaded.rulebook.phase(request.phase),
        size=size,
        catalogue=catalogue,
        account=history.account,
        sampled=True,
        fast=request.trace is None,
        conditions=CelConditions(),
    )
    recorder = Recorder() if request.with_evidence else None
    calendar = _calendar(request)
    events = watched(_events(request, history, catalogue, calendar))
    if recorder is not None:
        events = recorder.watch(events, evaluator)
    if request.trace is None:
        evaluator.feed(events)
    else:
        _traced(evaluator, events, request.trace)
    evidence = None if recorder is None else evidence_of(evaluator, recorder, loaded)
    notes = (*history.notes, *calendar.notes)
    return Judged(to_result(evaluator.result(), loaded), evidence, notes)


def _calendar(request: Request) -> Calendar:
    """Every version of the releases in the files named; empty where none is."""
    received_at = None
    if request.calendar_received is not None:
        try:
            received_at = parse_instant(request.calendar_received)
        except ValueError as wrong:
            raise Refused(f"--calendar-received: {wrong}") from None
    sources = [CalendarSource(path, received_at=received_at) for path in request.calendar]
    return read_calendar(sources, zone=request.calendar_zone)


def _events(
    request: Request, history: History, catalogue: Catalogue, calendar: Calendar
) -> Iterable[Event]:
    events: Iterable[Event] = history.events
    if request.quotes:
        quotes = open_quotes(request.quotes, request.quotes_zone, catalogue)
        events = merge(history, quotes, catalogue=catalogue)
    if calendar.events:  # of one moment, what is known comes before what is done
        events = heapq.merge(calendar.events, events, key=lambda event: event.at)
    return events


def _traced(evaluator: Evaluator, events: Iterable[Event], file: Path) -> None:
    """Write balance, equity and limits after every event that touched the account."""
    with file.open("w", encoding="utf-8") as out:
        before: dict[str, Any] = {}

        def write() -> None:
            nonlocal before
            row = _trace_row(evaluator)
            changed = sorted(key for key, value in row.items() if before.get(key) != value)
            before = row
            out.write(json.dumps({**row, "changed": changed}) + "\n")

        evaluator.observer = write
        evaluator.feed(events)


def _trace_row(evaluator: Evaluator) -> dict[str, Any]:
    account = evaluator.account
    if account is None:
        return {}
    equity = account.situation.equity
    return {
        "event": evaluator.event_no,
        "at": format_instant(account.situation.at),
        "balance": exact(account.situation.balance),
        "equity_low": None if equity is None else exact(equity.low),
        "equity_high": None if equity is None else exact(equity.high),
        "limits": {
            line.rule: {"floor": exact(line.floor), "locked": line.locked}
            for each in evaluator.judges
            if (line := each.limit()) is not None
        },
        "status": evaluator.status(),
    }


def counted(events: Iterable[Event], tell: Callable[[int], None], every: int) -> Iterator[Event]:
    """The same events; ``tell`` hears how many have gone by, each ``every`` of them."""
    for number, event in enumerate(events, 1):
        if number % every == 0:
            tell(number)
        yield event
