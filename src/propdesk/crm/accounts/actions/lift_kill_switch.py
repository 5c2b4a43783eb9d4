"""Lift a kill switch: what it took is given back; closed positions stay closed."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.kill_switches import release_all, tell_of_switch
from propdesk.crm.accounts.models import KillSwitch
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require

ACTION = "accounts.lift_kill_switch"


def lift_kill_switch(switch: UUID, *, by: Actor, at: datetime, reason: str) -> KillSwitch:
    """One that is lifted already stays so. Raises ``KillSwitch.DoesNotExist``."""
    require(by, ACTION)
    with transaction.atomic():
        row = KillSwitch.objects.select_for_update(of=("self",)).get(pk=switch)
        if row.lifted_at is not None:
            return row
        # After this point it is lifted.
        row.lifted_at, row.lifted_by = at, by.person
        row.save(update_fields=["lifted_at", "lifted_by"])
        release_all(row, at)
        record(
            by=by, action=ACTION, object_type="kill_switch", object_id=row.pk, at=at, reason=reason
        )
        tell_of_switch(row, "lifted", reason, at)
    return row
