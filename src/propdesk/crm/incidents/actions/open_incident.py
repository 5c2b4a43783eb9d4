"""Open an incident with the accounts it concerned, as they were found."""

from datetime import datetime

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.finding import Found
from propdesk.crm.incidents.models import Incident
from propdesk.crm.incidents.wanted import Wanted, put_accounts, refuse_unless_whole, write
from propdesk.crm.people.permissions import require
from propdesk.crm.references import next_reference
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "incidents.open"
SEQUENCE = "incidents_incident_number"


def open_incident(
    wanted: Wanted, found: Found, *, by: Actor, at: datetime, reason: str = ""
) -> Incident:
    """Whoever opens it sees to it. Nothing is done to any account. Raises ``ActionRefused`` for
    one that says too little (``no_title``, ``no_text``, ``no_window``, ``not_begun``)."""
    require(by, ACTION)
    refuse_unless_whole(wanted, at)
    if by.person is None:
        raise ActionRefused("no_person", "Only a person may open it.")
    with transaction.atomic():
        row = Incident(
            id=uuid7(at), reference=next_reference("I", SEQUENCE, at), owner=by.person,
            opened_at=at, opened_by=by.person, counted_at=at,
        )  # fmt: skip
        write(row, wanted)
        row.lacks = found.lacks
        row.save(force_insert=True)
        put_accounts(row, found, at)
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at, reason=reason,
            after={"reference": row.reference, "kind": row.kind, "title": row.title,
                   "accounts": len(found.accounts)},
        )  # fmt: skip
    return row
