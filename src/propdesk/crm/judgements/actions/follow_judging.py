"""Follow a judging that outlasts its request: begun, alive, and over with a page or a refusal.

What is written of one that another process has taken up since is not written.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from propdesk.crm.judgements.models import UNFINISHED, Judging, JudgingState

FILE_NAME_LENGTH_MAX = 120


class TakenUpElsewhere(Exception):
    """Another process judges it since. The caller keeps nothing and leaves the files alone."""


def begin_judging(
    judging: UUID, file_name: str, asked: dict[str, Any], at: datetime, *, running: bool
) -> int:
    """Note that a judging is under way, or waits for its turn. Returns the attempt."""
    attempts = int(running)
    Judging.objects.create(
        id=judging,
        asked_at=at,
        seen_at=at,
        file_name=file_name[:FILE_NAME_LENGTH_MAX],
        asked=asked,
        state=JudgingState.RUNNING if running else JudgingState.QUEUED,
        attempts=attempts,
    )
    return attempts


def start_judging(judging: UUID, at: datetime) -> int:
    """It is its turn. Returns the attempt; raises ``TakenUpElsewhere``."""
    queued = Judging.objects.filter(pk=judging, state=JudgingState.QUEUED)
    began = queued.update(state=JudgingState.RUNNING, attempts=F("attempts") + 1, seen_at=at)
    if began != 1:
        raise TakenUpElsewhere
    return Judging.objects.values_list("attempts", flat=True).get(pk=judging)


def note_progress(judging: UUID, attempt: int, events: int, at: datetime) -> None:
    """Note how many events have been judged."""
    _ours(judging, attempt).update(events=events, seen_at=at)


def note_alive(judgings: Collection[UUID], at: datetime) -> None:
    """Note that these are in this process's hands. Nothing is noted of what is over."""
    Judging.objects.filter(pk__in=judgings, state__in=UNFINISHED).update(seen_at=at)


def finish_judging(judging: UUID, attempt: int, address: str, at: datetime) -> None:
    """Its page leads to what came out from now on. Called with what is kept, in its transaction.

    Raises ``TakenUpElsewhere``, so that nothing is kept twice.
    """
    done = _ours(judging, attempt).update(state=JudgingState.DONE, address=address, seen_at=at)
    if done != 1:
        raise TakenUpElsewhere


def refuse_judging(judging: UUID, attempt: int, why: str, at: datetime) -> None:
    """Its page says why there is nothing."""
    ours = Judging.objects.filter(pk=judging, state__in=UNFINISHED, attempts=attempt)
    ours.update(state=JudgingState.REFUSED, refusal=why, seen_at=at)


def _ours(judging: UUID, attempt: int) -> QuerySet[Judging]:
    return Judging.objects.filter(pk=judging, state=JudgingState.RUNNING, attempts=attempt)
