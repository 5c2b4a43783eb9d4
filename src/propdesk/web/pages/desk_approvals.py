"""What waits for a second person: each proposal with what it would do, approved or refused."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.accounts.actions import merge_persons, propose_kill_switch, propose_merge
from propdesk.crm.accounts.actions.refuse_approval import refuse_approval
from propdesk.crm.accounts.actions.set_kill_switch import approve_kill_switch
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions import (
    ban,
    enforce,
    propose_ban,
    propose_enforcement,
    propose_rebinding,
    propose_reinstatement,
    rebind,
    reinstate,
)
from propdesk.crm.challenges.desk_queue import proposals
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.incidents.actions import approve_measure, propose_measure
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.people_forms import ReasonForm
from propdesk.web.received import received_at
from propdesk.web.templatetags.figures import duration
from propdesk.web.visitor import Visitor, visitor

UNPROCESSABLE = 422
DECIDED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of proposal: its word, who approves it, and the one action that does it."""

    word: Promise
    action: str
    approve: Callable[[UUID, Actor, datetime], object]


KINDS: Mapping[str, Kind] = {
    propose_reinstatement.KIND: Kind(
        gettext_lazy("Reinstatement"),
        reinstate.ACTION,
        lambda approval, by, at: reinstate.reinstate(approval, by=by, at=at),
    ),
    propose_rebinding.KIND: Kind(
        gettext_lazy("Another version"),
        rebind.ACTION,
        lambda approval, by, at: rebind.rebind(approval, by=by, at=at),
    ),
    propose_enforcement.KIND: Kind(
        gettext_lazy("Enforcement of a breach that waits"),
        enforce.ACTION,
        lambda approval, by, at: enforce.enforce(approval, by=by, at=at),
    ),
    propose_measure.KIND: Kind(
        gettext_lazy("Measure of an incident"),
        approve_measure.ACTION,
        lambda approval, by, at: approve_measure.approve_measure(approval, by=by, at=at),
    ),
    propose_kill_switch.KIND: Kind(
        gettext_lazy("Kill switch that closes"),
        "accounts.set_kill_switch",
        lambda approval, by, at: approve_kill_switch(approval, by=by, at=at),
    ),
    propose_ban.KIND: Kind(
        gettext_lazy("Ban"), ban.ACTION, lambda approval, by, at: ban.ban(approval, by=by, at=at)
    ),
    propose_merge.KIND: Kind(
        gettext_lazy("Merge of a duplicate"),
        merge_persons.ACTION,
        lambda approval, by, at: merge_persons.merge_persons(approval, by=by, at=at),
    ),
}


@require_safe
@never_cache
@allowed("accounts.read")
def approvals(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@allowed("accounts.decide")
def approve(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = Approval.objects.filter(pk=id).first()
    kind = None if row is None else KINDS.get(row.kind)
    if row is None or kind is None:
        raise Http404
    try:
        kind.approve(row.pk, visitor(request).acting(kind.action), received_at())
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Approved and done."))
    return redirect("approvals")


@require_POST
@allowed("accounts.refuse_approval")
def refuse(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, refused=_("Say why it is refused."), status=UNPROCESSABLE)
    by = visitor(request).acting("accounts.refuse_approval")
    try:
        refuse_approval(id, by=by, at=received_at(), reason=form.cleaned_data["reason"])
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Refused, and recorded."))
    return redirect("approvals")


def _page(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    who = visitor(request)
    now = received_at()
    waiting = list(proposals(now))
    decided = Approval.objects.exclude(decision="").order_by("-decided_at")[:DECIDED_SHOWN]
    rows = [*waiting, *decided]
    names = _names(rows, who)
    subjects = _subjects(rows)
    context = {
        "waiting": [_shown(each, names, subjects, who) for each in waiting],
        "decided": [_shown(each, names, subjects, who) for each in decided],
        "refused": refused,
        "as_of": f"{now.astimezone(UTC):%H:%M:%S}",
        "may_refuse": permitting_role("accounts.refuse_approval", who.roles) is not None,
    }
    return render(request, "web/desk/approvals.html", context, status=status)


def _shown(
    row: Approval,
    names: Mapping[UUID, str],
    subjects: Mapping[UUID, EnrolmentPhase],
    who: Visitor,
) -> dict[str, Any]:
    kind = KINDS.get(row.kind)
    is_own = who.person is not None and row.proposed_by == who.person.pk
    may = kind is not None and permitting_role(kind.action, who.roles) is not None
    phase = subjects.get(row.subject)
    return {
        "row": row,
        "word": row.kind if kind is None else kind.word,
        "by": names.get(row.proposed_by, str(row.proposed_by)),
        "decided_by": names.get(row.decided_by, "") if row.decided_by else "",
        "is_own": is_own,
        "may_approve": may and not is_own,
        "account": None if phase is None else phase.account,
        "person": row.subject if row.kind in {propose_ban.KIND, propose_merge.KIND} else None,
        "detail": [
            _said(name, value)
            for name, value in row.proposal.items()
            if value not in ("", [], None) and name not in {"phase", "version", "sha256"}
        ],
    }


def _said(name: str, value: Any) -> tuple[str, str]:
    """One thing a proposal says, as a person reads it."""
    if name == "seconds":
        return _("lasts"), duration(value)
    return name, ", ".join(value) if isinstance(value, list) else str(value)


def _names(rows: list[Approval], who: Visitor) -> dict[UUID, str]:
    ids = {each.proposed_by for each in rows} | {each.decided_by for each in rows} - {None}
    people = Person.objects.filter(pk__in=ids).values_list("id", "display_name")
    return {found: shown(Field.NAME, name, who.roles) for found, name in people}


def _subjects(rows: list[Approval]) -> dict[UUID, EnrolmentPhase]:
    """The newest phase of each enrolment that a proposal is about."""
    phases = EnrolmentPhase.objects.filter(enrolment__in=[each.subject for each in rows])
    ordered = phases.select_related("account").order_by("started_at", "id")
    return {each.enrolment_id: each for each in ordered}
