"""Decisions that need two persons: one proposes, another approves, and the approval is used once.

Rows of the caller's transaction. It must not do what was approved: an action does.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

LASTS = timedelta(days=3)


def proposed(
    kind: str, subject: UUID, proposal: Mapping[str, object], *, by: Actor, at: datetime,
    reason: str, lasts: timedelta = LASTS,
) -> Approval:  # fmt: skip
    """Write a proposal. Raises ``ActionRefused`` without a reason or a person, and where one of
    the same kind about the same subject is open."""
    if not reason.strip():
        raise ActionRefused("no_reason", "Say why.")
    if by.person is None:
        raise ActionRefused("no_person", "Only a person may propose this.")
    Approval.objects.filter(kind=kind, subject=subject, decision="", expires_at__lte=at).update(
        decision="lapsed", decided_at=at
    )
    if Approval.objects.filter(kind=kind, subject=subject, decision="").exists():
        raise ActionRefused("proposed_already", "Somebody has proposed this; it is to be decided.")
    return Approval.objects.create(
        id=uuid7(at), kind=kind, subject=subject, proposal=dict(proposal), reason=reason,
        proposed_by=by.person, proposed_at=at, expires_at=at + lasts,
    )  # fmt: skip


def approved(approval: UUID, kind: str, *, by: Actor, at: datetime) -> Approval:
    """Decide for a proposal, once. Raises ``ActionRefused``: who proposed cannot approve, nor can
    what has lapsed or is decided be approved."""
    row = _open(approval, kind, at)
    if by.person is None or by.person == row.proposed_by:
        raise ActionRefused("same_person", "Another person than the one who proposed must approve.")
    return _decided(row, "approved", by, at)


def refused(approval: UUID, *, by: Actor, at: datetime) -> Approval:
    """Decide against a proposal; whoever proposed may take it back so."""
    return _decided(_open(approval, None, at), "refused", by, at)


def _open(approval: UUID, kind: str | None, at: datetime) -> Approval:
    row = Approval.objects.select_for_update().filter(pk=approval).first()
    if row is None or (kind is not None and row.kind != kind):
        raise ActionRefused("no_proposal", "There is no such proposal.")
    if row.decision:
        raise ActionRefused("decided", f"The proposal is {row.decision} already.")
    if row.expires_at <= at:
        raise ActionRefused("lapsed", "The proposal has lapsed; propose it anew.")
    return row


def _decided(row: Approval, decision: str, by: Actor, at: datetime) -> Approval:
    row.decision, row.decided_by, row.decided_at = decision, by.person, at
    row.save(update_fields=["decision", "decided_by", "decided_at"])
    return row
