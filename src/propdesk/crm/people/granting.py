"""Who may give and take which role: the highest two are an owner's to give."""

from propdesk.crm.audit.actor import Actor
from propdesk.crm.people.models import RoleGrant, StaffRole
from propdesk.crm.people.permissions import ADMIN, OWNER
from propdesk.crm.refusal import ActionRefused

_HIGHEST = frozenset({OWNER, ADMIN})


def refuse_unless_may_give(by: Actor, role: StaffRole) -> None:
    """Raise ``ActionRefused`` where an administrator would give or take a role as high as his."""
    if role in _HIGHEST and by.role != OWNER:
        raise ActionRefused("owners_only", f"Only an owner gives or takes the role {role.label}.")


def refuse_if_last_owner(grant: RoleGrant) -> None:
    """Raise ``ActionRefused`` where nobody would own the installation any more. The caller holds
    the lock on every grant of an owner."""
    others = RoleGrant.objects.filter(role=OWNER, revoked_at__isnull=True).exclude(pk=grant.pk)
    if grant.role == OWNER and not others.exists():
        raise ActionRefused("last_owner", "The last owner stays: make another owner first.")
