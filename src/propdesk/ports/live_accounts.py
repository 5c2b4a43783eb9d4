"""Asking the engine what its accounts are worth now. The cost follows the viewers."""

from typing import Protocol

from propdesk.wire.account_figures import AccountFigures, OrderAsked, OrderCheck
from propdesk.wire.live_exposure import ExposurePart
from propdesk.wire.live_state import Board, Curve, LiveAccount


class EngineAway(Exception):
    """No engine answers. The caller shows what it knows and how old it is."""


class LiveAccounts(Protocol):
    """Answers for every account the engine holds. Each raises ``EngineAway``."""

    def board(self, *, limit: int = 50, after: str | None = None, search: str = "") -> Board:
        """Accounts by distance to breach, nearest first."""

    def account(self, account: str) -> LiveAccount | None:
        """One account in full; None where there is none of this name."""

    def curve(self, account: str, *, since: int = 0) -> Curve | None:
        """Its minutes from ``since`` on."""

    def figures(self, account: str) -> AccountFigures | None:
        """Everything that is judged of one account; None where it is not judged here."""

    def check_order(self, account: str, order: OrderAsked) -> OrderCheck | None:
        """What an order would do to an account; None where it is not judged here. Nothing is
        sent."""

    def exposure(self, *, begin: int = 0, reporting: str = "USD") -> ExposurePart:
        """What the accounts from the ``begin``-th on hold together; whoever adds the parts up has
        all of them, each at its own moment. Worths are told with rates into ``reporting``."""
