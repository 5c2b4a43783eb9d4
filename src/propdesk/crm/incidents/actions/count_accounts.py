"""Count an incident's accounts anew: what became known since is added, what fell away goes."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.finding import Found
from propdesk.crm.incidents.locks import locked_running
from propdesk.crm.incidents.models import Incident
from propdesk.crm.incidents.wanted import put_accounts
from propdesk.crm.people.permissions import require

ACTION = "incidents.count_accounts"


def count_accounts(incident: UUID, found: Found, *, by: Actor, at: datetime) -> Incident:
    """Raises ``ActionRefused`` for one that is closed."""
    require(by, ACTION)
    with transaction.atomic():
        row = locked_running(incident)
        before = row.affected.count()
        came, went = put_accounts(row, found, at)
        row.save(update_fields=["counted_at", "lacks"])
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at,
            before={"accounts": before},
            after={"accounts": len(found.accounts), "came": came, "went": went},
        )  # fmt: skip
    return row
