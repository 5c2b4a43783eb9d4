"""Place an order on one's own account."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from propdesk.crm.accounts.trading import OPENING, sent
from propdesk.crm.audit.actor import Actor
from propdesk.domain.events import Side
from propdesk.domain.instants import micros_of
from propdesk.ports.platform_trading import OrderKind, PlaceOrder, PlatformTrading, TradeAnswer

ACTION = "accounts.place_order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The order; ``price`` is where a pending one triggers."""

    symbol: str
    side: Side
    lots: Decimal
    kind: OrderKind = "market"
    price: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None


def place_order(
    account: UUID,
    wanted: Wanted,
    *,
    key: UUID,
    platform: PlatformTrading,
    by: Actor,
    at: datetime,
) -> TradeAnswer:
    """A refusal of the platform is an answer. Raises what ``trading.sent`` raises."""

    def request(login: str, asked_at: datetime) -> PlaceOrder:
        return PlaceOrder(
            login, wanted.symbol, wanted.side, wanted.lots, wanted.kind, wanted.price,
            stop=wanted.stop, target=wanted.target, requested_at=micros_of(asked_at), key=str(key),
            client="portal",
        )  # fmt: skip

    return sent(ACTION, account, request, key=key, needs=OPENING, platform=platform, by=by, at=at)
