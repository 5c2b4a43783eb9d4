"""The work queue: what waits, how much of it and for how long, who looks at it."""

from datetime import UTC
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.accounts.actions.acknowledge import SUBJECT_LENGTH_MAX, acknowledge
from propdesk.crm.accounts.actions.close_case import close_case
from propdesk.crm.accounts.actions.deliver_again import deliver_again
from propdesk.crm.challenges.desk_queue import counts, desk_queue
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.desk_queue import DRAWN, WORDS, May, age, names_of, rows_of
from propdesk.web.people_forms import ReasonForm
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422


@require_safe
@never_cache
@allowed("accounts.read")
def queue(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@allowed("accounts.acknowledge")
def seen(request: HttpRequest) -> HttpResponse:
    kind, subject = request.POST.get("kind", ""), request.POST.get("subject", "")
    by = visitor(request).acting("accounts.acknowledge")
    try:
        acknowledge(kind, subject[: SUBJECT_LENGTH_MAX + 1], by=by, at=received_at())
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    return redirect("desk-queue")


@require_POST
@allowed("accounts.close_case")
def close(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, refused=_("Say what was decided."), status=UNPROCESSABLE)
    by = visitor(request).acting("accounts.close_case")
    try:
        close_case(id, by=by, at=received_at(), decision=form.cleaned_data["reason"])
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("The case is closed."))
    return redirect("desk-queue")


@require_POST
@allowed("accounts.deliver_again")
def again(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, refused=_("Say what was mended."), status=UNPROCESSABLE)
    by = visitor(request).acting("accounts.deliver_again")
    try:
        deliver_again(id, by=by, at=received_at(), reason=form.cleaned_data["reason"])
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("It is delivered again, and what waits behind it."))
    return redirect("desk-queue")


def _page(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    who, now = visitor(request), received_at()
    waiting = counts(now)
    sorts = desk_queue(now, waiting)
    names, may, token = names_of(sorts, who.roles), May.of(who.roles), get_token(request)
    context = {
        "sorts": [
            {
                "kind": each.kind,
                "word": WORDS[each.kind],
                "count": each.count,
                "oldest": age(each.oldest, now) if each.oldest else "",
                "drawn": DRAWN.drawn(rows_of(each, names, may, token, now)),
            }
            for each in sorts
        ],
        "waits": any(each.count for each in sorts),
        "proposals": waiting.proposals,
        "refused": refused,
        "as_of": f"{now.astimezone(UTC):%H:%M:%S}",
    }
    return render(request, "web/desk/queue.html", context, status=status)
