"""Locks of accounts, always in one order, so that nobody waits for himself in a circle."""

from collections.abc import Iterable

from propdesk.crm.accounts.models import TradingAccount


def locked(engine_accounts: Iterable[str]) -> dict[str, TradingAccount]:
    """The accounts of these names, locked until the transaction ends. One that is not the firm's
    is missing."""
    names = sorted(set(engine_accounts))
    rows = TradingAccount.objects.filter(engine_account__in=names).order_by("id")
    return {row.engine_account: row for row in rows.select_for_update(of=("self",))}


def locked_ids(accounts: Iterable[object]) -> list[TradingAccount]:
    """The accounts of these ids, locked until the transaction ends."""
    rows = TradingAccount.objects.filter(pk__in=list(accounts)).order_by("id")
    return list(rows.select_for_update(of=("self",)))
