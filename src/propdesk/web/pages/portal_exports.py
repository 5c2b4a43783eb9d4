"""A trader's own account as files: its trades, its days, the evidence of its breach."""

import json
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.domain.instants import format_instant, micros_of
from propdesk.web.access import signed_in
from propdesk.web.live import source
from propdesk.web.pages.portal import account_context, breaking_verdict, phase_of
from propdesk.web.portal_accounts import own_account
from propdesk.web.portal_figures import Figures, days_csv, figures_of
from propdesk.web.trade_list import Filter, as_csv


@require_safe
@never_cache
@signed_in
def trades(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    figures = _figures(request, id)
    if figures is None:
        return _away(request, id)
    return _file(as_csv(figures.result, Filter()), "text/csv; charset=utf-8", f"trades-{id}.csv")


@require_safe
@never_cache
@signed_in
def days(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    figures = _figures(request, id)
    if figures is None:
        return _away(request, id)
    return _file(days_csv(figures.result), "text/csv; charset=utf-8", f"days-{id}.csv")


@require_safe
@never_cache
@signed_in
def evidence(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """The verdict as the engine wrote it down, with what it was held against."""
    row = own_account(request, id)
    verdict = breaking_verdict(row)
    if verdict is None:
        raise Http404
    told = {
        "verdict": verdict.pk,
        "account": row.engine_account,
        "rulebook": {"name": row.rulebook, "version": row.version, "sha256": row.sha256},
        "phase": verdict.phase,
        "rule": verdict.rule,
        "outcome": verdict.outcome,
        "at": format_instant(micros_of(verdict.at)),
        "observed": verdict.observed or None,
        "limit": verdict.limit or None,
        "comparison": verdict.comparison or None,
        "basis": verdict.basis,
        "log": {"offset": verdict.offset, "tick": verdict.tick},
        "evidence": verdict.evidence,
    }
    content = json.dumps(told, indent=2, ensure_ascii=False) + "\n"
    return _file(content, "application/json", f"evidence-{id}.json")


@require_safe
@never_cache
@signed_in
def rulebook(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """The version the account is judged by, as it was published."""
    phase = phase_of(own_account(request, id))
    if phase is None:
        raise Http404
    version = phase.version or phase.enrolment.version
    return _file(version.rulebook, "application/yaml", f"rulebook-{id}.yaml")


def _figures(request: HttpRequest, id: UUID) -> Figures | None:  # noqa: A002
    return figures_of(source.accounts(), own_account(request, id).engine_account)


def _away(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    context = account_context(own_account(request, id), "account")
    return render(request, "web/portal/no_figures.html", context, status=503)


def _file(content: str, content_type: str, name: str) -> HttpResponse:
    response = HttpResponse(content.encode(), content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
