"""The funnel: what was bought in a period, and how far it has come."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.overview.funnel import Funnel, Step, funnels
from propdesk.web.access import allowed
from propdesk.web.overview_tabs import period_of, tabs_of
from propdesk.web.received import received_at
from propdesk.web.remembered_for import remembered_for

SLUG_LENGTH_MAX = 60
BAR = 100
KEPT_S = 15


@require_safe
@never_cache
@allowed("overview.read_funnel")
def funnel(request: HttpRequest) -> HttpResponse:
    at = received_at()
    asked = period_of(request, at)
    slug = request.GET.get("programme", "").strip()[:SLUG_LENGTH_MAX]
    kept = remembered_for(
        KEPT_S, "funnel", f"{asked.period}/{slug}", at, lambda: funnels(asked.period, slug)
    )
    found = kept.found
    context = {
        "tabs": tabs_of(request),
        "asked": asked,
        "as_of": kept.at,
        "slug": slug,
        "registered": found.registered,
        "programmes": [_shown(each) for each in found.programmes],
    }
    return render(request, "web/overview/funnel.html", context)


def _shown(one: Funnel) -> dict[str, Any]:
    return {
        "funnel": one,
        "rows": [_row(one, place, step) for place, step in enumerate(one.steps)],
        "bought_bar": _width(one.bought, one.ordered),
        "bought_percent": _percent(one.bought, one.ordered),
    }


def _row(one: Funnel, place: int, step: Step) -> dict[str, Any]:
    return {
        "step": step,
        "waiting": one.waiting_behind(place),
        "bar": _width(step.reached, one.bought),
        "percent": _percent(step.reached, one.bought),
    }


def _width(part: int, whole: int) -> int:
    return round(BAR * part / whole) if whole else 0


def _percent(part: int, whole: int) -> str:
    """Rounded half to even, with one decimal."""
    return f"{100 * part / whole:.1f} %" if whole else "–"
