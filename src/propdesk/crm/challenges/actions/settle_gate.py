"""Settle a gate: a review, identity papers or a contract a person has looked at; then go on."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.holding import note_action
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.challenges.going_on import go_on
from propdesk.crm.challenges.locks import locked_standing
from propdesk.crm.challenges.models import Enrolment, Gate, GatePassed, Outcome
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "challenges.settle_gate"
WAITING = ("passed", "awaiting_kyc", "awaiting_contract")


def settle_gate(enrolment: UUID, gate: Gate, *, by: Actor, at: datetime, reason: str) -> Enrolment:
    """Write that the gate is settled, and open the next account where no other is shut.

    Identity and contract may be settled before the pass; the same again changes nothing. Raises
    ``ActionRefused`` for a review of what is not passed.
    """
    require(by, ACTION)
    with transaction.atomic():
        standing = locked_standing(enrolment)
        row, phase, account = standing.enrolment, standing.phase, standing.account
        if gate == Gate.REVIEW and phase.outcome != Outcome.PASSED:
            raise ActionRefused("not_passed", "There is no passed phase to review.")
        if row.state == "terminated":
            raise ActionRefused("terminated", "The enrolment is terminated.")
        # After this point the gate is settled.
        _, is_new = GatePassed.objects.get_or_create(
            enrolment=row, gate=gate, phase=phase if gate == Gate.REVIEW else None,
            defaults={"id": uuid7(at), "by": by.person, "at": at, "reason": reason},
        )  # fmt: skip
        if not is_new:
            return row
        before = row.state
        opened = None
        if row.state in WAITING and phase.outcome == Outcome.PASSED:
            opened = go_on(row, phase, account, at)
        after = {"gate": str(gate), "state": row.state}
        if opened is not None:
            after["account"] = opened.account.engine_account
        audit = record(
            by=by, action=ACTION, object_type="enrolment", object_id=row.pk, at=at,
            before={"state": before}, after=after, reason=reason,
        )  # fmt: skip
        note_action(account, ACTION, at, audit.pk, after)
    return row
