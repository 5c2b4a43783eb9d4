"""A trader's own accounts: the overview, one account, its changes, what happened, its breach."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.accounts.models import AccountVerdict, Blocked, TradingAccount
from propdesk.crm.accounts.time_line import time_line
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.own_limits.models import limit_in_force, limit_to_come
from propdesk.domain.instants import format_instant, micros_of
from propdesk.ports.live_accounts import EngineAway
from propdesk.web.access import signed_in
from propdesk.web.drawing import drawing
from propdesk.web.live import source
from propdesk.web.live.account_picture import account_picture, points_of, series_of
from propdesk.web.live.age import age_of
from propdesk.web.live.picture import Picture
from propdesk.web.live.remembered import Remembered
from propdesk.web.live.topic import Topic
from propdesk.web.live.words import as_of
from propdesk.web.portal_accounts import blocking_words, overview_of, own_account, person_of
from propdesk.web.portal_figures import figures_of, minutes_around
from propdesk.web.portal_incidents import told_of
from propdesk.web.portal_platforms import trades_here
from propdesk.web.portal_words import in_money, line_of
from propdesk.web.received import received_at
from propdesk.wire.live_state import Curve

LINES = ("overall_floor", "daily_floor", "equity_high", "equity_low")
ENDS = ("fail", "fail_but_payable")
TELLING = ("account", "history", "breach")
"""The pages that tell of incidents."""
_remembered = Remembered()


@require_safe
@never_cache
@signed_in
def accounts(request: HttpRequest) -> HttpResponse:
    found = overview_of(person_of(request), source.accounts())
    rows = [(each, blocking_words(each.account)) for each in found.accounts]
    return render(request, "web/portal/accounts.html", {"overview": found, "rows": rows})


@require_safe
@never_cache
@signed_in
def account(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = own_account(request, id)
    topic = Topic(row.engine_account)
    curve, figures, away = None, None, None
    try:
        found = source.accounts().account(row.engine_account)
        if found is not None:
            curve = source.accounts().curve(row.engine_account)
            figures = figures_of(source.accounts(), row.engine_account)
    except EngineAway as gone:
        away = str(gone)
        picture = _remembered.of(topic)
    else:
        picture = None if found is None else account_picture(found)
        if picture is not None:
            _remembered.keep(topic, picture)
    context = {
        **account_context(row, "account"),
        **_curve(curve),
        **_shown(picture, away),
        "figures": figures,
        "kept": {"zone": figures.zone if figures else "UTC"},
        "own_limit": limit_in_force(row, received_at()),
        "limit_to_come": limit_to_come(row, received_at()),
        "phase": phase_of(row),
    }
    return render(request, "web/portal/account.html", context)


@require_safe
@never_cache
@signed_in
def events(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Whoever gets this answer may follow the account; the stream is not Django's to serve."""
    topic = Topic(own_account(request, id).engine_account)
    says = _("A stream of changes: it needs the web server that comes with Propdesk.")
    headers = {"X-Live-Topic": topic.query}
    return HttpResponse(says, content_type="text/plain; charset=utf-8", headers=headers)


@require_safe
@never_cache
@signed_in
def history(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = own_account(request, id)
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 18 else None
    page = time_line(row.pk, before)
    context = {
        **account_context(row, "history"),
        "lines": [line_of(each, row.currency) for each in page.lines],
        "older": page.before,
        "is_first": before is None,
    }
    return render(request, "web/portal/history.html", context)


@require_safe
@never_cache
@signed_in
def breach(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    row = own_account(request, id)
    verdict = breaking_verdict(row)
    if verdict is None:
        raise Http404
    figures, series = None, []
    try:
        figures = figures_of(source.accounts(), row.engine_account)
        series = series_of(source.accounts().curve(row.engine_account))
    except EngineAway:
        series = []
    at = format_instant(micros_of(verdict.at))
    context = {
        **account_context(row, "breach"),
        "verdict": verdict,
        "observed": in_money(verdict.observed, row.currency),
        "limit": in_money(verdict.limit, row.currency),
        "evidence": [
            (name, in_money(value, row.currency)) for name, value in verdict.evidence.items()
        ],
        "at": at,
        "minutes": minutes_around(series, at, verdict.observed),
        "strip": figures.result["strip"] if figures is not None else None,
        "zone": figures.zone if figures is not None else "UTC",
        "corrected": row.events.filter(kind="correction").exists(),
    }
    return render(request, "web/portal/breach.html", context)


def breaking_verdict(row: TradingAccount) -> AccountVerdict | None:
    """The newest verdict that ended the account."""
    return row.verdicts.filter(outcome__in=ENDS).order_by("-at", "-offset").first()


def account_context(row: TradingAccount, tab: str) -> dict[str, Any]:
    """What every page about one account shows above itself."""
    return {
        "account": row,
        "tab": tab,
        "blocked": blocking_words(row),
        "trades_here": trades_here(row.server),
        "has_breach": row.blocked_by != Blocked.CASE and breaking_verdict(row) is not None,
        "incidents": told_of(row) if tab in TELLING else (),
    }


def phase_of(row: TradingAccount) -> EnrolmentPhase | None:
    """The phase an account is opened for; None where it belongs to no enrolment."""
    found = EnrolmentPhase.objects.filter(account=row)
    return found.select_related("enrolment__version__programme", "version").first()


def _curve(curve: Curve | None) -> dict[str, Any]:
    return {
        "drawing": drawing(series_of(curve), (), names=LINES),
        "points": points_of(curve),
    }


def _shown(picture: Picture | None, away: str | None) -> dict[str, Any]:
    if picture is None:
        return {"picture": None, "away": away}
    now = micros_of(received_at())
    age = age_of(picture.at, now, now)
    return {
        "picture": picture,
        "cells": picture.cells,
        "parts": {name: part.drawn(picture.cells) for name, part in picture.parts.items()},
        "away": away,
        "asof": as_of(picture.at),
        "age_ms": age.micros // 1_000,
        "recorded": age.recorded,
    }
