"""The desk's inbox: tickets by whose turn it is, with what they are about, and answering them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import PERMITTED, permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.actions.answer_ticket import answer_ticket
from propdesk.crm.support.actions.assign_ticket import assign_ticket
from propdesk.crm.support.actions.keep_canned_answer import keep_canned_answer
from propdesk.crm.support.actions.note_ticket import note_ticket
from propdesk.crm.support.models import (
    CannedAnswer,
    Category,
    Dispute,
    Ticket,
    TicketState,
)
from propdesk.crm.support.writing import StoredFile
from propdesk.web.access import allowed
from propdesk.web.received import received_at
from propdesk.web.support_files import forget, stored
from propdesk.web.support_forms import AnswerForm, CannedForm
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
ROWS = 50
TEXT_LENGTH_MAX = 100


@require_safe
@never_cache
@allowed("support.read")
def tickets(request: HttpRequest) -> HttpResponse:
    """What waits for the firm, the longest waiting first, unless something else is asked for."""
    wanted = {
        name: request.GET.get(name, default)[:TEXT_LENGTH_MAX]
        for name, default in (("q", ""), ("state", "open"), ("category", ""), ("whose", ""))
    }
    found = list(_listed(wanted, request)[: ROWS + 1])
    context = {
        "tickets": found[:ROWS],
        "is_cut": len(found) > ROWS,
        "wanted": wanted,
        "states": TicketState.choices,
        "categories": Category.choices,
        "now": received_at(),
    }
    return render(request, "web/support/inbox.html", context)


def _listed(wanted: dict[str, str], request: HttpRequest) -> QuerySet[Ticket]:
    rows = Ticket.objects.select_related("account").order_by("waits_since", "id")
    if wanted["state"] in TicketState.values:
        rows = rows.filter(state=wanted["state"])
    if wanted["category"] in Category.values:
        rows = rows.filter(category=wanted["category"])
    if wanted["whose"] == "mine":
        rows = rows.filter(assigned_to=visitor(request).acting("support.read").person)
    elif wanted["whose"] == "nobodys":
        rows = rows.filter(assigned_to=None)
    if text := wanted["q"].strip():
        rows = rows.filter(
            Q(reference__iexact=text) | Q(subject__icontains=text) | Q(account__login=text)
        )
    return rows


@require_safe
@never_cache
@allowed("support.read")
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    return _page(request, _found(reference))


@require_POST
@allowed("support.answer_ticket")
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    row, form = _found(reference), AnswerForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, row, answer=form, status=UNPROCESSABLE)
    by, said = visitor(request).acting("support.answer_ticket"), form.cleaned_data
    files: tuple[StoredFile, ...] = ()
    try:
        files = stored(request.FILES.getlist("attachments"))
        answer_ticket(row.pk, said["body"], files, by=by, at=received_at(), solves=said["solves"])
    except ActionRefused as refused:
        forget(files)
        return _page(request, row, answer=form, refused=refused.sentence, status=UNPROCESSABLE)
    return _done(request, row)


@require_POST
@allowed("support.note_ticket")
def note(request: HttpRequest, reference: str) -> HttpResponse:
    row, body = _found(reference), request.POST.get("body", "")
    by = visitor(request).acting("support.note_ticket")
    return _acted(request, row, lambda: note_ticket(row.pk, body, by=by, at=received_at()))


@require_POST
@allowed("support.assign_ticket")
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    row, chosen = _found(reference), request.POST.get("to", "")
    try:
        to = UUID(chosen) if chosen else None
    except ValueError:
        return _page(request, row, refused=_("Choose who sees to it."), status=UNPROCESSABLE)
    by = visitor(request).acting("support.assign_ticket")
    return _acted(request, row, lambda: assign_ticket(row.pk, to, by=by, at=received_at()))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@allowed("support.keep_canned_answer")
def canned_answers(request: HttpRequest) -> HttpResponse:
    form, status, refused = CannedForm(), 200, ""
    if request.method == "POST":
        form, status = CannedForm(request.POST), UNPROCESSABLE
        if form.is_valid():
            by, said = visitor(request).acting("support.keep_canned_answer"), form.cleaned_data
            try:
                keep_canned_answer(said["title"], said["body"], by=by, at=received_at())
            except ActionRefused as why:
                refused = why.sentence
            else:
                messages.success(request, _("Done, and recorded."))
                return redirect("canned-answers")
    context = {"answers": _kept(), "form": form, "refused": refused}
    return render(request, "web/support/canned.html", context, status=status)


def _kept() -> QuerySet[CannedAnswer]:
    return CannedAnswer.objects.filter(retired_at=None).order_by("title")


def _acted(request: HttpRequest, row: Ticket, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except ActionRefused as refused:
        return _page(request, row, refused=refused.sentence, status=UNPROCESSABLE)
    return _done(request, row)


def _done(request: HttpRequest, row: Ticket) -> HttpResponse:
    messages.success(request, _("Done, and recorded."))
    return redirect("staff-ticket", reference=row.reference)


def _found(reference: str) -> Ticket:
    rows = Ticket.objects.select_related("account", "verdict", "person")
    found = rows.filter(reference=reference).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, row: Ticket, *, answer: AnswerForm | None = None, refused: str = "",
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    who = visitor(request)
    kept = {str(each.pk): each for each in _kept()}
    taken = kept.get(request.GET.get("take", ""))
    context: dict[str, Any] = {
        "ticket": row,
        "said": row.messages.prefetch_related("attachments").order_by("id"),
        "changes": row.changes.order_by("id"),
        "dispute": Dispute.objects.filter(ticket=row).defer("evidence").first(),
        "answer_form": answer or AnswerForm(initial={"body": "" if taken is None else taken.body}),
        "kept": kept.values(),
        "answerers": _answerers(),
        "may_answer": permitting_role("support.answer_ticket", who.roles) is not None,
        "refused": refused,
    }
    return render(request, "web/support/desk_ticket.html", context, status=status)


def _answerers() -> QuerySet[Person]:
    able = PERMITTED["support.answer_ticket"]
    held = Person.objects.filter(grants__role__in=able, grants__revoked_at__isnull=True)
    return held.distinct().order_by("display_name")[:ROWS]
