"""Begin to see the pages as a trader sees them: to look, for a while, and recorded."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.models import Person, Standing, roles_of
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "people.view_as"
LASTS = timedelta(minutes=15)


def begin_view_as(person: UUID, *, by: Actor, at: datetime, reason: str) -> datetime:
    """Until when it may be looked. Raises ``ActionRefused`` without a reason, for oneself, for
    staff and for a duplicate."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why: the trader may ask for it.")
    whom = Person.objects.filter(pk=person).exclude(standing=Standing.MERGED).first()
    if whom is None:
        raise ActionRefused("unknown_person", "There is no such trader.")
    if whom.pk == by.person or roles_of(whom.pk):
        raise ActionRefused("staff", "Only a trader's pages are looked at so.")
    until = at + LASTS
    with transaction.atomic():
        record(
            by=by, action=ACTION, object_type="person", object_id=person, at=at,
            after={"until": until.isoformat()}, reason=reason,
        )  # fmt: skip
    return until
