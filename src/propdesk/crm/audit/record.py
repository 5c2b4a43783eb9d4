"""Record what an action did: a row in the action's own transaction, or the action falls with it."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.content import content_hash, plain
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.uuid7 import uuid7


class NotInTransaction(RuntimeError):
    """Nothing was decided in a transaction; a row alone could outlive what it tells of."""


def record(
    *,
    by: Actor,
    action: str,
    object_type: str,
    object_id: UUID | str,
    at: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> AuditRow:
    """Record that ``by`` did ``action``, named ``app.verb``, to an object.

    ``before`` and ``after`` hold what changed: texts, whole numbers, booleans, lists, no field
    that says who a person is. Raises ``NotInTransaction``, and ``NotPlain`` for what would not
    read back as it was given (money and times are written as texts).
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(action)
    row = AuditRow(
        id=uuid7(at),
        at=at,
        person=by.person,
        role=by.role,
        process=by.process,
        address=by.address,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        before=None if before is None else plain(dict(before), "before"),
        after=None if after is None else plain(dict(after), "after"),
        reason=str(plain(reason, "reason")),
    )
    row.content_hash = content_hash(row)
    row.save(force_insert=True)
    return row
