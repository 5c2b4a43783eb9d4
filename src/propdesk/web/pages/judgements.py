"""A judged history: its page and its evidence file."""

import gzip
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from propdesk.crm.judgements.models import Judgement
from propdesk.web.result_page import page_of


@require_safe
def judgement(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the address's word)
    kept = get_object_or_404(Judgement.objects.defer("evidence_gz"), pk=id)
    page = page_of(kept.result, kept.zone)
    return render(request, "web/judgement.html", {"kept": kept, "page": page})


@require_safe
def evidence(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the address's word)
    """The evidence file as it was made; it verifies anywhere."""
    del request
    kept = get_object_or_404(Judgement.objects.only("evidence_gz"), pk=id)
    response = HttpResponse(gzip.decompress(kept.evidence_gz), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="evidence-{kept.pk}.json"'
    return response
