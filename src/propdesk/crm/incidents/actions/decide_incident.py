"""Decide an incident: what is done about it, in words that the traders concerned may read."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.locks import locked_running
from propdesk.crm.incidents.models import Incident, IncidentState
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "incidents.decide"


def decide_incident(incident: UUID, *, by: Actor, at: datetime, decision: str) -> Incident:
    """Said again, the later words count. Raises ``ActionRefused`` without words, or where it is
    closed."""
    require(by, ACTION)
    if not decision.strip():
        raise ActionRefused("no_decision", "Say what was decided.")
    with transaction.atomic():
        row = locked_running(incident)
        before = row.decision
        row.state, row.decision, row.decided_at = IncidentState.DECIDED, decision.strip(), at
        row.save(update_fields=["state", "decision", "decided_at"])
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at,
            before={"decision": before}, after={"decision": row.decision},
        )  # fmt: skip
    return row
