"""Who of the accounts under one rulebook and phase holds what, as the engine says it now.

It asks only where something is to be closed or warned of. It must not decide what is closed.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from propdesk.crm.accounts.models import TradingAccount
from propdesk.ports.live_accounts import LiveAccounts


def holding(
    detail: Mapping[str, Any], live: LiveAccounts, concerns: Callable[[str], bool]
) -> Iterator[tuple[TradingAccount, tuple[str, ...]]]:
    """The running accounts that hold symbols that are concerned, with these symbols.

    Accounts are asked one by one only where anybody at all holds such a symbol. Raises
    ``EngineAway``.
    """
    if not any(concerns(each) for each in symbols_held(live)):
        return
    found = TradingAccount.objects.filter(
        sha256=detail["sha256"], phase=detail["phase"], status__in=["active", "unknown"]
    )
    for account in found.order_by("id"):
        now = live.account(account.engine_account)
        if now is None or not now.positions:
            continue
        held = tuple(dict.fromkeys(each.symbol for each in now.positions if concerns(each.symbol)))
        if held:
            yield account, held


def symbols_held(live: LiveAccounts) -> Iterator[str]:
    """The symbols that any account holds, by asking part after part. Raises ``EngineAway``."""
    begin: int | None = 0
    while begin is not None:
        part = live.exposure(begin=begin)
        yield from (each.symbol for each in part.rows)
        begin = part.next
