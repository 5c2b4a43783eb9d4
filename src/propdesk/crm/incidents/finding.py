"""Whom an incident concerned, by what the firm knows: verdicts, ends, deals, open positions.

It reads; it must not write. What the log and the engine know is handed in: they are asked outside
of any transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import F, Q, QuerySet

from propdesk.crm.accounts.models import AccountVerdict, TradingAccount

VERDICT, END, DEAL, POSITION, NAMED = "verdict", "end", "deal", "position", "named"
WHY: Final = (VERDICT, END, DEAL, POSITION, NAMED)
"""By what an account is known to be concerned: a verdict or its phase's end in the window, a deal
in it, a position open in it, or because somebody named it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From one moment on, to another; None: it goes on."""

    began_at: datetime
    ended_at: datetime | None = None

    def last(self, now: datetime) -> datetime:
        """Its end as of now."""
        return now if self.ended_at is None else min(self.ended_at, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which accounts could be concerned; an empty field narrows nothing."""

    server: str = ""
    rulebook: str = ""
    symbol: str = ""
    """Deals and positions count in it alone; verdicts in any."""
    logins: tuple[str, ...] = ()
    """Names of accounts: these and no others, concerned because they are named."""


@dataclass(frozen=True, slots=True)
class Traded:
    """What log and engine say of the accounts they hold, by the accounts' names."""

    touched: Mapping[str, AbstractSet[str]] = field(default_factory=dict)
    """``deal`` and ``position`` for each."""
    lacks: str = ""
    """What could not be asked, in words; empty: everything was."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whom an incident concerned, each with why, in the order of ids."""

    accounts: Sequence[tuple[UUID, tuple[str, ...]]]
    lacks: str = ""

    def count(self, why: str) -> int:
        """How many are concerned by one reason; one account may be by several."""
        return sum(why in each for _, each in self.accounts)


def running_in(scope: Scope, window: Window, now: datetime) -> QuerySet[TradingAccount]:
    """The accounts of a scope that were open at any moment of the window."""
    rows = TradingAccount.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gte=window.began_at),
        opened_at__isnull=False, opened_at__lte=window.last(now),
    )  # fmt: skip
    named = {"server": scope.server, "rulebook": scope.rulebook}
    rows = rows.filter(**{name: value for name, value in named.items() if value})
    return rows.filter(engine_account__in=scope.logins) if scope.logins else rows


def find(scope: Scope, window: Window, traded: Traded, now: datetime) -> Found:
    """Whom it concerned, as of now."""
    rows = running_in(scope, window, now)
    why: dict[UUID, set[str]] = defaultdict(set)
    _add(why, _judged(rows, window, now), VERDICT)
    ended = rows.filter(ended_at__gte=window.began_at, ended_at__lte=window.last(now))
    _add(why, ended.values_list("id", flat=True), END)
    if scope.logins:
        _add(why, rows.values_list("id", flat=True), NAMED)
    names = list(traded.touched)
    for account, name in rows.filter(engine_account__in=names).values_list("id", "engine_account"):
        why[account] |= traded.touched[name]
    ordered = sorted((account, _in_order(each)) for account, each in why.items())
    return Found(ordered, traded.lacks)


def _judged(rows: QuerySet[TradingAccount], window: Window, now: datetime) -> Iterable[UUID]:
    said = AccountVerdict.objects.filter(
        account__in=rows, at__gte=window.began_at, at__lte=window.last(now)
    )
    return said.values_list(F("account_id"), flat=True).distinct()


def _add(why: dict[UUID, set[str]], accounts: Iterable[UUID], reason: str) -> None:
    for each in accounts:
        why[each].add(reason)


def _in_order(reasons: AbstractSet[str]) -> tuple[str, ...]:
    return tuple(each for each in WHY if each in reasons)
