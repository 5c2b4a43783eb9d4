"""An engine that answers what a test says: who holds what, and when time ends whom."""

from datetime import datetime
from types import SimpleNamespace
from typing import cast

from propdesk.domain.instants import micros_of
from propdesk.ports.live_accounts import EngineAway
from propdesk.web.live.source import NoEngine
from propdesk.wire.account_figures import AccountFigures, ComingEnd
from propdesk.wire.live_exposure import ExposurePart
from propdesk.wire.live_state import LiveAccount


class Answers(NoEngine):
    """Symbols held and ends, by account; ``is_away``: it answers nothing."""

    def __init__(self) -> None:
        self.held: dict[str, list[str]] = {}
        self.ends: dict[str, dict[str, datetime]] = {}
        self.is_away = False
        self.asked = 0

    def account(self, account: str) -> LiveAccount | None:
        self._answer_or_raise()
        symbols = self.held.get(account)
        if symbols is None:
            return None
        positions = tuple(SimpleNamespace(symbol=each) for each in symbols)
        return cast("LiveAccount", SimpleNamespace(positions=positions))

    def figures(self, account: str) -> AccountFigures | None:
        self._answer_or_raise()
        self.asked += 1
        if account not in self.ends:
            return None
        ends = tuple(
            ComingEnd(rule=kind, kind=kind, at=micros_of(at))
            for kind, at in self.ends[account].items()
        )
        return cast("AccountFigures", SimpleNamespace(ends=ends))

    def exposure(self, *, begin: int = 0, reporting: str = "USD") -> ExposurePart:
        """One account a part."""
        del reporting
        self._answer_or_raise()
        accounts = sorted(self.held)
        rows = self.held[accounts[begin]] if accounts else []
        following = begin + 1 if begin + 1 < len(accounts) else None
        told = SimpleNamespace(rows=[SimpleNamespace(symbol=each) for each in rows], next=following)
        return cast("ExposurePart", told)

    def _answer_or_raise(self) -> None:
        if self.is_away:
            raise EngineAway("away")
