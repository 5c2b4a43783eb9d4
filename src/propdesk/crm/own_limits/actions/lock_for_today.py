"""Lock an account until the next reset because its trader's own limit is reached."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.due_work import planned
from propdesk.crm.accounts.holding import command_steps, note_action, put_hold
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.own_limits.models import limit_in_force
from propdesk.crm.people.permissions import require
from propdesk.ports.platform import Rights

ACTION = "own_limits.lock_for_today"
REASON = "own_limit"
LIFT = "lift_own_limit"


def lock_for_today(
    account: UUID, lost: Decimal, *, resets_at: datetime, by: Actor, at: datetime
) -> bool:
    """Cancel, close, and let nothing be opened until ``resets_at``; False: the limit in force is
    not reached by ``lost``, or the day is locked already."""
    require(by, ACTION)
    with transaction.atomic():
        row = locked_ids([account])[0]
        limit = limit_in_force(row, at)
        if limit is None or limit.amount is None or lost < limit.amount or row.ended_at is not None:
            return False
        day = resets_at.isoformat()
        cause = f"{REASON}/{day}"
        detail = {"account": str(row.pk), "source": day}
        if not planned(f"{LIFT}/{row.pk}/{day}", LIFT, resets_at, detail, at):
            return False
        # After this point the account must be locked.
        put_hold(row, REASON, day, Rights.CLOSE_ONLY, at)
        command_steps(row, ("cancel_all", "close_all"), cause, at)
        told = {"lost": f"{lost:f}", "limit": f"{limit.amount.normalize():f}", "until": day}
        key = key_of(row.engine_account, cause, "notice")
        enqueue_messages([notice_message(row, REASON, told, key)], at)
        audit = record(
            by=by, action=ACTION, object_type="account", object_id=row.pk, at=at, after=told
        )
        note_action(row, ACTION, at, audit.pk, told)
    return True
