"""Change what an incident says: its window, its scope, its text, with the accounts found anew."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.finding import Found
from propdesk.crm.incidents.locks import locked_running
from propdesk.crm.incidents.models import Incident
from propdesk.crm.incidents.wanted import Wanted, put_accounts, refuse_unless_whole, write
from propdesk.crm.people.permissions import require

ACTION = "incidents.change"


def change_incident(
    incident: UUID, wanted: Wanted, found: Found, *, by: Actor, at: datetime, reason: str
) -> Incident:
    """What was done for an account stays, whether it is still concerned or not. Raises
    ``ActionRefused`` for one that is closed or would say too little."""
    require(by, ACTION)
    refuse_unless_whole(wanted, at)
    with transaction.atomic():
        row = locked_running(incident)
        before = _said(row)
        write(row, wanted)
        put_accounts(row, found, at)
        row.save()
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at, reason=reason,
            before=before, after={**_said(row), "accounts": len(found.accounts)},
        )  # fmt: skip
    return row


def _said(row: Incident) -> dict[str, object]:
    return {
        "kind": str(row.kind), "title": row.title, "began_at": row.began_at.isoformat(),
        "ended_at": "" if row.ended_at is None else row.ended_at.isoformat(),
        "server": row.server, "rulebook": row.rulebook, "symbol": row.symbol,
    }  # fmt: skip
