"""Publish what an incident came to: everybody may read it from now on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.locks import locked_incident
from propdesk.crm.incidents.models import Incident
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "incidents.publish_report"
LENGTH_MAX = 20_000


def publish_report(incident: UUID, text: str, *, by: Actor, at: datetime) -> Incident:
    """Published again, the later text is shown; the audit keeps every one. Raises
    ``ActionRefused`` without a text."""
    require(by, ACTION)
    if not 0 < len(text.strip()) <= LENGTH_MAX:
        raise ActionRefused("no_text", "Write what happened, why, and what was done.")
    with transaction.atomic():
        row = locked_incident(incident)
        before = row.report
        row.report = text.strip()
        if row.report_at is None:
            row.report_at = at
        row.save(update_fields=["report", "report_at"])
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at,
            before={"report": before}, after={"report": row.report},
        )  # fmt: skip
    return row
