"""Export all that is kept of oneself: recorded here, put together by the page."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import require

ACTION = "people.export_own_data"


@transaction.atomic
def export_own_data(person: UUID, *, by: Actor, at: datetime) -> Person:
    """The person whose data are handed out. Raises ``NotPermitted`` for anybody else's."""
    require(by, ACTION, of=person)
    whom = Person.objects.get(pk=person)
    record(by=by, action=ACTION, object_type="person", object_id=person, at=at)
    return whom
