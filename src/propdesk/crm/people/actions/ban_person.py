"""Ban a person for good: no sign-in and no further purchase."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.people.changing_standing import change_standing
from propdesk.crm.people.models import Person

ACTION = "people.ban_person"


@transaction.atomic
def ban_person(person: UUID, *, reason: str, by: Actor, at: datetime) -> Person:
    """The banned person, whose sessions end with the next request.

    Raises ``ActionRefused`` from another standing, without a reason, and for an owner.
    """
    return change_standing(ACTION, person, reason=reason, by=by, at=at)
