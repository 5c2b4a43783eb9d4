"""Cancel a pending order of one's own."""

from datetime import datetime
from uuid import UUID

from propdesk.crm.accounts.trading import REDUCING, sent
from propdesk.crm.audit.actor import Actor
from propdesk.ports.platform_trading import CancelOrder, PlatformTrading, TradeAnswer

ACTION = "accounts.cancel_order"


def cancel_order(
    account: UUID,
    order: str,
    *,
    key: UUID,
    platform: PlatformTrading,
    by: Actor,
    at: datetime,
) -> TradeAnswer:
    """A refusal of the platform is an answer. Raises what ``trading.sent`` raises."""

    def request(login: str, _asked_at: datetime) -> CancelOrder:
        return CancelOrder(login, order, str(key))

    return sent(ACTION, account, request, key=key, needs=REDUCING, platform=platform, by=by, at=at)
