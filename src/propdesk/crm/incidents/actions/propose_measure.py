"""Propose a measure that touches a verdict or money: another person must approve it."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import proposed
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.incidents.doing import enrolment_of
from propdesk.crm.incidents.locks import locked_running
from propdesk.crm.incidents.measures import BY_TWO, MeasureWanted, preview, refuse_unless_sound
from propdesk.crm.incidents.models import Measure, MeasureKind
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "incidents.propose_measure"
KIND = "incident_measure"


def propose_measure(
    incident: UUID, wanted: MeasureWanted, *, by: Actor, at: datetime, reason: str
) -> Measure:
    """The measure, which waits with its accounts as they are now. A reinstatement proposes each
    account by the action that one alone is proposed by; approving the measure approves all of
    them. Raises ``ActionRefused`` for unsound terms, and where it would reach nobody."""
    require(by, ACTION)
    if wanted.kind not in BY_TWO:
        raise ActionRefused("one_is_enough", "One person may do this.")
    refuse_unless_sound(wanted, at)
    if by.person is None:
        raise ActionRefused("no_person", "Only a person may propose this.")
    with transaction.atomic():
        row = locked_running(incident)
        reached = preview(row, wanted).reached
        terms: dict[str, Any] = {**wanted.terms, "accounts": [str(each.pk) for each in reached]}
        if wanted.kind == MeasureKind.REINSTATE:
            terms |= _proposals(reached, by, at, f"{row.reference}: {reason}")
            reached = [each for each in reached if str(each.pk) in terms["proposals"]]
        if not reached:
            raise ActionRefused("nobody", "It would reach no account.")
        measure = uuid7(at)
        said = {**wanted.terms, "incident": row.reference, "measure": wanted.kind,
                "accounts": str(len(reached))}  # fmt: skip
        approval = proposed(KIND, measure, said, by=by, at=at, reason=reason)
        made = Measure.objects.create(
            id=measure, incident=row, kind=wanted.kind, terms=terms, reason=reason,
            made_by=by.person, made_at=at, approval=approval,
        )  # fmt: skip
        record(
            by=by, action=ACTION, object_type="incident", object_id=row.pk, at=at, reason=reason,
            after={**said, "approval": str(approval.pk)},
        )  # fmt: skip
    return made


def _proposals(
    accounts: Sequence[TradingAccount], by: Actor, at: datetime, reason: str
) -> dict[str, dict[str, str]]:
    """By account, its proposal, or why there is none; each goes on with its opening balance."""
    made: dict[str, str] = {}
    refused: dict[str, str] = {}
    for account in accounts:
        balance: Decimal = account.opening_balance
        try:
            with transaction.atomic():
                approval = propose_reinstatement(
                    enrolment_of(account), balance, by=by, at=at, reason=reason
                )
        except ActionRefused as error:
            refused[str(account.pk)] = error.sentence
        else:
            made[str(account.pk)] = str(approval.pk)
    return {"proposals": made, "refused": refused}
