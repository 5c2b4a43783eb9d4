"""The calendar's map and terms: whom words concern, on which clock, what is told before."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.calendar.actions.set_map import ACTION as SET_MAP
from propdesk.crm.calendar.actions.set_map import add_map_entry, end_map_entry
from propdesk.crm.calendar.actions.set_terms import ACTION as SET_TERMS
from propdesk.crm.calendar.actions.set_terms import set_terms
from propdesk.crm.calendar.known import map_in_force, terms
from propdesk.crm.calendar.models import MapEntry
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.calendar_forms import MapForm, TermsForm
from propdesk.web.calendar_symbols import firm_symbols
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422


@require_safe
@never_cache
@allowed("calendar.read")
def terms_page(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@allowed(SET_MAP)
def add(request: HttpRequest) -> HttpResponse:
    form = MapForm(request.POST)
    if not form.is_valid():
        return _page(request, map_form=form, status=UNPROCESSABLE)
    said, by = form.cleaned_data, visitor(request).acting(SET_MAP)
    try:
        add_map_entry(
            said["symbols"], currency=said["currency"], words=said["words"], by=by,
            at=received_at(),
        )  # fmt: skip
    except ActionRefused as refused:
        return _page(request, map_form=form, refused=refused.sentence, status=UNPROCESSABLE)
    unknown = [each for each in said["symbols"] if each not in firm_symbols()]
    if unknown:
        told = _("Added. The firm does not trade: %(symbols)s.")
        messages.warning(request, told % {"symbols": ", ".join(unknown)})
    else:
        messages.success(request, _("Added: releases ahead have a version with these symbols."))
    return redirect("calendar-terms")


@require_POST
@allowed(SET_MAP)
def end(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    by = visitor(request).acting(SET_MAP)
    try:
        end_map_entry(id, by=by, at=received_at())
    except MapEntry.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Ended: releases ahead have a version without these symbols."))
    return redirect("calendar-terms")


@require_POST
@allowed(SET_TERMS)
def change(request: HttpRequest) -> HttpResponse:
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _page(request, terms_form=form, status=UNPROCESSABLE)
    said, by = form.cleaned_data, visitor(request).acting(SET_TERMS)
    try:
        set_terms(
            said["zone"], said["closing_minutes"], said["ending_days"], said["dry_days"], by=by,
            at=received_at(),
        )  # fmt: skip
    except ActionRefused as refused:
        return _page(request, terms_form=form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Kept: what is planned from now on follows it."))
    return redirect("calendar-terms")


def _page(
    request: HttpRequest,
    *,
    map_form: MapForm | None = None,
    terms_form: TermsForm | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    roles, said = visitor(request).roles, terms()
    context = {
        "entries": map_in_force(),
        "terms": said,
        "map_form": map_form or MapForm(),
        "terms_form": terms_form or TermsForm.of(said),
        "may_map": permitting_role(SET_MAP, roles) is not None,
        "may_set": permitting_role(SET_TERMS, roles) is not None,
        "refused": refused,
    }
    return render(request, "web/calendar/terms.html", context, status=status)
