"""Close a case with what was decided."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.held_verdicts import ENDING, HELD, held_source
from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.accounts.models import Case
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "accounts.close_case"


def close_case(case: UUID, *, by: Actor, at: datetime, decision: str, told: str = "") -> Case:
    """The decision is words: what follows from it is another action. ``told`` is what the trader
    reads of it; empty: he is told nothing. Raises ``ActionRefused`` without words, where it is
    closed, and for a breach that waits: that is enforced, released or reinstated."""
    require(by, ACTION)
    if not decision.strip() or by.person is None:
        raise ActionRefused("no_decision", "Say what was decided.")
    with transaction.atomic():
        row = Case.objects.select_for_update(of=("self",)).select_related("account").get(pk=case)
        if row.closed_at is not None:
            raise ActionRefused("closed", "The case is closed already.")
        sources = [held_source(each, row.source) for each in ENDING]
        if row.account.holds.filter(reason=HELD, source__in=sources, lifted_at=None).exists():
            raise ActionRefused("held", "The breach waits: enforce it, or reinstate the account.")
        # After this point it is closed.
        row.closed_at, row.closed_by, row.decision = at, by.person, decision
        row.save(update_fields=["closed_at", "closed_by", "decision"])
        audit = record(
            by=by, action=ACTION, object_type="case", object_id=row.pk, at=at, reason=decision
        )
        detail = {"case": row.kind, "decision": decision}
        if told.strip():
            detail["told"] = told.strip()
            key = key_of(row.account.engine_account, "notice", "case_decided", str(row.pk))
            said = {"case": row.kind, "reason": told.strip()}
            enqueue_messages([notice_message(row.account, "case_decided", said, key)], at)
        note_action(row.account, ACTION, at, audit.pk, detail)
    return row
