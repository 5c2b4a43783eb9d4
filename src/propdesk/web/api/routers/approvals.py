"""Proposals that a second person decides, as programs read them."""

from typing import Any

from ninja import Schema
from pydantic import Field

from propdesk.crm.accounts.models import Approval
from propdesk.web.api.words import Id, Instant


class ApprovalOut(Schema):
    """A proposal: approved by another person than who made it, or refused."""

    id: Id
    kind: str = Field(examples=["kill_switch"])
    subject: Id
    proposal: dict[str, Any] = Field(examples=[{"scope": "firm", "action": "close"}])
    reason: str
    proposed_by: Id
    proposed_at: Instant
    expires_at: Instant
    decision: str = Field(examples=["approved"], description="Empty while it is open.")
    decided_by: Id | None
    decided_at: Instant | None


def approval_out(row: Approval) -> ApprovalOut:
    return ApprovalOut(
        id=row.pk,
        kind=row.kind,
        subject=row.subject,
        proposal=row.proposal,
        reason=row.reason,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        decision=row.decision,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
