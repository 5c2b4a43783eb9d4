"""Measures of an incident: what one would do, taking or proposing it, and undoing it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from propdesk.crm.incidents.actions.propose_measure import propose_measure
from propdesk.crm.incidents.actions.take_measure import take_measure
from propdesk.crm.incidents.actions.undo_measure import undo_measure
from propdesk.crm.incidents.measures import BY_TWO, MeasureWanted, preview, refuse_unless_sound
from propdesk.crm.incidents.models import Incident, Measure, MeasureKind
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.incident_forms import MEASURE_FORMS, measure_wanted
from propdesk.web.incident_view import incident_of
from propdesk.web.incident_words import EFFECTS
from propdesk.web.pages.incidents import page
from propdesk.web.people_forms import ReasonForm
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
SHOWN = 50
CHOSEN_MAX = 5_000


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allowed("incidents.propose_measure")
def measure(request: HttpRequest, id: UUID, kind: str) -> HttpResponse:  # noqa: A002
    """What the measure does to whom; with ``confirmed`` it is taken, or proposed to another."""
    row = incident_of(id)
    if kind not in MeasureKind.values:
        raise Http404
    named = MeasureKind(kind)
    is_sent = request.method == "POST"
    form = MEASURE_FORMS[named](request.POST if is_sent else None)
    if "text" in form.fields and not is_sent:
        form.initial["text"] = row.told
    chosen = _chosen(request)
    if not is_sent or not form.is_valid():
        wanted = MeasureWanted(kind=named, accounts=chosen, currency=_currency(row))
        return _confirm(request, row, wanted, form, chosen, is_looked=False)
    wanted = measure_wanted(named, form.cleaned_data, chosen)
    try:
        refuse_unless_sound(wanted, received_at())
        if "confirmed" not in request.POST:
            return _confirm(request, row, wanted, form, chosen, is_looked=True)
        _taken(request, row, wanted, form.cleaned_data["reason"])
    except ActionRefused as refused:
        return _confirm(
            request, row, wanted, form, chosen, is_looked=False, refused=refused.sentence
        )
    return redirect("incident", id=row.pk)


def _taken(request: HttpRequest, row: Incident, wanted: MeasureWanted, reason: str) -> None:
    who, now = visitor(request), received_at()
    if wanted.kind in BY_TWO:
        by = who.acting("incidents.propose_measure")
        propose_measure(row.pk, wanted, by=by, at=now, reason=reason)
        messages.success(request, _("Proposed. Another person must approve it."))
        return
    by = who.acting("incidents.take_measure")
    made = take_measure(row.pk, wanted, by=by, at=now, reason=reason)
    count = made.effects.filter(refused="").count()
    messages.success(request, _("Done for %(count)s accounts.") % {"count": count})


def _chosen(request: HttpRequest) -> list[UUID]:
    """The accounts of the form or the address; what is no id is passed over."""
    sent = request.POST if request.method == "POST" else request.GET
    found = []
    for each in sent.getlist("account")[:CHOSEN_MAX]:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return found


def _currency(row: Incident) -> str:
    """What most of an incident's accounts are kept in, before a form says it."""
    found = row.affected.values_list("account__currency", flat=True).first()
    return found or "USD"


def _confirm(
    request: HttpRequest, row: Incident, wanted: MeasureWanted, form: ReasonForm,
    chosen: list[UUID], *, is_looked: bool, refused: str = "",
) -> HttpResponse:  # fmt: skip
    told = preview(row, wanted)
    context: dict[str, Any] = {
        "incident": row,
        "kind": wanted.kind,
        "word": wanted.kind.label,
        "effects": EFFECTS[wanted.kind],
        "by_two": wanted.kind in BY_TWO,
        "form": form,
        "chosen": chosen,
        "reached": told.reached[:SHOWN],
        "reached_count": len(told.reached),
        "left": told.left[:SHOWN],
        "left_count": len(told.left),
        "is_looked": is_looked,
        "refused": refused,
    }
    status = UNPROCESSABLE if refused or form.errors else 200
    return render(request, "web/incidents/measure.html", context, status=status)


@require_POST
@allowed("incidents.undo_measure")
def undo(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = Measure.objects.select_related("incident").filter(pk=id).first()
    if row is None:
        raise Http404
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return page(request, row.incident, refused=_("Say why it is undone."))
    by = visitor(request).acting("incidents.undo_measure")
    try:
        undo_measure(row.pk, by=by, at=received_at(), reason=form.cleaned_data["reason"])
    except ActionRefused as refused:
        return page(request, row.incident, refused=refused.sentence)
    messages.success(request, _("It is undone."))
    return redirect("incident", id=row.incident_id)
