"""What the firm knows of the accounts of a board: whose they are, of what programme and phase.

It reads; it must not write. Live figures are the engine's to say.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from propdesk.crm.accounts.models import TradingAccount

_RULEBOOKS = """
WITH RECURSIVE found AS (
    (SELECT rulebook FROM accounts_tradingaccount ORDER BY rulebook LIMIT 1)
    UNION ALL
    SELECT (
        SELECT rulebook FROM accounts_tradingaccount
        WHERE rulebook > found.rulebook ORDER BY rulebook LIMIT 1
    )
    FROM found WHERE found.rulebook IS NOT NULL
)
SELECT rulebook FROM found WHERE rulebook IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of accounts is narrowed to; an empty field narrows nothing."""

    search: str = ""
    programme: str = ""
    phase: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """The last row of a page: the next begins behind it."""

    at: datetime
    account: UUID


@dataclass(frozen=True, slots=True)
class Known:
    """What of an account stands beside its live figures."""

    id: UUID
    person: UUID
    status: str
    blocked_by: str
    blocked_why: str


def known_by_name(engine_accounts: Iterable[str]) -> Mapping[str, Known]:
    """The firm's accounts among those that the engine names so."""
    found = TradingAccount.objects.filter(engine_account__in=list(engine_accounts))
    rows = found.values_list(
        "engine_account", "id", "person", "status", "blocked_by", "blocked_why"
    )
    return {
        name: Known(id, person, status, blocked_by, blocked_why)
        for name, id, person, status, blocked_by, blocked_why in rows  # noqa: A001
    }


def rulebooks_by_name(engine_accounts: Iterable[str]) -> Mapping[str, str]:
    """By which rulebook the firm says that each of these is judged."""
    found = TradingAccount.objects.filter(engine_account__in=list(engine_accounts))
    return dict(found.values_list("engine_account", "rulebook"))


def newest_first(wanted: Wanted, behind: Behind | None, page: int) -> Sequence[TradingAccount]:
    """The accounts whose status changed last, as many as fit a page and one more."""
    found = _narrowed(TradingAccount.objects.filter(status_at__isnull=False), wanted)
    if behind is not None:
        found = found.filter(status_at__lte=behind.at).filter(
            Q(status_at__lt=behind.at) | Q(id__gt=behind.account)
        )
    return list(found.order_by("-status_at", "id")[: page + 1])


def rulebooks() -> Sequence[str]:
    """The names of every rulebook that has an account; as many steps in an index as there are."""
    with connection.cursor() as cursor:
        cursor.execute(_RULEBOOKS)
        return [name for (name,) in cursor.fetchall()]


def _narrowed(found: QuerySet[TradingAccount], wanted: Wanted) -> QuerySet[TradingAccount]:
    named = {
        "rulebook": wanted.programme, "phase": wanted.phase, "status": wanted.status,
        "engine_account__startswith": wanted.search,
    }  # fmt: skip
    return found.filter(**{name: value for name, value in named.items() if value})
