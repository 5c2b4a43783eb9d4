"""The tables of support: tickets with what was said, answers kept ready, disputes of verdicts."""

from propdesk.crm.support.models.disputes import Decision, Dispute
from propdesk.crm.support.models.tickets import (
    Attachment,
    CannedAnswer,
    Category,
    Message,
    Ticket,
    TicketChange,
    TicketState,
)

__all__ = [
    "Attachment",
    "CannedAnswer",
    "Category",
    "Decision",
    "Dispute",
    "Message",
    "Ticket",
    "TicketChange",
    "TicketState",
]
