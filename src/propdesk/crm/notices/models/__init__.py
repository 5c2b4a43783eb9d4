"""The tables of notices, one module a subject."""

from propdesk.crm.notices.models.desk import Alert, NoticeTerms, Outlet, TextVersion
from propdesk.crm.notices.models.messages import (
    Attempt,
    Channel,
    Delivery,
    DeliveryState,
    InboxMessage,
    Notice,
)
from propdesk.crm.notices.models.persons import Contact, Preference

__all__ = [
    "Alert",
    "Attempt",
    "Channel",
    "Contact",
    "Delivery",
    "DeliveryState",
    "InboxMessage",
    "Notice",
    "NoticeTerms",
    "Outlet",
    "Preference",
    "TextVersion",
]
