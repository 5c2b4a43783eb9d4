"""The tables of trading accounts, and those of the desk that looks after them."""

from propdesk.crm.accounts.models.accounts import (
    NOT_JUDGED,
    AccountEvent,
    AccountVerdict,
    Blocked,
    EventKind,
    Hold,
    PlatformCredentials,
    StreamPosition,
    TradingAccount,
)
from propdesk.crm.accounts.models.desk import (
    Acknowledgement,
    Approval,
    Case,
    CaseKind,
    DueWork,
    KillSwitch,
    SwitchAction,
    SwitchScope,
)

__all__ = [
    "NOT_JUDGED",
    "AccountEvent",
    "AccountVerdict",
    "Acknowledgement",
    "Approval",
    "Blocked",
    "Case",
    "CaseKind",
    "DueWork",
    "EventKind",
    "Hold",
    "KillSwitch",
    "PlatformCredentials",
    "StreamPosition",
    "SwitchAction",
    "SwitchScope",
    "TradingAccount",
]
