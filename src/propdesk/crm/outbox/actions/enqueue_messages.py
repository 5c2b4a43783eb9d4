"""Enqueue commands to the platform and notices: many at once, in their reason's transaction."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.outbox.actions.enqueue import NotInTransaction
from propdesk.crm.outbox.models import OutboxRow

ROWS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What goes out. ``key`` names it for ever: the same key again is the same message."""

    destination: str
    account: str
    name: str
    body: bytes
    key: UUID
    due_at: datetime | None = None
    """None: at once."""


def enqueue_messages(messages: Iterable[Message], at: datetime) -> None:
    """Put messages on their way, in their order. One whose key is there already is not sent again.

    Raises ``NotInTransaction``.
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction("messages")
    OutboxRow.objects.bulk_create(
        (
            OutboxRow(
                destination=each.destination,
                key=each.key,
                created_at=at,
                account=each.account,
                command=each.name,
                body=each.body,
                next_try_at=each.due_at or at,
            )
            for each in messages
        ),
        batch_size=ROWS_AT_ONCE,
        ignore_conflicts=True,
    )
