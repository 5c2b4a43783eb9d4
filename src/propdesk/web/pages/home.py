"""The first page: upload a history, or take a sample, and get it judged."""

from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.web import samples
from propdesk.web.access import tool
from propdesk.web.asking import sample_asked, upload_asked
from propdesk.web.forms import FILE_FIELDS, JudgeForm
from propdesk.web.judging import Refused
from propdesk.web.judging_queue import TakesLonger, TooBusy, Work
from propdesk.web.kept_uploads import Kept, look, take
from propdesk.web.pages.errors import too_busy
from propdesk.web.received import received_at
from propdesk.web.sent_from import remember, sent_from_here
from propdesk.web.uploads import Held, held


@require_safe
@tool
def home(request: HttpRequest) -> HttpResponse:
    kept = _kept(request, request.GET.get("kept", ""))
    if kept is None:
        return _page(request, JudgeForm())
    return _page(request, JudgeForm(initial=dict(kept.terms), accounts=kept.accounts), kept=kept)


@require_http_methods(["GET", "HEAD", "POST"])
@tool
def judge_upload(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":  # a refused upload, opened again from the address bar
        return redirect("home")
    named = "" if "statement" in request.FILES else request.POST.get("kept", "")
    kept = _kept(request, named)
    accounts = () if kept is None else kept.accounts
    form = JudgeForm(
        request.POST, request.FILES, files_are_here=kept is not None, accounts=accounts
    )
    valid = form.is_valid()
    if named and (kept is None or (valid and not take(kept))):
        form.add_error("statement", _("The files kept for you have gone. Choose them again."))
        return _page(request, form, status=400)
    if not valid:
        return _page(request, form, kept=kept, status=400)
    return _judged(request, form, _files(form, kept), accounts)


def _judged(
    request: HttpRequest, form: JudgeForm, files: Held, accounts: tuple[str, ...]
) -> HttpResponse:
    """Where the judging of a valid form leads."""
    try:
        return redirect(Work(upload_asked(form, files, accounts)).run())
    except Refused as refused:
        kept = look(files.id, received_at())
        if kept is not None:
            form = JudgeForm(initial=dict(kept.terms), accounts=kept.accounts)
        return remember(_page(request, form, refused=refused, kept=kept, status=422), files)
    except TakesLonger as longer:
        return remember(redirect("judging", id=longer.judging), files)
    except TooBusy:
        return too_busy(request)


def _files(form: JudgeForm, kept: Kept | None) -> Held:
    """What the form brought, beside what an earlier sending did."""
    given = {name: files_of(form.cleaned_data[name]) for name in FILE_FIELDS}
    if kept is None:
        return held(given)
    kept.files.take(given)
    return kept.files


def _kept(request: HttpRequest, named: str) -> Kept | None:
    """What is kept under that name for this browser."""
    try:
        upload = UUID(named)
    except ValueError:
        return None
    return look(upload, received_at()) if sent_from_here(request, upload) else None


def files_of(given: UploadedFile | list[UploadedFile] | None) -> list[UploadedFile]:
    """One file, several or none, as a list."""
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


@require_POST
@tool
def judge_sample(request: HttpRequest, name: str) -> HttpResponse:
    sample = samples.find(name)
    if sample is None:
        raise Http404
    asked = sample_asked(sample, with_quotes="without_quotes" not in request.POST)
    try:
        return redirect(Work(asked).run())
    except TakesLonger as longer:
        return redirect("judging", id=longer.judging)
    except TooBusy:
        return too_busy(request)


def _page(
    request: HttpRequest,
    form: JudgeForm,
    *,
    refused: Refused | None = None,
    kept: Kept | None = None,
    status: int = 200,
) -> HttpResponse:
    lines = [] if refused is None else str(refused).encode("utf-8", "replace").decode().split("\n")
    asks = refused is None or bool(refused.accounts)
    context = {
        "form": form,
        "samples": samples.samples(),
        "refusal": lines,
        "choosing": kept is not None and asks and not form.errors,
        "kept": kept,
        "title": _("This history cannot be judged") if refused else "",
    }
    return render(request, "web/home.html", context, status=status)
