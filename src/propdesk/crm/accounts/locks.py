"""Locks of accounts, always in one order, so that nobody waits for himself in a circle."""

from collections.abc import Iterable

from propdesk.crm.accounts.models import TradingAccount

# Written out: to put it together anew took as long as to ask it, in every batch of verdicts.
_BY_NAME = """
SELECT * FROM accounts_tradingaccount WHERE engine_account = ANY(%s) ORDER BY id FOR UPDATE
"""


def locked(engine_accounts: Iterable[str]) -> dict[str, TradingAccount]:
    """The accounts of these names, locked until the transaction ends. One that is not the firm's
    is missing."""
    rows = TradingAccount.objects.raw(_BY_NAME, [sorted(set(engine_accounts))])
    return {row.engine_account: row for row in rows}


def locked_ids(accounts: Iterable[object]) -> list[TradingAccount]:
    """The accounts of these ids, locked until the transaction ends."""
    rows = TradingAccount.objects.filter(pk__in=list(accounts)).order_by("id")
    return list(rows.select_for_update(of=("self",)))
