"""End to see the pages as a trader does, before the time is over."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require

ACTION = "people.view_as"


def end_view_as(person: UUID, *, by: Actor, at: datetime) -> None:
    """Record that ``by`` looks at the person's pages no more."""
    require(by, ACTION)
    with transaction.atomic():
        record(
            by=by, action=ACTION, object_type="person", object_id=person, at=at,
            after={"ended": at.isoformat()},
        )  # fmt: skip
