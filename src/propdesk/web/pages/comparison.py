"""The page that shows one history under several programmes, and asks for more of them."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from propdesk.crm.judgements.models import Judgement
from propdesk.web.access import tool
from propdesk.web.comparison import PROGRAMMES_MAX, column_of, compare, compared, first_of
from propdesk.web.judging import Refused
from propdesk.web.judging_queue import TakesLonger, TooBusy
from propdesk.web.pages.errors import too_busy
from propdesk.web.rulebook_library import phase_choices


@require_http_methods(["GET", "HEAD", "POST"])
@tool
def comparison(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    found = get_object_or_404(Judgement.objects.select_related("compared_with"), pk=id)
    first = first_of(found)
    if request.method != "POST":
        return _page(request, first)
    terms = list(dict.fromkeys(request.POST.getlist("terms")))
    known = {value for _, phases in phase_choices() for value, _ in phases}
    if not 0 < len(terms) <= PROGRAMMES_MAX or not known.issuperset(terms):
        wrong = _("Choose from one to %(most)s programmes.") % {"most": PROGRAMMES_MAX}
        return _page(request, first, refusal=[wrong], chosen=terms, status=400)
    try:
        return redirect(compare(first, terms))
    except Refused as refused:
        return _page(request, first, refusal=str(refused).split("\n"), chosen=terms, status=422)
    except TakesLonger as longer:
        return redirect("judging", id=longer.judging)
    except TooBusy:
        return too_busy(request)


def _page(
    request: HttpRequest,
    first: Judgement,
    *,
    refusal: list[str] | None = None,
    chosen: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    beside = compared(first, _wanted(request))
    shown = [f"{each.rulebook}/{each.phase}" for each in beside]
    context = {
        "kept": first,
        "columns": [column_of(each) for each in (first, *beside)],
        "choices": [
            (title, [(value, value.split("/", 1)[1]) for value, _label in phases])
            for title, phases in phase_choices()
        ],
        "chosen": shown if chosen is None else chosen,
        "most": PROGRAMMES_MAX,
        "refusal": refusal or [],
    }
    return render(request, "web/compare.html", context, status=status)


def _wanted(request: HttpRequest) -> list[UUID]:
    """The judgements the address names; what is no name of one names none."""
    found = []
    for text in request.GET.getlist("with")[:PROGRAMMES_MAX]:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
