"""The desk's alerts: what is open, who looks at it, and every change of it within a second."""

import hashlib
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Max
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.notices.actions.acknowledge_alerts import acknowledge_alerts
from propdesk.crm.notices.models import Alert
from propdesk.crm.notices.terms import terms
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.keyset import following, id_before
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

SHOWN_MAX = 200
ROWS = 50
UNPROCESSABLE = 422


@require_safe
@never_cache
@allowed("notices.read_alerts")
def alerts(request: HttpRequest) -> HttpResponse:
    if request.GET.get("show") == "all":
        return _all(request)
    return _open(request)


@require_safe
@never_cache
@allowed("notices.read_alerts")
def rows(request: HttpRequest) -> HttpResponse:
    """The open ones as a piece of the page; 304 where nothing changed since it was asked last."""
    tag = _tag()
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    response = render(request, "web/notices/alert_rows.html", _found(request))
    response["ETag"] = tag
    return response


@require_POST
@allowed("notices.acknowledge_alerts")
def acknowledge(request: HttpRequest) -> HttpResponse:
    chosen = []
    for text in request.POST.getlist("alert"):
        try:
            chosen.append(UUID(text))
        except ValueError:
            continue
    by = visitor(request).acting("notices.acknowledge_alerts")
    note = request.POST.get("note", "")
    try:
        count = acknowledge_alerts(chosen, by=by, at=received_at(), note=note)
    except ActionRefused as refused:
        return _open(request, refused=refused.sentence, status=UNPROCESSABLE)
    said = ngettext("%(count)d alert acknowledged.", "%(count)d alerts acknowledged.", count)
    messages.success(request, said % {"count": count})
    return redirect("alerts")


def _open(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    context = {
        **_found(request),
        "refused": refused,
        "minutes": terms().escalate_minutes,
        "tag": _tag(),
    }
    return render(request, "web/notices/alerts.html", context, status=status)


def _all(request: HttpRequest) -> HttpResponse:
    found = Alert.objects.order_by("-id")
    before = id_before(request)
    if before is not None:
        found = found.filter(id__lt=before)
    shown, more = following(found, ROWS)
    names = {
        each.id: each.display_name
        for each in Person.objects.filter(id__in={row.acknowledged_by for row in shown} - {None})
    }
    context = {
        "pairs": [
            (row, names.get(row.acknowledged_by) if row.acknowledged_by else None) for row in shown
        ],
        "more": more,
    }
    return render(request, "web/notices/alerts_all.html", context)


def _found(request: HttpRequest) -> dict[str, Any]:
    open_ones = Alert.objects.filter(acknowledged_at__isnull=True)
    may = permitting_role("notices.acknowledge_alerts", visitor(request).roles) is not None
    return {
        "alerts": list(open_ones.order_by("-id")[:SHOWN_MAX]),
        "count": open_ones.count(),
        "may_acknowledge": may,
    }


def _tag() -> str:
    """Another one whenever something of the open alerts is another."""
    said = Alert.objects.filter(acknowledged_at__isnull=True).aggregate(
        count=Count("id"), last=Max("last_at"), newest=Max("raised_at"), told=Max("escalated_at")
    )
    return f'"{hashlib.sha256(repr(sorted(said.items())).encode()).hexdigest()[:24]}"'
