"""The desk's page of one account: its state now, its time line, and what may be done to it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from propdesk.crm.accounts.models import AccountVerdict
from propdesk.crm.catalog.models import ProgrammeVersion, VersionState
from propdesk.crm.catalog.versions import loaded
from propdesk.crm.challenges.phase_opening import rulebook_of
from propdesk.crm.refusal import ActionRefused
from propdesk.domain.instants import micros_of
from propdesk.ports.live_accounts import EngineAway
from propdesk.web.access import allowed
from propdesk.web.desk_account import account_of, acting, facts, offered, subject_of
from propdesk.web.desk_forms import BindingForm, GateForm, SeenForm
from propdesk.web.desk_time_line import DRAWN, lines
from propdesk.web.desk_verbs import VERBS, Subject, Verb
from propdesk.web.live import source
from propdesk.web.live.account_picture import account_picture
from propdesk.web.live.age import age_of
from propdesk.web.live.topic import Topic
from propdesk.web.live.words import as_of, status_word
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor
from propdesk.wire.rulebook_difference import differences

UNPROCESSABLE = 422
VERSIONS_SHOWN = 50
PARTS = ("limits", "goals", "positions")
"""What of the engine's picture this page has; its curve and trades are on the live page."""
NUMBER_LENGTH_MAX = 18


@require_safe
@never_cache
@allowed("accounts.read")
def account(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    found, who = account_of(id), visitor(request)
    on = subject_of(found)
    before = _number(request.GET.get("before", ""))
    told, older = lines(found, before, who.roles)
    context = {
        **facts(found, on, who.roles),
        **_live(found.engine_account),
        "status_word": status_word(found.status) if found.status else _("Being opened"),
        "verbs": offered(on, who),
        "lines": DRAWN.drawn(told),
        "older": older,
        "is_older": before is not None,
    }
    return render(request, "web/desk/account.html", context)


@require_safe
@never_cache
@allowed("accounts.read")
def evidence(request: HttpRequest, id: UUID, verdict: str) -> HttpResponse:  # noqa: A002
    """The evidence of a verdict as the engine said it."""
    del request
    kept = AccountVerdict.objects.filter(pk=verdict, account=id).first()
    if kept is None:
        raise Http404
    said = {
        name: getattr(kept, name)
        for name in (
            "id", "phase", "rule", "outcome", "observed", "limit", "comparison", "basis",
            "evidence", "offset", "tick", "replaces",
        )
    }  # fmt: skip
    answer = JsonResponse({**said, "at": kept.at.isoformat()}, json_dumps_params={"indent": 1})
    answer["Content-Disposition"] = f'attachment; filename="verdict-{kept.pk}.json"'
    return answer


def _live(name: str) -> dict[str, Any]:
    """The engine's own figures, or why there are none."""
    try:
        found = source.accounts().account(name)
    except EngineAway as gone:
        return {"picture": None, "away": str(gone)}
    if found is None:
        return {"picture": None, "away": ""}
    picture, now = account_picture(found), micros_of(received_at())
    age = age_of(picture.at, now, now)
    return {
        "topic": Topic(name),
        "picture": picture,
        "cells": picture.cells,
        "parts": {name: picture.parts[name].drawn(picture.cells) for name in PARTS},
        "away": None,
        "asof": as_of(picture.at),
        "age_ms": age.micros // 1_000,
        "recorded": age.recorded,
    }


# --- doing -----------------------------------------------------------------------------------
def _view(name: str, verb: Verb) -> Callable[..., HttpResponse]:
    """The page that says what a verb does, and does it once it is confirmed."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @allowed(verb.opens or verb.action)
    def view(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
        on = subject_of(account_of(id))
        if on is None:
            raise Http404
        if request.method != "POST":
            form = _form(verb, on, initial={"seen": on.seen})
            return _confirm(request, name, verb, on, form)
        return _done(request, name, verb, on)

    view.__name__ = name
    return view


VIEWS = {name: _view(name, verb) for name, verb in VERBS.items()}


def _done(request: HttpRequest, name: str, verb: Verb, on: Subject) -> HttpResponse:
    form = _form(verb, on, data=request.POST)
    if not form.is_valid():
        return _confirm(request, name, verb, on, form, refused=_("Something is missing."))
    if form.cleaned_data["seen"] != on.seen:
        again = _form(verb, on, initial={**form.cleaned_data, "seen": on.seen})
        changed = _("The account changed since this page was shown. Look again, then confirm.")
        return _confirm(request, name, verb, on, again, refused=changed)
    by = acting(visitor(request), verb.action)
    try:
        verb.act(on, form.cleaned_data, by, received_at())
    except ActionRefused as refused:
        return _confirm(request, name, verb, on, form, refused=refused.sentence)
    messages.success(request, str(verb.done))
    return redirect("staff-account", id=on.account.pk)


def _form(verb: Verb, on: Subject, **said: Any) -> SeenForm:
    form = verb.form(**said)
    if isinstance(form, GateForm):
        form.fields["gate"].initial = on.account.blocked_why
    if isinstance(form, BindingForm):
        form.fields["version"].choices = [  # type: ignore[attr-defined]
            (str(each.pk), f"{each.programme.title} {each.name}") for each in _versions(on)
        ]
    return form


def _versions(on: Subject) -> list[ProgrammeVersion]:
    """Every published version, those of the same programme first."""
    published = ProgrammeVersion.objects.filter(state=VersionState.PUBLISHED)
    rows = published.select_related("programme").order_by("-published_at")[:VERSIONS_SHOWN]
    same = on.enrolment.version.programme_id
    return sorted(rows, key=lambda each: each.programme_id != same)


def _confirm(
    request: HttpRequest, name: str, verb: Verb, on: Subject, form: SeenForm, *, refused: str = ""
) -> HttpResponse:
    context = {
        "name": name,
        "verb": verb,
        "on": on,
        "account": on.account,
        "status_word": status_word(on.account.status) if on.account.status else "",
        "form": form,
        "refused": refused,
        "is_offered": verb.offered(on),
        "compared": _compared(on) if name == "rebind" else (),
    }
    status = UNPROCESSABLE if refused else 200
    return render(request, "web/desk/confirm.html", context, status=status)


def _compared(on: Subject) -> list[tuple[str, Any]]:
    """What changes for the trader with each version of the programme."""
    old = rulebook_of(on.enrolment).rulebook
    same = on.enrolment.version.programme_id
    return [
        (each.name, differences(old, loaded(each).rulebook, on.enrolment.size))
        for each in _versions(on)
        if each.programme_id == same and each.sha256 != on.account.sha256
    ]


def _number(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()) or len(text) > NUMBER_LENGTH_MAX:
        raise Http404
    return int(text)
