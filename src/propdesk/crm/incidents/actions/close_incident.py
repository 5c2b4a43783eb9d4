"""Close an incident: nothing more is done about it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.locks import locked_running
from propdesk.crm.incidents.measures import still_standing
from propdesk.crm.incidents.models import Incident, IncidentState
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "incidents.close"


def close_incident(incident: UUID, *, by: Actor, at: datetime, reason: str) -> Incident:
    """Raises ``ActionRefused`` where it is not decided, goes on, or a measure still stands or
    waits for a second person."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why it is over.")
    with transaction.atomic():
        row = locked_running(incident)
        if row.state != IncidentState.DECIDED:
            raise ActionRefused("not_decided", "Decide it first: the traders wait for that.")
        if row.ended_at is None:
            raise ActionRefused("goes_on", "It goes on: say when it ended.")
        if still_standing(row, at):
            raise ActionRefused("standing", "A measure still stands, or waits to be approved.")
        row.state, row.closed_at = IncidentState.CLOSED, at
        row.save(update_fields=["state", "closed_at"])
        record(by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at, reason=reason)
    return row
