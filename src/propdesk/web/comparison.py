"""One history under several programmes, side by side: judged again from its evidence, and kept.

It must not read the uploaded files again; they are gone. Every column is a judgement of its own.
"""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from propdesk.crm.judgements.models import Judgement
from propdesk.web.answer import Answer, answer_of
from propdesk.web.goals import Goal, goal_of
from propdesk.web.judging import Judged, Refused, Watched, deciding_verdict, judge_again
from propdesk.web.judging_queue import Task, Work
from propdesk.web.keeping import kept_judgement
from propdesk.web.room import Room, room_of
from propdesk.web.rulebook_library import find

PROGRAMMES_MAX = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One judgement of the comparison."""

    kept: Judgement
    answer: Answer
    verdict: Mapping[str, Any] | None
    room: Room
    goals: tuple[Goal, ...]


def column_of(kept: Judgement) -> Column:
    verdict = deciding_verdict(kept.result)
    return Column(
        kept,
        answer_of(kept.result, verdict, kept.zone),
        verdict,
        room_of(kept.result),
        tuple(goal_of(each) for each in kept.result["objectives"]),
    )


def first_of(kept: Judgement) -> Judgement:
    """The judgement of the upload itself, from whose evidence all others are made."""
    return kept if kept.compared_with is None else kept.compared_with


def compared(first: Judgement, wanted: Sequence[UUID]) -> list[Judgement]:
    """The judgements beside ``first``: those wanted, in that order; else the latest there are."""
    beside = {each.pk: each for each in first.comparisons.defer("evidence_gz").order_by("pk")}
    if wanted:
        return [beside[each] for each in wanted if each in beside][:PROGRAMMES_MAX]
    return list(beside.values())[-PROGRAMMES_MAX:]


def compare(first: Judgement, terms: Sequence[str]) -> str:
    """The address of the comparison with these ``rulebook/phase``; what is there is not redone.

    Raises ``Refused`` with a line for every programme that cannot judge the history,
    ``TakesLonger`` or ``TooBusy``.
    """
    there = _there(first)
    if there.keys() >= set(terms):
        return address_of(first, [there[each] for each in terms])
    return Work(comparing(first, terms)).run()


def comparing(first: Judgement, terms: Sequence[str]) -> Task[list[Judged]]:
    """The task of judging what is missing of these ``rulebook/phase``."""
    there = _there(first)
    missing = [each for each in terms if each not in there]
    evidence = json.loads(gzip.decompress(first.evidence_gz))

    def judged(watched: Watched) -> list[Judged]:
        found, refusals = [], []
        for each in missing:
            rulebook, phase = each.split("/", 1)
            try:
                found.append(judge_again(evidence, rulebook, phase, watched))
            except Refused as refused:
                refusals.append(str(refused))
        if refusals:
            raise Refused("\n".join(refusals))
        return found

    def kept(done: list[Judged]) -> str:
        rows = [kept_judgement(each, first.file_name, first.file_sha256, first) for each in done]
        ids = there | dict(zip(missing, (row.pk for row in rows), strict=True))
        return address_of(first, [ids[each] for each in terms])

    asked = {"first": str(first.pk), "terms": list(terms)}
    return Task(name=first.file_name, asked=asked, judge=judged, keep=kept, over=lambda _why: None)


def _there(first: Judgement) -> dict[str, UUID]:
    """What is judged already, by its ``rulebook/phase``."""
    return {f"{k.rulebook}/{k.phase}": k.pk for k in compared(first, ()) if _is_current(k)}


def _is_current(kept: Judgement) -> bool:
    """Whether it was judged by what the library holds under that name today."""
    book = find(kept.rulebook)
    return book is not None and book.sha256 == kept.result["rulebook"]["sha256"]


def address_of(first: Judgement, beside: Sequence[UUID]) -> str:
    query = urlencode([("with", str(each)) for each in beside])
    return f"{reverse('compare', args=[first.pk])}?{query}"
