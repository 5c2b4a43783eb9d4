"""Set a kill switch: at once, or by a second person where it closes positions."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.actions.propose_kill_switch import KIND, Wanted
from propdesk.crm.accounts.approvals import approved
from propdesk.crm.accounts.due_work import planned
from propdesk.crm.accounts.kill_switches import concerned, hold_all, tell_of_switch
from propdesk.crm.accounts.models import Approval, KillSwitch, SwitchAction
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "accounts.set_kill_switch"
RUNS_OUT = "lift_kill_switch"


def set_kill_switch(wanted: Wanted, *, by: Actor, at: datetime, reason: str) -> KillSwitch:
    """Raises ``ActionRefused`` without a reason, and for one that closes: two persons do that."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    if wanted.action == SwitchAction.CLOSE:
        raise ActionRefused(
            "two_persons", "Closing positions is proposed, and approved by another."
        )
    with transaction.atomic():
        return _set(wanted, None, by=by, at=at, reason=reason)


def approve_kill_switch(approval: UUID, *, by: Actor, at: datetime) -> KillSwitch:
    """Set one that was proposed. Raises ``ActionRefused`` for who proposed it."""
    require(by, ACTION)
    with transaction.atomic():
        row = approved(approval, KIND, by=by, at=at)
        told = row.proposal
        wanted = Wanted(
            scope=told["scope"], target=told["target"], action=told["action"],
            lasts=timedelta(seconds=told["seconds"]),
        )  # fmt: skip
        return _set(wanted, row, by=by, at=at, reason=row.reason)


def _set(
    wanted: Wanted, approval: Approval | None, *, by: Actor, at: datetime, reason: str
) -> KillSwitch:
    if by.person is None:
        raise ActionRefused("no_person", "Only a person may set this.")
    accounts = list(
        concerned(wanted.scope, wanted.target).order_by("id").values_list("id", flat=True)
    )
    switch = KillSwitch.objects.create(
        id=uuid7(at), scope=wanted.scope, target=wanted.target, action=wanted.action,
        reason=reason, set_by=by.person, approval=approval, set_at=at,
        expires_at=at + wanted.lasts, accounts=len(accounts),
    )  # fmt: skip
    hold_all(switch, accounts, at)
    planned(f"{RUNS_OUT}/{switch.pk}", RUNS_OUT, switch.expires_at, {"switch": str(switch.pk)}, at)
    record(
        by=by, action=ACTION, object_type="kill_switch", object_id=switch.pk, at=at,
        after={"scope": wanted.scope, "target": wanted.target, "action": wanted.action,
               "accounts": len(accounts)}, reason=reason,
    )  # fmt: skip
    tell_of_switch(switch, "set", reason, at)
    return switch
