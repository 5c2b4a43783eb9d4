"""Enqueue a command to the engine: a row in the decision's transaction, or it falls with it."""

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from django.db import transaction

from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import (
    AccountOpened,
    BalanceAdjusted,
    NewsScheduled,
    Paused,
    PayoutMoved,
    Resumed,
    Scaled,
    StateReported,
)
from propdesk.wire.log_codec import LogCodec
from propdesk.wire.log_records import AccountEnrolled, Moment, RulebookPublished

OfAnAccount: TypeAlias = (
    AccountOpened | BalanceAdjusted | Paused | PayoutMoved | Resumed | Scaled | StateReported
)
Command: TypeAlias = AccountEnrolled | RulebookPublished | NewsScheduled | OfAnAccount
CALENDAR = "calendar/news"
"""The lane of releases: in their order, and nobody's enrolment waits for one."""

_CODEC = LogCodec()


class NotInTransaction(RuntimeError):
    """The caller decided nothing in a transaction; a command alone could outlive its reason."""


def enqueue(command: Command, at: datetime, *, key: UUID | None = None) -> OutboxRow:
    """Put a command on its way, under ``key`` or one of its own. Raises ``NotInTransaction``, and
    ``LogCodecError`` for one that the log could not hold."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(type(command).__name__)
    account = _lane(command)
    record = Moment(account, (command,)) if isinstance(command, OfAnAccount) else command
    return OutboxRow.objects.create(
        key=key or uuid7(at),
        created_at=at,
        account=account,
        command=type(command).__name__,
        body=_CODEC.encode(record),
        next_try_at=at,
    )


def _lane(command: Command) -> str:
    """Whose commands go in one order with it."""
    match command:
        case RulebookPublished():
            return ""
        case NewsScheduled():
            return CALENDAR
        case _:
            return command.account
