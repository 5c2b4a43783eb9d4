"""Undo a measure: rules count again, paused accounts go on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.doing import undo_for_each
from propdesk.crm.incidents.measures import UNDONE_BY_ONE
from propdesk.crm.incidents.models import Measure
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "incidents.undo_measure"


def undo_measure(measure: UUID, *, by: Actor, at: datetime, reason: str) -> Measure:
    """One that is undone stays so. What waits because of a suspension keeps waiting. Raises
    ``ActionRefused`` for what cannot be undone, was never done, and without a reason."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    with transaction.atomic():
        rows = Measure.objects.select_for_update(of=("self",)).select_related("incident")
        row = rows.filter(pk=measure).first()
        if row is None or row.done_at is None:
            raise ActionRefused("no_measure", "No such measure was taken.")
        if row.kind not in UNDONE_BY_ONE:
            raise ActionRefused(
                "not_undone", "It stays: a credit is taken back by a credit below zero."
            )
        if row.undone_at is not None:
            return row
        # After this point it is undone.
        done, refused = undo_for_each(row, by=by, at=at)
        row.undone_at, row.undone_by = at, by.person
        row.save(update_fields=["undone_at", "undone_by"])
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.incident_id, at=at,
            reason=reason, after={"measure": row.kind, "done": done, "refused": refused},
        )  # fmt: skip
    return row
