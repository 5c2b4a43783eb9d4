"""Resume a person who was suspended."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.people.changing_standing import change_standing
from propdesk.crm.people.models import Person

ACTION = "people.resume_person"


@transaction.atomic
def resume_person(person: UUID, *, reason: str, by: Actor, at: datetime) -> Person:
    """The person, who may sign in again.

    Raises ``ActionRefused`` from another standing, and without a reason.
    """
    return change_standing(ACTION, person, reason=reason, by=by, at=at)
