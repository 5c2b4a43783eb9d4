"""An account's time line, in pages: every verdict, status, command, answer and action.

It reads; it must not write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from propdesk.crm.accounts.models import AccountEvent

PAGE = 50


@dataclass(frozen=True, slots=True)
class TimeLinePage:
    """Lines, newest first. ``before`` begins the following page; None: there is none."""

    lines: Sequence[AccountEvent]
    before: int | None


def time_line(account: UUID, before: int | None = None, *, page: int = PAGE) -> TimeLinePage:
    """The lines of an account older than the line ``before``; costs the same on every page."""
    found = AccountEvent.objects.filter(account=account)
    if before is not None:
        found = found.filter(id__lt=before)
    lines = list(found.order_by("-id")[: page + 1])
    more = len(lines) > page
    return TimeLinePage(lines[:page], lines[page - 1].pk if more else None)
