"""The live pages: the board, one account, and the say of who may follow their changes."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.domain.instants import micros_of
from propdesk.ports.live_accounts import EngineAway
from propdesk.web.access import allowed
from propdesk.web.drawing import drawing
from propdesk.web.live import source
from propdesk.web.live.account_picture import account_picture, points_of, series_of
from propdesk.web.live.age import age_of
from propdesk.web.live.board_picture import board_picture
from propdesk.web.live.picture import Picture
from propdesk.web.live.remembered import Remembered
from propdesk.web.live.topic import NAME_LENGTH_MAX, ROWS, Topic
from propdesk.web.live.words import as_of
from propdesk.web.received import received_at
from propdesk.wire.live_state import Curve

LINES = ("overall_floor", "daily_floor", "equity_high", "equity_low")
_remembered = Remembered()


@require_safe
@never_cache
@allowed("live.read", unowned=True)
def board(request: HttpRequest) -> HttpResponse:
    topic = Topic.of({name: request.GET.get(name, "") for name in ("q", "after")})
    following, away = None, None
    try:
        found = source.accounts().board(limit=ROWS, after=topic.after, search=topic.search)
    except EngineAway as gone:
        away = str(gone)
        picture = _remembered.of(topic)
    else:
        picture = board_picture(found)
        following = found.next
        _remembered.keep(topic, picture)
    context = {"topic": topic, "following": following, **_shown(picture, away)}
    return render(request, "web/live/board.html", context)


@require_safe
@never_cache
@allowed("live.read", unowned=True)
def account(request: HttpRequest, name: str) -> HttpResponse:
    topic = Topic(name[:NAME_LENGTH_MAX])
    curve, away = None, None
    try:
        found = source.accounts().account(name)
        if found is None:
            raise Http404
        curve = source.accounts().curve(name)
    except EngineAway as gone:
        away = str(gone)
        picture = _remembered.of(topic)
    else:
        picture = account_picture(found)
        _remembered.keep(topic, picture)
    context = {"topic": topic, "name": name, **_curve(curve), **_shown(picture, away)}
    return render(request, "web/live/account.html", context)


@require_safe
@never_cache
@allowed("live.read", unowned=True)
def events(request: HttpRequest) -> HttpResponse:
    """Who gets this answer may follow the topic; the stream itself is not Django's to serve."""
    topic = Topic.of(request.GET.dict())
    says = _("A stream of changes: it needs the web server that comes with Propdesk.")
    headers = {"X-Live-Topic": topic.query or "board"}
    return HttpResponse(says, content_type="text/plain; charset=utf-8", headers=headers)


def _curve(curve: Curve | None) -> dict[str, Any]:
    return {
        "drawing": drawing(series_of(curve), (), names=LINES),
        "points": points_of(curve),
        "kept_since": as_of(curve.since) if curve is not None and curve.since else None,
    }


def _shown(picture: Picture | None, away: str | None) -> dict[str, Any]:
    """What every live page says of its figures."""
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
