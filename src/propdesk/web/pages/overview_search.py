"""The one search box of the staff: what a text finds, by kind, masked by role."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.overview.searching import SHOWN_MAX, TEXT_LENGTH_MAX, Hits, search
from propdesk.crm.people.models import Person
from propdesk.web.access import allowed
from propdesk.web.prices import shown
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor


@require_safe
@never_cache
@allowed("overview.search")
def found(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()[:TEXT_LENGTH_MAX]
    hits = search(wanted, visitor(request).roles, received_at())
    context = {"wanted": wanted, "hits": hits, "shown_max": SHOWN_MAX, **_rows(hits)}
    return render(request, "web/overview/search.html", context)


def _rows(hits: Hits) -> dict[str, Any]:
    """Accounts and orders, each with whose it is; None: a person nobody knows any more."""
    return {
        "accounts": [(each, _holder(hits, each.person)) for each in hits.accounts],
        "orders": [
            (each, _holder(hits, each.person_id), shown(each.total_minor, each.currency))
            for each in hits.orders
        ],
        "tickets": [(each, _holder(hits, each.person_id)) for each in hits.tickets],
    }


def _holder(hits: Hits, whose: UUID) -> Person | None:
    return (hits.holders or {}).get(whose)
