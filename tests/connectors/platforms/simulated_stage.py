"""The simulated platform on a stage: its market moves when the test says so."""

import socket
import threading
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path
from typing import Any

from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.journal import Journal
from propdesk.connectors.simulated_platform.platform import Setup, SimulatedPlatform
from propdesk.connectors.simulated_platform.server import PlatformServer
from propdesk.connectors.simulated_platform.terms import GroupTerms
from propdesk.domain.events import Quote
from propdesk.domain.instants import DAY, HOUR, SECOND, parse_instant
from propdesk.ports.platform import Deltas, Platform
from propdesk.ports.platform_trading import (
    ClosePosition,
    PlaceOrder,
    PlatformTrading,
    ProtectPosition,
    TradeAnswer,
)
from propdesk.wire.catalogue import load_catalogue

CATALOGUE = load_catalogue()
MONDAY = parse_instant("2026-03-02T10:00:00Z")
GROUPS = (
    GroupTerms("main"),
    GroupTerms("other"),
    GroupTerms("netting", netting=True),
    GroupTerms("euro", "EUR"),
)
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD", "GER40", "BTCUSD", "NAS100")


class Clock:
    """A clock the test turns."""

    def __init__(self, now: int = MONDAY) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def step(self, micros: int = SECOND) -> int:
        self.now += micros
        return self.now


def setup_of(groups: tuple[GroupTerms, ...] = GROUPS, seed: str = "stage") -> Setup:
    return Setup(groups, CATALOGUE, SYMBOLS, seed, b"s" * 32)


class SimulatedStage:
    """In this process, behind the port itself."""

    group, other_group = "main", "other"
    platform: Platform
    trading: PlatformTrading

    def __init__(self, home: Path, groups: tuple[GroupTerms, ...] = GROUPS) -> None:
        self.home, self.clock, self.groups = home, Clock(), groups
        self.start()
        self.price("1.08000", "1.08010")

    def start(self) -> None:
        self.journal = Journal(self.home / "journal", syncs=False)
        self.core = SimulatedPlatform(setup_of(self.groups), self.journal, clock=self.clock)
        self.core.recover()
        self.platform = self.trading = self.core

    def price(self, bid: str, ask: str) -> None:
        assert self.quote("EURUSD", bid, ask)

    def quote(self, symbol: str, bid: str, ask: str) -> bool:
        """A second later; False: it was not taken."""
        quote = Quote(self.clock.step(), symbol, Decimal(bid), Decimal(ask))
        return self.core.quote([quote]) == 1

    def place(
        self, account: str, side: str = "buy", lots: str = "1.00", **more: Any
    ) -> TradeAnswer:
        for name in ("price", "limit_price", "stop", "target", "trail"):
            if more.get(name) is not None:
                more[name] = Decimal(more[name])
        symbol = more.pop("symbol", "EURUSD")
        requested = self.clock.now
        self.clock.step()
        return self.trading.trade(
            PlaceOrder(
                account,
                symbol,
                side,  # type: ignore[arg-type]
                Decimal(lots),
                requested_at=requested,
                **more,
            )
        )

    def buy(self, account: str, lots: str) -> str | None:
        return self.place(account, lots=lots).position or None

    def close(self, account: str, position: str, lots: str | None = None) -> bool:
        self.clock.step()
        part = None if lots is None else Decimal(lots)
        return self.trading.trade(ClosePosition(account, position, part)).is_done

    def bid_below(self, account: str, lots: str, price: str) -> str | None:
        answer = self.place(account, lots=lots, kind="limit", price=price)
        return answer.order if answer.is_done else None

    def protect(self, account: str, position: str, stop: str, target: str) -> None:
        self.clock.step()
        answer = self.trading.trade(
            ProtectPosition(account, position, Decimal(stop), Decimal(target))
        )
        assert answer.is_done, answer

    def shut_market(self) -> None:
        self.clock.now = MONDAY + 5 * DAY  # Saturday

    def open_market(self) -> None:
        self.clock.now = MONDAY + 7 * DAY - 9 * HOUR
        self.price("1.08000", "1.08010")

    def cut(self) -> None:
        """There is no connection to cut in one process."""

    def restart(self) -> None:
        self.journal.close()
        self.start()

    def end(self) -> None:
        self.journal.close()


class SocketStage(SimulatedStage):
    """The same behind its socket."""

    def start(self) -> None:
        super().start()
        self.server = PlatformServer(self.home / "platform.sock", self.core)
        self.server.__enter__()
        self.client = PlatformClient(self.home / "platform.sock", timeout_s=10)
        self.platform = self.trading = self.client

    def cut(self) -> None:
        self.client.close()

    def reading_aside(self, after: str, wait_s: float) -> "Future[Deltas]":
        """Somebody else's wait for deltas, over the same client."""
        found: Future[Deltas] = Future()

        def ask() -> None:
            found.set_result(self.client.deltas(after, wait_s=wait_s))

        threading.Thread(target=ask, daemon=True).start()
        return found

    def raw_connection(self) -> socket.socket:
        raw = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        raw.settimeout(5)
        raw.connect(str(self.home / "platform.sock"))
        return raw

    def restart(self) -> None:
        self.client.close()
        self.server.__exit__(None, None, None)
        self.journal.close()
        self.start()

    def end(self) -> None:
        self.client.close()
        self.server.__exit__(None, None, None)
        self.journal.close()
