"""Create the first owner. Later ones are granted the role by an owner."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.addresses import hold_verified
from propdesk.crm.people.models import Person, PersonState, RoleGrant, StaffRole, has_owner
from propdesk.crm.people.permissions import require
from propdesk.crm.people.standings import note_change
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "people.create_owner"


@dataclass(frozen=True, slots=True)
class Owner:
    """Who the installation is to belong to."""

    email: str
    password: str = field(repr=False)
    display_name: str = ""


@transaction.atomic
def create_owner(owner: Owner, *, by: Actor, at: datetime) -> Person:
    """The owner, who may sign in. Raises ``ActionRefused`` where there is one already, or where
    the address is somebody's."""
    require(by, ACTION)
    with connection.cursor() as cursor:
        # Two who send the first page at once: one waits here, and is then refused.
        cursor.execute("LOCK TABLE people_rolegrant IN SHARE ROW EXCLUSIVE MODE")
    if has_owner():
        raise ActionRefused("has_owner", "There is an owner already; an owner grants this role.")
    email = owner.email.strip().lower()
    if Person.objects.filter(email=email).exists():
        raise ActionRefused("email_taken", "Somebody has registered with this address.")
    # After this point the owner must be created.
    person = Person(
        id=uuid7(at),
        created_at=at,
        email=email,
        display_name=owner.display_name,
        state=PersonState.REGISTERED,
    )
    person.set_password(owner.password)
    person.save(force_insert=True)
    hold_verified(person)
    RoleGrant.objects.create(id=uuid7(at), person=person, role=StaffRole.OWNER, granted_at=at)
    record(
        by=by,
        action=ACTION,
        object_type="person",
        object_id=person.id,
        at=at,
        after={"state": person.state, "role": StaffRole.OWNER.value},
    )
    note_change(person, old="", new=person.state, by=by, at=at, reason="the first owner")
    return person
