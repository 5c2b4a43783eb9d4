"""The first page: upload a history, or take a sample, and get it judged."""

from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from propdesk.crm.judgements.actions.keep_judgement import (
    Finished,
    NotKeepable,
    keep_judgement,
    sha256_of,
)
from propdesk.crm.judgements.models import Judgement
from propdesk.web import samples
from propdesk.web.forms import JudgeForm
from propdesk.web.judging import Refused, Request, judge
from propdesk.web.received import received_at
from propdesk.web.uploads import on_disk


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
    asked = form.cleaned_data
    rulebook, phase = asked["terms"].split("/", 1)
    with on_disk([asked["statement"], *asked["quotes"]]) as (statement, *quotes):
        try:
            kept = _judged_and_kept(
                Request(
                    history=statement,
                    rulebook=rulebook,
                    phase=phase,
                    size=asked["size"],
                    quotes=tuple(quotes),
                    source_zone=asked["source_zone"],
                )
            )
        except Refused as refused:
            return _page(request, form, refusal=str(refused), status=422)
    return redirect("judgement", id=kept.id)


@require_POST
def judge_sample(request: HttpRequest, name: str) -> HttpResponse:
    sample = samples.find(name)
    if sample is None:
        raise Http404
    kept = _judged_and_kept(sample.request(with_quotes="without_quotes" not in request.POST))
    return redirect("judgement", id=kept.id)


def _judged_and_kept(asked: Request) -> Judgement:
    judged = judge(asked)
    finished = Finished(
        file_name=asked.history.name,
        file_sha256=sha256_of(asked.history),
        zone=judged.zone,
        notes=judged.notes,
        result=judged.result,
        around=judged.around,
        evidence=judged.evidence,
    )
    try:
        return keep_judgement(finished, received_at())
    except NotKeepable as refused:
        raise Refused(f"{Path(asked.history).name}: {refused}") from refused


def _page(
    request: HttpRequest, form: JudgeForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "samples": samples.samples(),
        "refusal": refusal.encode("utf-8", "replace").decode(),
        "title": _("This history cannot be judged") if refusal else "",
    }
    return render(request, "web/home.html", context, status=status)
