"""Close a position of one's own, or a part of it."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from propdesk.crm.accounts.trading import REDUCING, sent
from propdesk.crm.audit.actor import Actor
from propdesk.domain.instants import micros_of
from propdesk.ports.platform_trading import ClosePosition, PlatformTrading, TradeAnswer

ACTION = "accounts.close_position"


def close_position(
    account: UUID,
    position: str,
    lots: Decimal | None,
    *,
    key: UUID,
    platform: PlatformTrading,
    by: Actor,
    at: datetime,
) -> TradeAnswer:
    """``lots`` None: the whole of it. A refusal of the platform is an answer.

    Raises what ``trading.sent`` raises.
    """

    def request(login: str, asked_at: datetime) -> ClosePosition:
        return ClosePosition(login, position, lots, micros_of(asked_at), str(key))

    return sent(ACTION, account, request, key=key, needs=REDUCING, platform=platform, by=by, at=at)
