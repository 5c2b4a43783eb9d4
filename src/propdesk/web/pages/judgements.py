"""A judged history: its page, its days, its trades and its evidence file."""

import gzip
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from propdesk.crm.judgements.models import Judgement
from propdesk.web.access import tool
from propdesk.web.result_page import RANGES, day_page, page_of
from propdesk.web.rulebook_library import find
from propdesk.web.trade_list import Filter, Order, as_csv, page_of_trades


@require_safe
@tool
def judgement(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the address's word)
    kept = _kept(id)
    span = request.GET.get("range", "all")
    page = page_of(kept.result, kept.zone, span if span in RANGES else "all")
    return _rendered(request, "web/judgement.html", kept, page=page)


@require_safe
@tool
def day(request: HttpRequest, id: UUID, day: str) -> HttpResponse:  # noqa: A002
    kept = _kept(id)
    page = day_page(kept.result, kept.zone, day)
    if page is None:
        raise Http404
    return _rendered(request, "web/day.html", kept, page=page)


@require_safe
@tool
def trades(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    kept = _kept(id)
    before = request.GET.get("before", "")
    number = int(before) if before.isascii() and before.isdecimal() and len(before) < 10 else None
    page = page_of_trades(kept.result, Filter.of(request.GET), number, _order(request))
    return _rendered(request, "web/trades.html", kept, page=page)


@require_safe
@tool
def trades_csv(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    kept = _kept(id)
    listed = as_csv(kept.result, Filter.of(request.GET), _order(request))
    return _download(listed.encode(), "text/csv; charset=utf-8", f"trades-{kept.pk}.csv")


@require_safe
@tool
def evidence(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """The evidence file as it was made; it verifies anywhere."""
    del request
    kept = get_object_or_404(Judgement.objects.only("evidence_gz"), pk=id)
    content = gzip.decompress(kept.evidence_gz)
    return _download(content, "application/json", f"evidence-{kept.pk}.json")


def _order(request: HttpRequest) -> Order:
    return Order.of(request.GET.get("sort", ""))


def _kept(id: UUID) -> Judgement:  # noqa: A002
    return get_object_or_404(Judgement.objects.defer("evidence_gz"), pk=id)


def _rendered(
    request: HttpRequest, template: str, kept: Judgement, **context: object
) -> HttpResponse:
    known = find(kept.rulebook)
    on_shelf = known is not None and known.sha256 == kept.result["rulebook"]["sha256"]
    return render(request, template, {"kept": kept, "on_shelf": on_shelf, **context})


def _download(content: bytes, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
