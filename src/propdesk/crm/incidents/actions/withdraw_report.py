"""Withdraw a public report: its page is gone, its text stays with the desk."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.locks import locked_incident
from propdesk.crm.incidents.models import Incident
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "incidents.withdraw_report"


def withdraw_report(incident: UUID, *, by: Actor, at: datetime, reason: str) -> Incident:
    """Raises ``ActionRefused`` where none is public, or without a reason."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    with transaction.atomic():
        row = locked_incident(incident)
        if row.report_at is None:
            raise ActionRefused("not_public", "No report of it is public.")
        row.report_at = None
        row.save(update_fields=["report_at"])
        record(by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at, reason=reason)
    return row
