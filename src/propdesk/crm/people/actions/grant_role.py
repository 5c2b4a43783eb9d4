"""Grant a person a role of the staff."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.granting import refuse_unless_may_give
from propdesk.crm.people.locks import locked
from propdesk.crm.people.models import RoleGrant, StaffRole, roles_of
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "people.grant_role"


@transaction.atomic
def grant_role(person: UUID, role: StaffRole, *, reason: str, by: Actor, at: datetime) -> RoleGrant:
    """The grant. Raises ``ActionRefused`` where the person has the role or may not sign in, and
    where somebody grants himself one."""
    require(by, ACTION)
    refuse_unless_may_give(by, role)
    (whom,) = locked(person)
    held = roles_of(person)
    if whom.id == by.person:
        raise ActionRefused("oneself", "Nobody grants himself a role.")
    if not whom.is_active:
        raise ActionRefused("not_active", "This person may not sign in.")
    if role in held:
        raise ActionRefused("has_role", f"The person is {role.label} already.")
    # After this point the role must be granted.
    grant = RoleGrant.objects.create(
        id=uuid7(at), person=whom, role=role, granted_at=at, granted_by=by.person
    )
    record(
        by=by,
        action=ACTION,
        object_type="person",
        object_id=whom.id,
        at=at,
        before={"roles": sorted(held)},
        after={"roles": sorted(held | {role.value})},
        reason=reason,
    )
    return grant
