"""The end of a lock by a trader's own limit: due work of the firm's clock."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from propdesk.crm.accounts.holding import lift_hold
from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.own_limits.actions.lock_for_today import REASON


def lift_own_limit(detail: Mapping[str, Any], at: datetime) -> None:
    """The day is over; what else holds the account remains."""
    for row in locked_ids([detail["account"]]):
        lift_hold(row, REASON, detail["source"], at)
