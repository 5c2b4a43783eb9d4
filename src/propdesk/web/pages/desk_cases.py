"""A case: the evidence before and after, and its decision, by one person or proposed to another."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.accounts.actions.close_case import close_case
from propdesk.crm.accounts.models import Case
from propdesk.crm.challenges.actions.propose_enforcement import propose_enforcement
from propdesk.crm.challenges.actions.propose_reinstatement import propose_reinstatement
from propdesk.crm.challenges.actions.release_held import release_held
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.case_view import case_context, case_of, offered
from propdesk.web.desk_account import subject_of
from propdesk.web.incident_forms import CaseDecisionForm, CaseReinstateForm
from propdesk.web.people_forms import ReasonForm
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
ACTIONS = {
    "release": "challenges.release_held",
    "enforce": "challenges.propose_enforcement",
    "reinstate": "challenges.propose_reinstatement",
    "close": "accounts.close_case",
}


@require_safe
@never_cache
@allowed("accounts.read")
def case(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _page(request, case_of(id))


@require_POST
@allowed("challenges.release_held")
def release(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = case_of(id), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, row, refused=_("Say why."))
    by, why = visitor(request).acting(ACTIONS["release"]), form.cleaned_data["reason"]
    return _done(
        request, row, lambda: release_held(_enrolment(row), by=by, at=received_at(), reason=why),
        _("Released: the trader may again what the status allows."),
    )  # fmt: skip


@require_POST
@allowed("challenges.propose_enforcement")
def enforce(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = case_of(id), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, row, refused=_("Say why."))
    by, why = visitor(request).acting(ACTIONS["enforce"]), form.cleaned_data["reason"]
    return _done(
        request, row,
        lambda: propose_enforcement(_enrolment(row), by=by, at=received_at(), reason=why),
        _("Proposed. Another person must approve it."),
    )  # fmt: skip


@require_POST
@allowed("challenges.propose_reinstatement")
def reinstate(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = case_of(id), CaseReinstateForm(request.POST)
    if not form.is_valid():
        return _page(request, row, refused=_("Say with what balance, and why."))
    by, said = visitor(request).acting(ACTIONS["reinstate"]), form.cleaned_data
    return _done(
        request, row,
        lambda: propose_reinstatement(
            _enrolment(row), said["balance"], by=by, at=received_at(), reason=said["reason"]
        ),
        _("Proposed. Another person must approve it."),
    )  # fmt: skip


@require_POST
@allowed("accounts.close_case")
def decide(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = case_of(id), CaseDecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, row, refused=_("Say what was decided."))
    by, said = visitor(request).acting(ACTIONS["close"]), form.cleaned_data
    return _done(
        request, row,
        lambda: close_case(
            row.pk, by=by, at=received_at(), decision=said["decision"], told=said["told"]
        ),
        _("The case is closed."),
    )  # fmt: skip


def _enrolment(row: Case) -> UUID:
    on = subject_of(row.account)
    if on is None:
        raise ActionRefused("no_enrolment", _("No enrolment has this account."))
    return on.enrolment.pk


def _page(request: HttpRequest, row: Case, *, refused: str = "") -> HttpResponse:
    roles, can = visitor(request).roles, offered(row)
    context = case_context(row)
    context |= {
        "refused": refused,
        "can": can,
        "may": {
            name: getattr(can, name) and permitting_role(action, roles) is not None
            for name, action in ACTIONS.items()
        },
        "reinstate_form": CaseReinstateForm(initial={"balance": context["balance"]}),
        "decision_form": CaseDecisionForm(),
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "web/desk/case.html", context, status=status)


def _done(request: HttpRequest, row: Case, act: Callable[[], object], says: str) -> HttpResponse:
    try:
        act()
    except ActionRefused as refused:
        return _page(request, row, refused=refused.sentence)
    messages.success(request, says)
    return redirect("case", id=row.pk)
