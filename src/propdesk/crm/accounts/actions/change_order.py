"""Move a pending order of one's own, with its stop and target."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from propdesk.crm.accounts.trading import OPENING, sent
from propdesk.crm.audit.actor import Actor
from propdesk.ports.platform_trading import ChangeOrder, PlatformTrading, TradeAnswer

ACTION = "accounts.change_order"


def change_order(
    account: UUID,
    order: str,
    price: Decimal,
    stop: Decimal | None,
    target: Decimal | None,
    *,
    key: UUID,
    platform: PlatformTrading,
    by: Actor,
    at: datetime,
) -> TradeAnswer:
    """All three become what is given. Raises what ``trading.sent`` raises."""

    def request(login: str, _asked_at: datetime) -> ChangeOrder:
        return ChangeOrder(login, order, price, stop, target, str(key))

    return sent(ACTION, account, request, key=key, needs=OPENING, platform=platform, by=by, at=at)
