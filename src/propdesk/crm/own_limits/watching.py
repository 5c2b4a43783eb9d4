"""Looks at what accounts with a limit of their trader's own lose today, and locks who reaches it.

The day's start is the engine's: the balance the running day began with. Money moved in or out
during the day is not taken out of the loss. It must not judge: no verdict follows from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from propdesk.crm.accounts.models import Hold, TradingAccount
from propdesk.crm.audit.actor import system
from propdesk.crm.own_limits.actions.lock_for_today import REASON, lock_for_today
from propdesk.crm.own_limits.models import OwnLimit
from propdesk.domain.instants import datetime_of
from propdesk.ports.live_accounts import LiveAccounts
from propdesk.wire.account_figures import AccountFigures

BY = system("own limits")


@dataclass(frozen=True, slots=True)
class Today:
    """The running day of one account."""

    start_balance: Decimal
    resets_at: datetime


def today_of(figures: AccountFigures) -> Today | None:
    """None where no day runs."""
    days = figures.result["days"]
    if not days:
        return None
    return Today(Decimal(days[-1]["start_balance"]), datetime_of(figures.resets_at))


class Watch:
    """Remembers each account's day, so that a look costs the engine one small question."""

    def __init__(self, live: LiveAccounts) -> None:
        self._live = live
        self._days: dict[UUID, Today] = {}

    def look(self, at: datetime) -> int:
        """How many were locked. Raises ``EngineAway``."""
        locked = 0
        for row, amount in _watched(at):
            now = self._live.account(row.engine_account)
            today = self._today(row, at)
            if now is None or today is None or now.row.equity is None:
                continue
            lost = today.start_balance - Decimal(now.row.equity)
            if lost >= amount:
                locked += lock_for_today(
                    row.pk, lost, resets_at=today.resets_at, by=BY, at=at
                )  # fmt: skip
        return locked

    def _today(self, row: TradingAccount, at: datetime) -> Today | None:
        kept = self._days.get(row.pk)
        if kept is not None and at < kept.resets_at:
            return kept
        figures = self._live.figures(row.engine_account)
        found = None if figures is None else today_of(figures)
        if found is not None:
            self._days[row.pk] = found
        return found


def _watched(at: datetime) -> Iterator[tuple[TradingAccount, Decimal]]:
    """The accounts whose limit in force is an amount, and that are not locked by it already."""
    newest = OwnLimit.objects.filter(account=OuterRef("pk"), counts_from__lte=at)
    last = newest.order_by("-set_at", "-id").values("amount")[:1]
    locked = Hold.objects.filter(account=OuterRef("pk"), reason=REASON, lifted_at=None)
    found = (
        TradingAccount.objects.filter(ended_at=None, pk__in=OwnLimit.objects.values("account"))
        .exclude(Exists(locked))
        .annotate(own=Subquery(last))
        .filter(own__isnull=False)
    )
    for row in found.order_by("id"):
        yield row, row.own
