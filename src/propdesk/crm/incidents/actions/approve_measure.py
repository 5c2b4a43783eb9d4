"""Approve a measure that another proposed, and do it to each of its accounts."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import approved
from propdesk.crm.accounts.due_work import planned
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.actions.propose_measure import KIND
from propdesk.crm.incidents.doing import do_to_each
from propdesk.crm.incidents.locks import locked_running
from propdesk.crm.incidents.models import Measure
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "incidents.approve_measure"
RUNS_OUT = "end_rule_suspension"


def approve_measure(approval: UUID, *, by: Actor, at: datetime) -> Measure:
    """What it refuses for one account stops no other: the effects say. A suspension with an end is
    ended by the firm's clock. Raises ``ActionRefused`` for who proposed it."""
    require(by, ACTION)
    with transaction.atomic():
        row = Measure.objects.select_related("incident").filter(approval=approval).first()
        if row is None:
            raise ActionRefused("no_proposal", "There is no such proposal.")
        locked_running(row.incident_id)
        approved(approval, KIND, by=by, at=at)
        # After this point it is done.
        done, refused = do_to_each(
            row, [UUID(each) for each in row.terms["accounts"]], by=by, at=at
        )
        row.done_at = at
        row.save(update_fields=["done_at"])
        if until := row.terms.get("until"):
            due, detail = datetime.fromisoformat(until), {"measure": str(row.pk)}
            planned(f"{RUNS_OUT}/{row.pk}", RUNS_OUT, due, detail, at)
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.incident_id, at=at,
            reason=row.reason, after={"measure": row.kind, "done": done, "refused": refused},
        )  # fmt: skip
    return row
