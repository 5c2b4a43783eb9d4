"""Take up a judging that fell silent: its process has ended, and another one begins it anew.

Whoever changes the row does it; a sign of life in between, and nothing is taken.
"""

from datetime import datetime

from propdesk.crm.judgements.models import UNFINISHED, Judging, JudgingState


def silent_judgings(since: datetime) -> list[Judging]:
    """Those unfinished that gave no sign of life after ``since``, the oldest first."""
    return list(Judging.objects.filter(state__in=UNFINISHED, seen_at__lt=since).order_by("pk"))


def take_up_judging(found: Judging, at: datetime) -> bool:
    """Whether it is the caller's now; it waits for its turn again."""
    silent = Judging.objects.filter(
        pk=found.pk, state__in=UNFINISHED, attempts=found.attempts, seen_at=found.seen_at
    )
    return silent.update(state=JudgingState.QUEUED, events=0, seen_at=at) == 1
