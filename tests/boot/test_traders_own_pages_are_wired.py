"""What the wiring hands to a trader's pages: commissions, and the watch over own limits."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from propdesk.boot import own_limit_watch
from propdesk.boot.own_limit_watch import watch_own_limits
from propdesk.boot.traded_platforms import simulated_commission
from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.web.live.source import NoEngine


@pytest.mark.parametrize(
    ("group", "symbol", "commission"),
    [
        ("usd-hedging", "EURUSD", Decimal("3.00")),
        ("usd-hedging", "BTCUSD", Decimal(0)),
        ("usd-hedging", "NOTHING", None),
        ("nothing", "EURUSD", None),
    ],
)
def test_a_commission_is_the_groups_own(
    group: str, symbol: str, commission: Decimal | None
) -> None:
    assert simulated_commission(group, symbol) == commission


def test_an_engine_that_is_away_does_not_end_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    over, looks = threading.Event(), list[datetime]()

    class Watched:
        def __init__(self, live: LiveAccounts) -> None:
            del live

        def look(self, at: datetime) -> int:
            looks.append(at)
            if len(looks) == 3:
                over.set()
            raise EngineAway("it reads its snapshot")

    monkeypatch.setattr(own_limit_watch, "Watch", Watched)
    monkeypatch.setattr(own_limit_watch, "LOOK_S", 0.0)
    watch_own_limits(NoEngine(), lambda: datetime(2026, 3, 2, tzinfo=UTC), over)
    assert len(looks) == 3
