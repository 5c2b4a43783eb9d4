"""Follow a judging that outlasts its request: begun, alive, and over with a page or a refusal."""

from datetime import datetime
from uuid import UUID

from propdesk.crm.judgements.models import Judging
from propdesk.crm.uuid7 import uuid7

FILE_NAME_LENGTH_MAX = 120


def begin_judging(file_name: str, at: datetime) -> UUID:
    """Note that a judging is under way; its page is there from now on."""
    name = file_name[:FILE_NAME_LENGTH_MAX]
    return Judging.objects.create(id=uuid7(at), asked_at=at, seen_at=at, file_name=name).pk


def note_progress(judging: UUID, events: int, at: datetime) -> None:
    """Note how many events have been judged. Nothing is noted of one that is over."""
    running = Judging.objects.filter(pk=judging, refusal="", address="")
    running.update(events=events, seen_at=at)


def finish_judging(judging: UUID, address: str, at: datetime) -> None:
    """Its page leads to what came out from now on. Called with what is kept, in its transaction."""
    Judging.objects.filter(pk=judging).update(address=address, seen_at=at)


def refuse_judging(judging: UUID, why: str, at: datetime) -> None:
    """Its page says why there is nothing."""
    Judging.objects.filter(pk=judging).update(refusal=why, seen_at=at)
