"""Revoke a role of the staff: it has no effect from the person's next request on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.granting import refuse_if_last_owner, refuse_unless_may_give
from propdesk.crm.people.locks import locked
from propdesk.crm.people.models import RoleGrant, StaffRole, roles_of
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "people.revoke_role"


@transaction.atomic
def revoke_role(
    person: UUID, role: StaffRole, *, reason: str, by: Actor, at: datetime
) -> RoleGrant:
    """The grant that ended. Raises ``ActionRefused`` where the person has no such role, and for
    the last owner."""
    require(by, ACTION)
    refuse_unless_may_give(by, role)
    (whom,) = locked(person)
    # All grants of the role, so that two owners cannot revoke each other at once.
    grants = list(
        RoleGrant.objects.select_for_update()
        .filter(role=role, revoked_at__isnull=True)
        .order_by("pk")
    )
    grant = next((each for each in grants if each.person_id == whom.id), None)
    if grant is None:
        raise ActionRefused("has_no_role", f"The person is not {role.label}.")
    refuse_if_last_owner(grant)
    # After this point the role must be revoked.
    held = roles_of(person)
    grant.revoked_at = at
    grant.revoked_by = by.person
    grant.save(update_fields=["revoked_at", "revoked_by"])
    record(
        by=by,
        action=ACTION,
        object_type="person",
        object_id=whom.id,
        at=at,
        before={"roles": sorted(held)},
        after={"roles": sorted(held - {role.value})},
        reason=reason,
    )
    return grant
