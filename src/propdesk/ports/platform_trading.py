"""Trading on a platform as a trader does: orders placed, changed, cancelled, positions closed.

For platforms that let the firm's own pages trade. Refusals are values; an order the trader may
not give is refused by the platform, never by its caller.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol, TypeAlias

from propdesk.domain.events import Micros, Side
from propdesk.ports.platform import Reason

OrderKind: TypeAlias = Literal["market", "limit", "stop", "stop_limit"]


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """``price`` is where a pending order triggers; a stop-limit's limit order then waits at
    ``limit_price``. ``trail`` is how far behind the best price the stop follows. A ``key`` that is
    not empty makes it safe to send twice."""

    account: str
    symbol: str
    side: Side
    lots: Decimal
    kind: OrderKind = "market"
    price: Decimal | None = None
    limit_price: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    expires_at: Micros | None = None
    requested_at: Micros | None = None
    key: str = ""
    client: str = ""
    comment: str = ""


@dataclass(frozen=True, slots=True)
class ChangeOrder:
    """Everything of a pending order that may change, as it is to be."""

    account: str
    order: str
    price: Decimal
    stop: Decimal | None = None
    target: Decimal | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class CancelOrder:
    account: str
    order: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class ClosePosition:
    """``lots`` None: the whole of it."""

    account: str
    position: str
    lots: Decimal | None = None
    requested_at: Micros | None = None
    key: str = ""
    client: str = ""


@dataclass(frozen=True, slots=True)
class ProtectPosition:
    """The stop, target and trailing distance of a position as they are to be."""

    account: str
    position: str
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    key: str = ""


TradeRequest: TypeAlias = PlaceOrder | ChangeOrder | CancelOrder | ClosePosition | ProtectPosition


@dataclass(frozen=True, slots=True)
class TradeAnswer:
    """``reason`` None: done. ``price`` is what was filled, None where nothing was."""

    at: Micros
    reason: Reason | None = None
    detail: str = ""
    order: str = ""
    position: str = ""
    price: Decimal | None = None

    @property
    def is_done(self) -> bool:
        return self.reason is None


class PlatformTrading(Protocol):
    """Raises ``PlatformAway``."""

    def trade(self, request: TradeRequest) -> TradeAnswer: ...
