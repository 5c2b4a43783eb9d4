"""The work queue: what waits, how much of it and for how long, who looks at it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.accounts.actions.acknowledge import SUBJECT_LENGTH_MAX, acknowledge
from propdesk.crm.accounts.actions.close_case import close_case
from propdesk.crm.accounts.actions.deliver_again import deliver_again
from propdesk.crm.challenges.desk_queue import Waiting, desk_queue, proposals
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.people_forms import ReasonForm
from propdesk.web.received import received_at
from propdesk.web.templatetags.figures import duration
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
WORDS = {
    "case": gettext_lazy("Cases"),
    "command": gettext_lazy("Failed commands"),
    "unconfirmed": gettext_lazy("Rights nobody confirmed"),
    "unknown": gettext_lazy("Unknown verdicts, feed gaps"),
    "gate": gettext_lazy("Waiting at a gate"),
    "due_work": gettext_lazy("Due work that failed"),
}


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
    sorts = desk_queue(now)
    names = _names(sorts, who.roles)

    def age(since: Any) -> str:
        return duration(max(0, int((now - since).total_seconds())))

    context = {
        "sorts": [
            {
                "kind": each.kind,
                "word": WORDS[each.kind],
                "count": each.count,
                "oldest": age(each.oldest) if each.oldest else "",
                "entries": [
                    {
                        "entry": entry,
                        "age": age(entry.since),
                        "by": names.get(entry.acknowledged.by) if entry.acknowledged else None,
                    }
                    for entry in each.entries
                ],
            }
            for each in sorts
        ],
        "waits": any(each.count for each in sorts),
        "proposals": proposals(now).count(),
        "refused": refused,
        "may": {
            name: permitting_role(f"accounts.{name}", who.roles) is not None
            for name in ("acknowledge", "close_case", "deliver_again")
        },
    }
    return render(request, "web/desk/queue.html", context, status=status)


def _names(sorts: Any, roles: frozenset[str]) -> dict[UUID, str]:
    waiting: list[Waiting] = list(sorts)
    ids = {
        entry.acknowledged.by for each in waiting for entry in each.entries if entry.acknowledged
    }
    people = Person.objects.filter(pk__in=ids).values_list("id", "display_name")
    return {found: shown(Field.NAME, name, roles) or str(found) for found, name in people}
