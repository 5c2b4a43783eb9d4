"""Invite somebody to the staff: a person without a password, with a role, who gets a mail."""

from datetime import datetime

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.addresses import hold_verified
from propdesk.crm.people.granting import refuse_unless_may_give
from propdesk.crm.people.models import Person, PersonState, RoleGrant, StaffRole
from propdesk.crm.people.permissions import require
from propdesk.crm.people.standings import note_change
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "people.invite_staff"


@transaction.atomic
def invite_staff(
    email: str, role: StaffRole, *, display_name: str = "", by: Actor, at: datetime
) -> Person:
    """The invited person. The caller sends the mail afterwards, from which a password is chosen.
    Raises ``ActionRefused`` where the address is somebody's: the role is granted on his page."""
    require(by, ACTION)
    refuse_unless_may_give(by, role)
    email = email.strip().lower()
    if Person.objects.filter(email=email).exists():
        raise ActionRefused(
            "email_taken",
            "Somebody has registered with this address: grant the role on that person's page.",
        )
    # After this point the person must be invited.
    person = Person(
        id=uuid7(at),
        created_at=at,
        email=email,
        display_name=display_name,
        state=PersonState.REGISTERED,
    )
    person.set_unusable_password()
    person.save(force_insert=True)
    hold_verified(person)
    RoleGrant.objects.create(
        id=uuid7(at), person=person, role=role, granted_at=at, granted_by=by.person
    )
    record(
        by=by,
        action=ACTION,
        object_type="person",
        object_id=person.id,
        at=at,
        after={"state": person.state, "role": role.value},
    )
    note_change(person, old="", new=person.state, by=by, at=at, reason="invited to the staff")
    return person
