"""The desk: cases to close, proposals to decide, kill switches."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.accounts.actions.close_case import close_case
from propdesk.crm.accounts.actions.lift_kill_switch import lift_kill_switch
from propdesk.crm.accounts.actions.merge_persons import merge_persons
from propdesk.crm.accounts.actions.propose_kill_switch import KIND as SWITCH
from propdesk.crm.accounts.actions.propose_kill_switch import Wanted, propose_kill_switch
from propdesk.crm.accounts.actions.propose_merge import KIND as MERGE
from propdesk.crm.accounts.actions.refuse_approval import refuse_approval
from propdesk.crm.accounts.actions.set_kill_switch import approve_kill_switch, set_kill_switch
from propdesk.crm.accounts.kill_switches import concerned
from propdesk.crm.accounts.models import Approval, Case, KillSwitch, SwitchAction, SwitchScope
from propdesk.crm.api_keys.models import Scope
from propdesk.crm.challenges.actions.ban import ban
from propdesk.crm.challenges.actions.enforce import enforce
from propdesk.crm.challenges.actions.propose_ban import KIND as BAN
from propdesk.crm.challenges.actions.propose_enforcement import KIND as ENFORCEMENT
from propdesk.crm.challenges.actions.propose_rebinding import KIND as REBINDING
from propdesk.crm.challenges.actions.propose_reinstatement import KIND as REINSTATEMENT
from propdesk.crm.challenges.actions.rebind import rebind
from propdesk.crm.challenges.actions.reinstate import reinstate
from propdesk.crm.incidents.actions.approve_measure import approve_measure
from propdesk.crm.incidents.actions.propose_measure import KIND as MEASURE
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import Repeated, doing, reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound, Refused
from propdesk.web.api.routers.approvals import ApprovalOut, approval_out
from propdesk.web.api.words import SEEN, Id, Instant, Line, Reason, Why
from propdesk.web.received import received_at

router = Router()
READ, WRITE = Scope.DESK_READ, Scope.DESK_WRITE
DAY_MINUTES = 24 * 60
APPROVED_BY: Mapping[str, tuple[str, Callable[..., object]]] = {
    SWITCH: ("accounts.set_kill_switch", approve_kill_switch),
    REINSTATEMENT: ("challenges.reinstate", reinstate),
    REBINDING: ("challenges.rebind", rebind),
    ENFORCEMENT: ("challenges.enforce", enforce),
    MEASURE: ("incidents.approve_measure", approve_measure),
    BAN: ("challenges.ban", ban),
    MERGE: ("people.merge_persons", merge_persons),
}
"""By the kind of a proposal: the action that approves it and does it."""


class CaseOut(Schema):
    """Something about an account that a person decides."""

    id: Id
    account: Id
    kind: str = Field(examples=["newly_breached"])
    detail: dict[str, Any]
    opened_at: Instant
    closed_at: Instant | None
    closed_by: Id | None
    decision: str


class DecisionSaid(Schema):
    """What was decided, in words."""

    decision: Reason
    told: Line = Field(default="", description="What the trader is told; empty: nothing.")


class SwitchSaid(Schema):
    """Whom a kill switch would concern."""

    scope: SwitchScope = Field(examples=["programme"])
    target: Annotated[str, StringConstraints(max_length=200, pattern=SEEN)] = Field(
        default="", examples=["two-step"], description="Empty for the firm."
    )


class SwitchWanted(SwitchSaid):
    """A kill switch. One that closes is proposed, and set by a second person's approval."""

    action: SwitchAction = Field(examples=["no_new_orders"])
    minutes: int = Field(ge=1, le=30 * DAY_MINUTES, examples=[60])
    reason: Reason


class SwitchOut(Schema):
    """A kill switch, standing or lifted."""

    id: Id
    scope: str = Field(examples=["programme"])
    target: str = Field(examples=["two-step"])
    action: str = Field(examples=["no_new_orders"])
    reason: str
    set_by: Id
    set_at: Instant
    expires_at: Instant
    accounts: int
    lifted_at: Instant | None
    lifted_by: Id | None


class SwitchMade(Schema):
    """What became of it: set at once, or a proposal that waits for another person."""

    switch: SwitchOut | None
    approval: ApprovalOut | None


class PreviewOut(Schema):
    """How many open accounts would be concerned now."""

    accounts: int = Field(examples=[412])


@reading(router, "/cases", "desk_cases", allowed(READ, "live.read"), Page[CaseOut])
def list_cases(request: HttpRequest, asked: PageAsked, open_only: bool = True) -> Page[CaseOut]:
    """Cases, the newest first."""
    del request
    cases = Case.objects.filter(closed_at=None) if open_only else Case.objects.all()
    rows, following = page(cases, ("opened_at", "id"), asked)
    return Page[CaseOut](items=[_case(each) for each in rows], next=following)


@doing(
    router, "/cases/{uuid:id}/close", "desk_close_case", allowed(WRITE, "accounts.close_case"),
    CaseOut,
)  # fmt: skip
def close(request: HttpRequest, id: UUID, said: DecisionSaid) -> CaseOut:  # noqa: A002
    """Close a case with a decision in words; what follows from it is another operation."""
    by = caller_of(request).acting("accounts.close_case")
    row = close_case(id, by=by, at=received_at(), decision=said.decision, told=said.told)
    return _case(row)


@reading(router, "/approvals", "desk_approvals", allowed(READ, "live.read"), Page[ApprovalOut])
def list_approvals(
    request: HttpRequest, asked: PageAsked, open_only: bool = True
) -> Page[ApprovalOut]:
    """Proposals, the newest first."""
    del request
    found = Approval.objects.all()
    if open_only:
        found = found.filter(decision="", expires_at__gt=received_at())
    rows, following = page(found, ("proposed_at", "id"), asked)
    return Page[ApprovalOut](items=[approval_out(each) for each in rows], next=following)


@doing(
    router, "/approvals/{uuid:id}/approve", "desk_approve",
    allowed(WRITE, *(action for action, _ in APPROVED_BY.values())), ApprovalOut,
)  # fmt: skip
def approve(request: HttpRequest, id: UUID) -> ApprovalOut:  # noqa: A002
    """Approve what another person proposed, and do it."""
    caller, now = caller_of(request), received_at()
    kind = _approval(id).kind
    if kind not in APPROVED_BY:
        raise Refused(422, "other_kind", "This is approved on its own page.")
    action, act = APPROVED_BY[kind]
    act(id, by=caller.acting(action), at=now)
    return approval_out(_approval(id))


@doing(
    router, "/approvals/{uuid:id}/refuse", "desk_refuse",
    allowed(WRITE, "accounts.refuse_approval"), ApprovalOut,
)  # fmt: skip
def refuse(request: HttpRequest, id: UUID, said: Why) -> ApprovalOut:  # noqa: A002
    """Refuse a proposal, or take one's own back."""
    by = caller_of(request).acting("accounts.refuse_approval")
    _approval(id)
    return approval_out(refuse_approval(id, by=by, at=received_at(), reason=said.reason))


@reading(
    router, "/kill-switches", "desk_kill_switches", allowed(READ, "live.read"), Page[SwitchOut]
)
def list_switches(
    request: HttpRequest, asked: PageAsked, standing_only: bool = True
) -> Page[SwitchOut]:
    """Kill switches, the newest first."""
    del request
    found = KillSwitch.objects.all()
    if standing_only:
        found = found.filter(lifted_at=None)
    rows, following = page(found, ("set_at", "id"), asked)
    return Page[SwitchOut](items=[_switch(each) for each in rows], next=following)


@doing(
    router, "/kill-switches/preview", "desk_preview_kill_switch",
    allowed(READ, "accounts.propose_kill_switch"), PreviewOut, repeated=Repeated.NEVER,
)  # fmt: skip
def preview(request: HttpRequest, said: SwitchSaid) -> PreviewOut:
    """How many open accounts a kill switch would concern now."""
    del request
    _guard(said)
    return PreviewOut(accounts=concerned(said.scope, said.target).count())


@doing(
    router, "/kill-switches", "desk_set_kill_switch",
    allowed(WRITE, "accounts.propose_kill_switch"), SwitchMade,
)  # fmt: skip
def set_switch(request: HttpRequest, said: SwitchWanted) -> SwitchMade:
    """Set a kill switch; one that closes positions waits for a second person's approval."""
    _guard(said)
    caller, now = caller_of(request), received_at()
    wanted = Wanted(
        scope=said.scope.value,
        target=said.target,
        action=said.action.value,
        lasts=timedelta(minutes=said.minutes),
    )
    if said.action is SwitchAction.CLOSE:
        by = caller.acting("accounts.propose_kill_switch")
        proposed = propose_kill_switch(wanted, by=by, at=now, reason=said.reason)
        return SwitchMade(switch=None, approval=approval_out(proposed))
    by = caller.acting("accounts.set_kill_switch")
    made = set_kill_switch(wanted, by=by, at=now, reason=said.reason)
    return SwitchMade(switch=_switch(made), approval=None)


@doing(
    router, "/kill-switches/{uuid:id}/lift", "desk_lift_kill_switch",
    allowed(WRITE, "accounts.lift_kill_switch"), SwitchOut,
)  # fmt: skip
def lift(request: HttpRequest, id: UUID, said: Why) -> SwitchOut:  # noqa: A002
    """Lift a kill switch: what it took is given back."""
    by = caller_of(request).acting("accounts.lift_kill_switch")
    return _switch(lift_kill_switch(id, by=by, at=received_at(), reason=said.reason))


def _guard(said: SwitchSaid) -> None:
    if (said.scope is SwitchScope.FIRM) != (not said.target):
        raise Refused(422, "no_target", "A target belongs to every scope but the firm.")


def _approval(approval: UUID) -> Approval:
    found = Approval.objects.filter(pk=approval).first()
    if found is None:
        raise NotFound
    return found


def _case(row: Case) -> CaseOut:
    return CaseOut(
        id=row.pk,
        account=row.account_id,
        kind=row.kind,
        detail=row.detail,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        decision=row.decision,
    )


def _switch(row: KillSwitch) -> SwitchOut:
    return SwitchOut(
        id=row.pk,
        scope=row.scope,
        target=row.target,
        action=row.action,
        reason=row.reason,
        set_by=row.set_by,
        set_at=row.set_at,
        expires_at=row.expires_at,
        accounts=row.accounts,
        lifted_at=row.lifted_at,
        lifted_by=row.lifted_by,
    )
