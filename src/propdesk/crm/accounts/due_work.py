"""Work that is due at a moment: planned in a transaction, done once in another.

It must not know what the work is: whoever drives it hands in a doer for each kind.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from django.db import transaction

from propdesk.crm.accounts.models import DueWork
from propdesk.crm.uuid7 import uuid7


class NotYet(Exception):
    """Whoever must be asked does not answer: it is tried again soon, and told of where that
    lasts."""


Doer: TypeAlias = Callable[[Mapping[str, Any], datetime], None]
"""Does one piece of work in the transaction it is called in; ``detail`` says which."""
TOLD_AFTER = 12
"""So many times whoever does not answer is asked before it is told of: about a minute."""
BACKOFF, BACKOFF_MAX = timedelta(seconds=5), timedelta(minutes=5)


def planned(
    key: str, kind: str, due_at: datetime, detail: Mapping[str, object], at: datetime
) -> bool:
    """Plan a piece of work; False: it was planned before, and stays as it was."""
    _, is_new = DueWork.objects.get_or_create(
        key=key,
        defaults={
            "id": uuid7(at), "kind": kind, "due_at": due_at, "next_try_at": due_at,
            "detail": dict(detail),
        },
    )  # fmt: skip
    return is_new


def do_next(doers: Mapping[str, Doer], at: datetime, alarm: Callable[[str], None]) -> bool:
    """Do the piece of work that is due the longest, and mark it in the same transaction; False:
    nothing is due. What fails is undone, told, and tried again later and later.

    Two at once take different pieces. A kind that nobody does fails like any other.
    """
    with transaction.atomic():
        row = (
            DueWork.objects.filter(done_at=None, next_try_at__lte=at)
            .order_by("next_try_at", "id")
            .select_for_update(skip_locked=True)
            .first()
        )
        if row is None:
            return False
        try:
            with transaction.atomic():
                doers[row.kind](row.detail, at)
        except NotYet as away:
            row.attempts += 1
            row.last_error = str(away)
            row.next_try_at = at + BACKOFF
            row.save(update_fields=["attempts", "last_error", "next_try_at"])
            if row.attempts == TOLD_AFTER:
                alarm(f"due work {row.key} waits: {row.last_error}")
        except Exception as error:  # noqa: BLE001 - one piece of work must not stop the others
            row.attempts += 1
            row.last_error = f"{type(error).__name__}: {error}"
            row.next_try_at = at + min(BACKOFF * row.attempts, BACKOFF_MAX)
            row.save(update_fields=["attempts", "last_error", "next_try_at"])
            alarm(f"due work {row.key}: {row.last_error}")
        else:
            row.done_at = at
            row.save(update_fields=["done_at"])
    return True
