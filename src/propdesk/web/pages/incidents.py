"""Incidents: the list, opening one with a preview, its page, and what is decided about it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.crm.audit.actor import Actor
from propdesk.crm.incidents.actions.change_incident import change_incident
from propdesk.crm.incidents.actions.close_incident import close_incident
from propdesk.crm.incidents.actions.count_accounts import count_accounts
from propdesk.crm.incidents.actions.decide_incident import decide_incident
from propdesk.crm.incidents.actions.open_incident import open_incident
from propdesk.crm.incidents.actions.publish_report import publish_report
from propdesk.crm.incidents.actions.withdraw_report import withdraw_report
from propdesk.crm.incidents.finding import WHY, Found
from propdesk.crm.incidents.models import Incident, MeasureKind
from propdesk.crm.incidents.wanted import Wanted, scope_of, window_of
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed, public
from propdesk.web.incident_forms import (
    ChangeForm,
    IncidentForm,
    ReportForm,
    WordsForm,
    initial_of,
)
from propdesk.web.incident_view import incident_context, incident_of
from propdesk.web.people_forms import ReasonForm
from propdesk.web.received import received_at
from propdesk.web.trading_in_window import found_in
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
SHOWN = 100
NUMBER_LENGTH_MAX = 18
MAY = (
    "open", "change", "count_accounts", "propose_measure", "take_measure", "undo_measure",
    "decide", "close", "publish_report", "withdraw_report",
)  # fmt: skip


# --- the list, and a new one -----------------------------------------------------------------
@require_safe
@never_cache
@allowed("incidents.read")
def incidents(request: HttpRequest) -> HttpResponse:
    rows = Incident.objects.order_by("-opened_at")[:SHOWN]
    context = {
        "running": [each for each in rows if each.state != "closed"],
        "closed": [each for each in rows if each.state == "closed"],
        "may_open": _may(request, "open"),
    }
    return render(request, "web/incidents/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allowed("incidents.open")
def new(request: HttpRequest) -> HttpResponse:
    """The form; with what is asked for in it, whom it concerned; confirmed, the incident."""
    if request.method != "POST":
        return render(request, "web/incidents/new.html", {"form": IncidentForm()})
    form = IncidentForm(request.POST)
    if not form.is_valid():
        return render(request, "web/incidents/new.html", {"form": form}, status=UNPROCESSABLE)
    now = received_at()
    found = found_in(form.wanted.scope, form.wanted.window, now)
    context = {"form": form, "hit": hit(found)}
    if "confirmed" not in request.POST:
        return render(request, "web/incidents/new.html", context)
    by = visitor(request).acting("incidents.open")
    try:
        made = open_incident(form.wanted, found, by=by, at=now)
    except ActionRefused as refused:
        context["refused"] = refused.sentence
        return render(request, "web/incidents/new.html", context, status=UNPROCESSABLE)
    messages.success(request, _("It is open, and its accounts are listed."))
    return redirect("incident", id=made.pk)


def hit(found: Found) -> dict[str, Any]:
    """The preview: how many it concerns, by what, and what could not be asked."""
    return {
        "count": len(found.accounts),
        "reasons": [(why, found.count(why)) for why in WHY if found.count(why)],
        "lacks": found.lacks,
    }


# --- its page --------------------------------------------------------------------------------
@require_safe
@never_cache
@allowed("incidents.read")
def incident(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return page(request, incident_of(id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allowed("incidents.change")
def change(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = incident_of(id)
    form = ChangeForm(request.POST if request.method == "POST" else None, initial=initial_of(row))
    context: dict[str, Any] = {"form": form, "incident": row}
    if request.method != "POST":
        return render(request, "web/incidents/new.html", context)
    if not form.is_valid():
        return render(request, "web/incidents/new.html", context, status=UNPROCESSABLE)
    now = received_at()
    found = found_in(form.wanted.scope, form.wanted.window, now)
    context["hit"] = hit(found)
    if "confirmed" not in request.POST:
        return render(request, "web/incidents/new.html", context)
    by, wanted = visitor(request).acting("incidents.change"), form.wanted
    try:
        _changed(row, wanted, found, by, now, form.cleaned_data["reason"])
    except ActionRefused as refused:
        context["refused"] = refused.sentence
        return render(request, "web/incidents/new.html", context, status=UNPROCESSABLE)
    messages.success(request, _("It is changed, and its accounts are counted anew."))
    return redirect("incident", id=row.pk)


def _changed(
    row: Incident, wanted: Wanted, found: Found, by: Actor, at: datetime, reason: str
) -> None:
    change_incident(row.pk, wanted, found, by=by, at=at, reason=reason)


@require_POST
@allowed("incidents.count_accounts")
def count(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, now = incident_of(id), received_at()
    found = found_in(scope_of(row), window_of(row), now)
    by = visitor(request).acting("incidents.count_accounts")
    says = _("Counted: %(count)s accounts.") % {"count": len(found.accounts)}
    return _done(request, row, lambda: count_accounts(row.pk, found, by=by, at=now), says)


@require_POST
@allowed("incidents.decide")
def decide(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = incident_of(id), WordsForm(request.POST)
    if not form.is_valid():
        return page(request, row, refused=_("Say what was decided."))
    by, words = visitor(request).acting("incidents.decide"), form.cleaned_data["decision"]
    return _done(
        request, row, lambda: decide_incident(row.pk, by=by, at=received_at(), decision=words),
        _("Decided: the traders concerned read it."),
    )  # fmt: skip


@require_POST
@allowed("incidents.close")
def close(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = incident_of(id), ReasonForm(request.POST)
    if not form.is_valid():
        return page(request, row, refused=_("Say why it is over."))
    by, why = visitor(request).acting("incidents.close"), form.cleaned_data["reason"]
    return _done(
        request, row, lambda: close_incident(row.pk, by=by, at=received_at(), reason=why),
        _("It is closed."),
    )  # fmt: skip


# --- the public report -----------------------------------------------------------------------
@require_POST
@allowed("incidents.publish_report")
def publish(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = incident_of(id), ReportForm(request.POST)
    if not form.is_valid():
        return page(request, row, refused=_("Write the report."))
    by, text = visitor(request).acting("incidents.publish_report"), form.cleaned_data["report"]
    return _done(
        request, row, lambda: publish_report(row.pk, text, by=by, at=received_at()),
        _("The report is public."),
    )  # fmt: skip


@require_POST
@allowed("incidents.withdraw_report")
def withdraw(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row, form = incident_of(id), ReasonForm(request.POST)
    if not form.is_valid():
        return page(request, row, refused=_("Say why."))
    by, why = visitor(request).acting("incidents.withdraw_report"), form.cleaned_data["reason"]
    return _done(
        request, row, lambda: withdraw_report(row.pk, by=by, at=received_at(), reason=why),
        _("The report is public no more."),
    )  # fmt: skip


@require_safe
@never_cache
@public
def report(request: HttpRequest, reference: str) -> HttpResponse:
    """What everybody may read of an incident; one that is not public is not found."""
    row = Incident.objects.filter(reference=reference, report_at__isnull=False).first()
    if row is None:
        raise Http404
    return render(request, "web/incidents/report.html", {"incident": row})


# --- shared ----------------------------------------------------------------------------------
def page(request: HttpRequest, row: Incident, *, refused: str = "") -> HttpResponse:
    """The page of an incident, with why something was refused."""
    asked = request.GET.get("after", "")
    is_number = asked.isascii() and asked.isdecimal() and len(asked) <= NUMBER_LENGTH_MAX
    context = {
        **incident_context(
            row, visitor(request).roles, int(asked) if is_number else 0, received_at()
        ),
        "refused": refused,
        "may": {name: _may(request, name) for name in MAY},
        "kinds": MeasureKind.choices,
        "decide_form": WordsForm(initial={"decision": row.decision}),
        "report_form": ReportForm(initial={"report": row.report}),
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "web/incidents/incident.html", context, status=status)


def _done(
    request: HttpRequest, row: Incident, act: Callable[[], object], says: str
) -> HttpResponse:
    try:
        act()
    except ActionRefused as refused:
        return page(request, row, refused=refused.sentence)
    messages.success(request, says)
    return redirect("incident", id=row.pk)


def _may(request: HttpRequest, name: str) -> bool:
    return permitting_role(f"incidents.{name}", visitor(request).roles) is not None
