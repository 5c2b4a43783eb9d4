"""Take a measure for which one person is enough: pause, or tell the traders."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.incidents.doing import do_to_each
from propdesk.crm.incidents.locks import locked_running
from propdesk.crm.incidents.measures import BY_TWO, MeasureWanted, preview, refuse_unless_sound
from propdesk.crm.incidents.models import Measure
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "incidents.take_measure"


def take_measure(
    incident: UUID, wanted: MeasureWanted, *, by: Actor, at: datetime, reason: str
) -> Measure:
    """Do it to each account it reaches. Raises ``ActionRefused`` without a reason, for what two
    persons do, and where it would reach nobody."""
    require(by, ACTION)
    if wanted.kind in BY_TWO:
        raise ActionRefused("two_persons", "This is proposed, and approved by another.")
    if not reason.strip() or by.person is None:
        raise ActionRefused("no_reason", "Say why.")
    refuse_unless_sound(wanted, at)
    with transaction.atomic():
        row = locked_running(incident)
        reached = [each.pk for each in preview(row, wanted).reached]
        if not reached:
            raise ActionRefused("nobody", "It would reach no account.")
        made = Measure.objects.create(
            id=uuid7(at), incident=row, kind=wanted.kind,
            terms={**wanted.terms, "accounts": [str(each) for each in reached]}, reason=reason,
            made_by=by.person, made_at=at, done_at=at,
        )  # fmt: skip
        done, refused = do_to_each(made, reached, by=by, at=at)
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at, reason=reason,
            after={"measure": wanted.kind, "done": done, "refused": refused},
        )  # fmt: skip
    return made
