"""Whom the live pages of this process ask: the wiring provides it once.

It must not know how the accounts are reached.
"""

from django.utils.translation import gettext as _

from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.wire.account_figures import AccountFigures, OrderAsked, OrderCheck
from propdesk.wire.live_exposure import ExposurePart
from propdesk.wire.live_state import Board, Curve, LiveAccount


class NoEngine(LiveAccounts):
    """Before anything is provided: there is no engine to ask."""

    def board(self, *, limit: int = 50, after: str | None = None, search: str = "") -> Board:
        del limit, after, search
        raise EngineAway(_("no engine is connected to these pages"))

    def account(self, account: str) -> LiveAccount | None:
        del account
        raise EngineAway(_("no engine is connected to these pages"))

    def curve(self, account: str, *, since: int = 0) -> Curve | None:
        del account, since
        raise EngineAway(_("no engine is connected to these pages"))

    def figures(self, account: str) -> AccountFigures | None:
        del account
        raise EngineAway(_("no engine is connected to these pages"))

    def check_order(self, account: str, order: OrderAsked) -> OrderCheck | None:
        del account, order
        raise EngineAway(_("no engine is connected to these pages"))

    def exposure(self, *, begin: int = 0, reporting: str = "USD") -> ExposurePart:
        del begin, reporting
        raise EngineAway(_("no engine is connected to these pages"))


_provided: list[LiveAccounts] = [NoEngine()]


def provide(accounts: LiveAccounts) -> None:
    """From now on every live page of this process asks ``accounts``."""
    _provided[0] = accounts


def accounts() -> LiveAccounts:
    return _provided[0]
