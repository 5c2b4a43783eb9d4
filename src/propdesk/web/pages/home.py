"""The first page: upload a history, or take a sample, and get it judged."""

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.web import samples
from propdesk.web.forms import JudgeForm
from propdesk.web.judging import Refused, Request
from propdesk.web.judging_queue import TakesLonger, TooBusy
from propdesk.web.keeping import judge_and_keep
from propdesk.web.pages.errors import too_busy
from propdesk.web.uploads import held

FILE_FIELDS = (
    "statement",
    "quotes",
    "own_rulebook",
    "calendars",
    "instruments",
    "columns",
)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return _page(request, JudgeForm())


@require_http_methods(["GET", "HEAD", "POST"])
def judge_upload(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":  # a refused upload, opened again from the address bar
        return redirect("home")
    form = JudgeForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=400)
    try:
        return redirect(_judged(form))
    except Refused as refused:
        return _page(request, form, refused=refused, status=422)
    except TakesLonger as longer:
        return redirect("judging", id=longer.judging)
    except TooBusy:
        return too_busy(request)


def _judged(form: JudgeForm) -> str:
    """The address of the judgement of a valid form."""
    asked = form.cleaned_data
    files = held({name: files_of(asked[name]) for name in FILE_FIELDS})
    rulebook, phase = asked["terms"].split("/", 1)
    own, statement = files.one("own_rulebook"), files.one("statement")
    if statement is None:  # pragma: no cover - the form requires it
        raise Http404
    return judge_and_keep(
        Request(
            history=statement,
            rulebook=rulebook if own is None else own,
            phase=phase if own is None else asked["own_phase"],
            size=asked["size"],
            quotes=files.many("quotes"),
            source_zone=asked["source_zone"],
            account=asked["account"] or None,
            currency=asked["currency"],
            add_ons=asked["add_ons"],
            calendars=files.many("calendars"),
            instruments=files.one("instruments"),
            columns=files.one("columns"),
        ),
        files.release,
    )


def files_of(given: UploadedFile | list[UploadedFile] | None) -> list[UploadedFile]:
    """One file, several or none, as a list."""
    if given is None:
        return []
    return given if isinstance(given, list) else [given]


@require_POST
def judge_sample(request: HttpRequest, name: str) -> HttpResponse:
    sample = samples.find(name)
    if sample is None:
        raise Http404
    asked = sample.request(with_quotes="without_quotes" not in request.POST)
    try:
        return redirect(judge_and_keep(asked, lambda: None))
    except TakesLonger as longer:
        return redirect("judging", id=longer.judging)
    except TooBusy:
        return too_busy(request)


def _page(
    request: HttpRequest, form: JudgeForm, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    lines = [] if refused is None else str(refused).encode("utf-8", "replace").decode().split("\n")
    context = {
        "form": form,
        "samples": samples.samples(),
        "refusal": lines,
        "accounts": () if refused is None else refused.accounts,
        "title": _("This history cannot be judged") if refused else "",
    }
    return render(request, "web/home.html", context, status=status)
