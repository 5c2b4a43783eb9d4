"""Enqueue a command: a row in the transaction of the decision, or the decision falls with it."""

from datetime import datetime
from typing import TypeAlias

from django.db import transaction

from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.events import BalanceAdjusted, Paused, PayoutMoved, Resumed, Scaled
from propdesk.wire.log_codec import LogCodec
from propdesk.wire.log_records import AccountEnrolled, Moment

Command: TypeAlias = AccountEnrolled | BalanceAdjusted | Paused | Resumed | Scaled | PayoutMoved

_CODEC = LogCodec()


class NotInTransaction(RuntimeError):
    """The caller decided nothing in a transaction; a command alone could outlive its reason."""


def enqueue(command: Command, at: datetime) -> OutboxRow:
    """Put a command on its way. Raises ``NotInTransaction``, and ``LogCodecError`` for one that
    the log could not hold."""
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(type(command).__name__)
    record = (
        command if isinstance(command, AccountEnrolled) else Moment(command.account, (command,))
    )
    return OutboxRow.objects.create(
        key=uuid7(at),
        created_at=at,
        account=command.account,
        command=type(command).__name__,
        body=_CODEC.encode(record),
        next_try_at=at,
    )
