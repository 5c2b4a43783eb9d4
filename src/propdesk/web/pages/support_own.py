"""A trader's own tickets: asking, reading what was answered, replying."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.actions.open_ticket import Question, open_ticket
from propdesk.crm.support.actions.reply import reply
from propdesk.crm.support.models import Attachment, Category, Dispute, Ticket
from propdesk.crm.support.writing import StoredFile
from propdesk.crm.uuid7 import uuid7
from propdesk.web.access import signed_in
from propdesk.web.pages.people_own import myself
from propdesk.web.received import received_at
from propdesk.web.support_files import forget, place_of, stored
from propdesk.web.support_forms import ReplyForm, TicketForm
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
SHOWN_MAX = 200


@require_safe
@never_cache
@signed_in
def tickets(request: HttpRequest) -> HttpResponse:
    own = Ticket.objects.filter(person=myself(request)).order_by("-opened_at", "-id")
    return render(request, "web/support/own.html", {"tickets": own[:SHOWN_MAX]})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def ticket_new(request: HttpRequest) -> HttpResponse:
    person = myself(request).id
    if request.method != "POST":
        initial = {"key": uuid7(received_at()), "account": request.GET.get("account", "")}
        return _ask(request, TicketForm(initial=initial, person=person))
    form = TicketForm(request.POST, request.FILES, person=person)
    if not form.is_valid():
        return _ask(request, form, status=UNPROCESSABLE)
    said, by = form.cleaned_data, visitor(request).acting("support.open_ticket")
    files: tuple[StoredFile, ...] = ()
    try:
        files = stored(request.FILES.getlist("attachments"))
        question = Question(
            key=str(said["key"]), category=Category(said["category"]), subject=said["subject"],
            body=said["body"], account=said["account"], files=files,
        )  # fmt: skip
        made = open_ticket(question, person=person, by=by, at=received_at())
    except ActionRefused as refused:
        forget(files)
        return _ask(request, form, refused=refused.sentence, status=UNPROCESSABLE)
    if not Attachment.objects.filter(pk__in=[each.id for each in files]).exists():
        forget(files)  # the same form was sent before
    return redirect("ticket", reference=made.reference)


def _ask(
    request: HttpRequest, form: TicketForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "refused": refused}
    return render(request, "web/support/new.html", context, status=status)


@require_safe
@never_cache
@signed_in
def ticket(request: HttpRequest, reference: str) -> HttpResponse:
    return _page(request, _own(request, reference), ReplyForm())


@require_POST
@signed_in
def ticket_reply(request: HttpRequest, reference: str) -> HttpResponse:
    own = _own(request, reference)
    form = ReplyForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, own, form, status=UNPROCESSABLE)
    by = visitor(request).acting("support.reply")
    files: tuple[StoredFile, ...] = ()
    try:
        files = stored(request.FILES.getlist("attachments"))
        reply(own.pk, form.cleaned_data["body"], files, by=by, at=received_at())
    except ActionRefused as refused:
        forget(files)
        return _page(request, own, form, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Sent."))
    return redirect("ticket", reference=reference)


@require_safe
@never_cache
@signed_in
def attachment(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """A file of one's own ticket, or of any for staff: as a download and nothing else."""
    who = visitor(request)
    found = Attachment.objects.filter(pk=id).select_related("message__ticket").first()
    if found is None:
        raise Http404
    is_own = who.person is not None and found.message.ticket.person_id == who.person.id
    is_shown = is_own and not found.message.is_note
    place = place_of(found.pk)
    if not (is_shown or permitting_role("support.read", who.roles)) or not place.is_file():
        raise Http404
    disposition = content_disposition_header(as_attachment=True, filename=found.name)
    return HttpResponse(
        place.read_bytes(),
        content_type=found.media,
        headers={"Content-Disposition": disposition or "attachment"},
    )


def _own(request: HttpRequest, reference: str) -> Ticket:
    rows = Ticket.objects.select_related("account", "verdict")
    found = rows.filter(reference=reference, person=myself(request)).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, own: Ticket, form: ReplyForm, *, refused: str = "", status: int = 200
) -> HttpResponse:
    said = own.messages.filter(is_note=False).prefetch_related("attachments").order_by("id")
    dispute = Dispute.objects.filter(ticket=own).defer("evidence").select_related("approval")
    context = {
        "ticket": own,
        "said": said,
        "dispute": dispute.first(),
        "form": form,
        "refused": refused,
    }
    return render(request, "web/support/ticket.html", context, status=status)
