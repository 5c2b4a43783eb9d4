"""Close a case with what was decided."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.models import Case
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "accounts.close_case"


def close_case(case: UUID, *, by: Actor, at: datetime, decision: str) -> Case:
    """The decision is words: what follows from it is another action. Raises ``ActionRefused``
    without words, or where it is closed."""
    require(by, ACTION)
    if not decision.strip() or by.person is None:
        raise ActionRefused("no_decision", "Say what was decided.")
    with transaction.atomic():
        row = Case.objects.select_for_update(of=("self",)).select_related("account").get(pk=case)
        if row.closed_at is not None:
            raise ActionRefused("closed", "The case is closed already.")
        # After this point it is closed.
        row.closed_at, row.closed_by, row.decision = at, by.person, decision
        row.save(update_fields=["closed_at", "closed_by", "decision"])
        audit = record(
            by=by, action=ACTION, object_type="case", object_id=row.pk, at=at, reason=decision
        )
        note_action(row.account, ACTION, at, audit.pk, {"case": row.kind, "decision": decision})
    return row
