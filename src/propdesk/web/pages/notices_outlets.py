"""Where staff have notices sent, and how the firm tells: channels, test events, the bot."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.notices.actions.send_test_event import send_test_event
from propdesk.crm.notices.actions.set_outlet import (
    NewOutlet,
    create_outlet,
    renew_secret,
    switch_outlet,
)
from propdesk.crm.notices.actions.set_terms import NewTerms, set_terms
from propdesk.crm.notices.models import NoticeTerms, Outlet
from propdesk.crm.notices.terms import terms
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.notices_forms import NAMES_OF_EVENTS, OutletForm, TermsForm
from propdesk.web.pages.notices_own import check_address
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422


@require_safe
@never_cache
@allowed("notices.read")
def outlets(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@never_cache
@allowed("notices.set_outlet")
def create(request: HttpRequest) -> HttpResponse:
    form = OutletForm(request.POST)
    if not form.is_valid():
        return _page(request, form=form, status=UNPROCESSABLE)
    said = form.cleaned_data
    new = NewOutlet(
        name=said["name"], channel=said["channel"], address=said["address"], kinds=said["kinds"]
    )
    by = visitor(request).acting("notices.set_outlet")
    try:
        made = create_outlet(new, check_address, by=by, at=received_at())
    except ActionRefused as refused:
        return _page(request, form=form, refused=refused.sentence, status=UNPROCESSABLE)
    # Shown in this answer alone: nothing keeps it where a later page could show it.
    return _page(request, made=made.outlet, secret=made.secret)


@require_POST
@allowed("notices.set_outlet")
def switch(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    by = visitor(request).acting("notices.set_outlet")
    is_on = request.POST.get("on") == "yes"
    return _done(request, lambda: switch_outlet(id, is_on, by=by, at=received_at()))


@require_POST
@never_cache
@allowed("notices.set_outlet")
def secret(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    by = visitor(request).acting("notices.set_outlet")
    try:
        made = renew_secret(id, by=by, at=received_at())
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    return _page(request, made=made.outlet, secret=made.secret)


@require_POST
@allowed("notices.send_test_event")
def test_event(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    by = visitor(request).acting("notices.send_test_event")
    return _done(request, lambda: send_test_event(id, by=by, at=received_at()))


@require_POST
@allowed("notices.set_terms")
def change_terms(request: HttpRequest) -> HttpResponse:
    form = TermsForm(request.POST)
    if not form.is_valid():
        return _page(request, terms_form=form, status=UNPROCESSABLE)
    new, by = NewTerms(**form.cleaned_data), visitor(request).acting("notices.set_terms")
    return _done(request, lambda: set_terms(new, by=by, at=received_at()))


def _done(request: HttpRequest, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("outlets")


def _page(
    request: HttpRequest,
    *,
    form: OutletForm | None = None,
    terms_form: TermsForm | None = None,
    made: Outlet | None = None,
    secret: str = "",
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    counted = Outlet.objects.annotate(
        sent=Count("deliveries", filter=Q(deliveries__state="sent")),
        failed=Count("deliveries", filter=Q(deliveries__state__in=["failed", "uncertain"])),
    )
    row = NoticeTerms.objects.filter(id=1).first() or NoticeTerms()
    context = {
        "rows": list(counted.order_by("name", "id")),
        "form": form or OutletForm(),
        "terms_form": terms_form
        or TermsForm(initial={"escalate_minutes": row.escalate_minutes, "site": row.site}),
        "terms": terms(),
        "events": NAMES_OF_EVENTS,
        "may": permitting_role("notices.set_outlet", visitor(request).roles) is not None,
        "made": made,
        "secret": secret,
        "refused": refused,
    }
    return render(request, "web/notices/outlets.html", context, status=status)
