"""The tables of purchases."""

from propdesk.crm.purchases.models.orders import Order, OrderChange, OrderLine
from propdesk.crm.purchases.models.payments import (
    Dispute,
    DisputeState,
    NoticeState,
    Payment,
    PaymentState,
    ProviderNotice,
    Refund,
    RefundState,
)
from propdesk.crm.purchases.models.tasks import OrderTask, TaskKind

__all__ = [
    "Dispute",
    "DisputeState",
    "NoticeState",
    "Order",
    "OrderChange",
    "OrderLine",
    "OrderTask",
    "Payment",
    "PaymentState",
    "ProviderNotice",
    "Refund",
    "RefundState",
    "TaskKind",
]
