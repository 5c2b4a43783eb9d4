"""Enqueue commands to the platform and notices: many at once, in their reason's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.outbox.actions.enqueue import NotInTransaction
from propdesk.crm.rows_at_once import hexed, insert_at_once

COLUMNS = {
    "destination": "varchar",
    "key": "uuid",
    "created_at": "timestamptz",
    "account": "varchar",
    "command": "varchar",
    "body": "bytea",
    "next_try_at": "timestamptz",
    "attempts": "integer",
    "refusals": "integer",
    "claimed_by": "varchar",
    "last_error": "text",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes out. ``key`` names it for ever: the same key again is the same message."""

    destination: str
    account: str
    name: str
    body: bytes
    key: UUID


def enqueue_messages(messages: Iterable[Message], at: datetime) -> None:
    """Put messages on their way, in their order. One whose key is there already is not sent again.

    Raises ``NotInTransaction``.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction("messages")
    insert_at_once(
        "outbox_outboxrow",
        COLUMNS,
        [
            {
                "destination": each.destination,
                "key": each.key,
                "created_at": at,
                "account": each.account,
                "command": each.name,
                "body": hexed(each.body),
                "next_try_at": at,
                "attempts": 0,
                "refusals": 0,
                "claimed_by": "",
                "last_error": "",
            }
            for each in messages
        ],
        skip_known=True,
    )
