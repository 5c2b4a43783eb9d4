"""Set the stop and the target of a position of one's own."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from propdesk.crm.accounts.trading import REDUCING, sent
from propdesk.crm.audit.actor import Actor
from propdesk.ports.platform_trading import PlatformTrading, ProtectPosition, TradeAnswer

ACTION = "accounts.protect_position"


def protect_position(
    account: UUID,
    position: str,
    stop: Decimal | None,
    target: Decimal | None,
    *,
    key: UUID,
    platform: PlatformTrading,
    by: Actor,
    at: datetime,
) -> TradeAnswer:
    """Both become what is given; None takes one away. Raises what ``trading.sent`` raises."""

    def request(login: str, _asked_at: datetime) -> ProtectPosition:
        return ProtectPosition(login, position, stop, target, key=str(key))

    return sent(ACTION, account, request, key=key, needs=REDUCING, platform=platform, by=by, at=at)
