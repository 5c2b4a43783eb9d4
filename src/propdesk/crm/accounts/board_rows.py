"""The rows of a board of accounts by status, in pages. Live figures are the engine's to say.

It reads; it must not write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from propdesk.crm.accounts.models import TradingAccount

PAGE = 50


@dataclass(frozen=True, slots=True)
class Place:
    """The last row of a page: the next begins behind it."""

    status_at: datetime
    account: UUID


@dataclass(frozen=True, slots=True)
class BoardPage:
    """Accounts, the newest change first; ``behind`` None: there are no more."""

    rows: Sequence[TradingAccount]
    behind: Place | None


def board_rows(status: str, behind: Place | None = None, *, page: int = PAGE) -> BoardPage:
    """The accounts of one status, behind a place; costs the same on every page."""
    found = TradingAccount.objects.filter(status=status, status_at__isnull=False)
    if behind is not None:
        found = found.filter(
            Q(status_at__lt=behind.status_at) | Q(status_at=behind.status_at, id__gt=behind.account)
        ).filter(status_at__lte=behind.status_at)
    rows = list(found.order_by("-status_at", "id")[: page + 1])
    last = rows[page - 1] if len(rows) > page else None
    place = None if last is None or last.status_at is None else Place(last.status_at, last.pk)
    return BoardPage(rows[:page], place)
