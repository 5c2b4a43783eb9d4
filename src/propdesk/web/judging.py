"""Judges an uploaded history: readers, rulebook and evaluator wired together for the pages.

It decides nothing and keeps nothing; every refusal comes out as ``Refused`` with one sentence.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from propdesk.connectors.history import History, read_history
from propdesk.connectors.merging import merge
from propdesk.connectors.quotes.source import open_quotes
from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event
from propdesk.domain.instruments import Catalogue
from propdesk.domain.terms import TermsError
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.evidence import Recorder, evidence_of
from propdesk.wire.result_json import to_result
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook
from propdesk.wire.unreadable import Unreadable

AROUND = 6  # events shown before and after the deciding one


class Refused(Exception):
    """The history cannot be judged. ``str`` is ``file:row: reason``; the page is a 422."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be judged, by what."""

    history: Path
    rulebook: str
    phase: str
    size: Decimal | None
    """None takes the statement's first deposit."""
    quotes: tuple[Path, ...] = ()
    source_zone: str | None = None
    quotes_zone: str | None = None


@dataclass(frozen=True)
class Judged:
    """The result in the form of DESIGN §6, its evidence and what the page shows beside it."""

    result: dict[str, Any]
    evidence: dict[str, Any]
    around: list[dict[str, Any]]
    notes: tuple[str, ...]
    zone: str


def judge(request: Request) -> Judged:
    """Read, merge and judge. Raises ``Refused``."""
    shown = request.history.name
    try:
        loaded = load_rulebook(request.rulebook)
        catalogue = load_catalogue(None)
        history = read_history(
            request.history, shown, request.source_zone, None, catalogue, size=request.size
        )
        return _judged(request, loaded, catalogue, history)
    except Unreadable as refused:
        raise Refused(str(refused)) from refused
    except UnusableHistory as refused:
        raise Refused(f"{shown}:{refused.event_no}: {refused.why}") from refused
    except TermsError as refused:  # an amount by size that this size has none of
        raise Refused(f"{request.rulebook}: {refused}") from refused


def _judged(
    request: Request, loaded: LoadedRulebook, catalogue: Catalogue, history: History
) -> Judged:
    evaluator = Evaluator(
        loaded.rulebook,
        loaded.rulebook.phase(request.phase),
        size=history.opening_balance if request.size is None else request.size,
        catalogue=catalogue,
        account=history.account,
        sampled=True,
        conditions=CelConditions(),
    )
    recorder = Recorder()
    evaluator.feed(recorder.watch(_events(request, history, catalogue), evaluator))
    evidence = evidence_of(evaluator, recorder, loaded)
    result = to_result(evaluator.result(), loaded)
    around = around_the_decision(result, evidence)
    return Judged(result, evidence, around, history.notes, loaded.rulebook.clock.zone)


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


def _events(request: Request, history: History, catalogue: Catalogue) -> Iterable[Event]:
    if not request.quotes:
        return history.events
    quotes = open_quotes(request.quotes, request.quotes_zone, catalogue)
    return merge(history, quotes, catalogue=catalogue)
