"""Propose a kill switch that closes positions: another person must approve it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from propdesk.crm.accounts.approvals import proposed
from propdesk.crm.accounts.kill_switches import concerned
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require

ACTION = "accounts.propose_kill_switch"
KIND = "kill_switch"
LASTS = timedelta(minutes=15)
"""An emergency is now; what nobody approved by then is proposed anew."""
_SWITCHES = UUID("6c0a8c55-2f2e-5d0a-9f9c-0d3c8a6f1b21")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A kill switch as somebody wants it. ``target`` is empty for the firm."""

    scope: str
    target: str = ""
    action: str
    lasts: timedelta


def propose_kill_switch(wanted: Wanted, *, by: Actor, at: datetime, reason: str) -> Approval:
    """Raises ``ActionRefused`` without a reason, and where the same is proposed already."""
    require(by, ACTION)
    subject = uuid5(_SWITCHES, f"{wanted.scope}/{wanted.target}/{wanted.action}")
    proposal = {
        "scope": wanted.scope, "target": wanted.target, "action": wanted.action,
        "seconds": int(wanted.lasts.total_seconds()),
        "accounts": concerned(wanted.scope, wanted.target).count(),
    }  # fmt: skip
    with transaction.atomic():
        approval = proposed(KIND, subject, proposal, by=by, at=at, reason=reason, lasts=LASTS)
        record(
            by=by, action=ACTION, object_type="approval", object_id=approval.pk, at=at,
            after=proposal, reason=reason,
        )  # fmt: skip
    return approval
