"""Taking in a calendar's file: first what it would change, then exactly that."""

import base64
import binascii
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from propdesk.crm.calendar.actions.import_releases import ACTION, import_releases
from propdesk.crm.calendar.known import terms
from propdesk.crm.calendar.refusals import SHORT_NOTICE
from propdesk.crm.refusal import ActionRefused
from propdesk.domain.instants import datetime_of
from propdesk.web.access import allowed
from propdesk.web.calendar_forms import FILE_BYTES_MAX, ConfirmForm, FileForm
from propdesk.web.calendar_import import Looked, look_at
from propdesk.web.clock_face import on_clock
from propdesk.web.received import received_at
from propdesk.web.uploads import clean_name
from propdesk.web.visitor import visitor
from propdesk.wire.unreadable import Unreadable

UNPROCESSABLE = 422
SHOWN_MAX = 200


@require_POST
@never_cache
@allowed(ACTION)
def preview(request: HttpRequest) -> HttpResponse:
    """What a file would change; nothing is."""
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form=form, refused=_("Choose a file."))
    file, zone = form.cleaned_data["file"], form.cleaned_data["zone"]
    if file.size > FILE_BYTES_MAX:
        return _page(request, form=form, refused=_("The file is larger than 600 kB."))
    return _looked(request, file.read(), clean_name(file.name), zone, form=form)


@require_POST
@never_cache
@allowed(ACTION)
def confirm(request: HttpRequest) -> HttpResponse:
    """Take in what was looked at; where the calendar changed since, it is looked at again."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return _page(request, refused=_("The file did not come back whole. Choose it again."))
    data = form.cleaned_data
    try:
        packed = base64.b64decode(data["packed"], validate=True)
    except binascii.Error:
        return _page(request, refused=_("The file did not come back whole. Choose it again."))
    name, at = clean_name(data["name"]), received_at()
    try:
        looked = look_at(packed, name, data["zone"], at)
    except Unreadable as error:
        return _page(request, refused=str(error))
    if looked.seen != data["seen"]:
        changed = _("The calendar changed since you looked. Look at it again.")
        return _looked(request, packed, name, data["zone"], refused=changed)
    try:
        made = import_releases(
            looked.changes, source=name, by=visitor(request).acting(ACTION), at=at
        )
    except ActionRefused as refused:
        return _looked(request, packed, name, data["zone"], refused=refused.sentence)
    told = ngettext("%(count)d release is taken in.", "%(count)d releases are taken in.", len(made))
    messages.success(request, told % {"count": len(made)})
    return redirect("staff-calendar")


def _looked(
    request: HttpRequest,
    data: bytes,
    name: str,
    zone: str,
    *,
    form: FileForm | None = None,
    refused: str = "",
) -> HttpResponse:
    try:
        looked = look_at(data, name, zone, received_at())
    except Unreadable as error:
        return _page(request, form=form, refused=str(error))
    told = {
        "looked": looked,
        "name": name,
        "zone_of_file": zone,
        "packed": base64.b64encode(data).decode("ascii"),
        **_rows(looked),
    }
    return _page(request, form=form, refused=refused, told=told)


def _rows(looked: Looked) -> dict[str, Any]:
    now = received_at()
    zone = terms().zone
    rows = []
    for change, before in zip(looked.changes, looked.before, strict=True):
        at = change.said.release_at
        moved = None if before is None else datetime_of(before.release_at)
        rows.append(
            {
                "said": change.said,
                "local": on_clock(at, zone),
                "was": None if moved is None or moved == at else on_clock(moved, zone),
                "is_new": before is None,
                "is_near": now - timedelta(hours=1) < at < now + SHORT_NOTICE,
            }
        )
    return {
        "rows": rows[:SHOWN_MAX],
        "more": len(rows) - SHOWN_MAX,
        "added": sum(each["is_new"] for each in rows),
        "gone": sum(each.said.withdrawn for each in looked.changes),
        "near": sum(each["is_near"] for each in rows),
    }


def _page(
    request: HttpRequest,
    *,
    form: FileForm | None = None,
    refused: str = "",
    told: dict[str, Any] | None = None,
) -> HttpResponse:
    context = {
        "form": form or FileForm(), "refused": refused, "terms": terms(), **(told or {}),
    }  # fmt: skip
    status = UNPROCESSABLE if refused else 200
    return render(request, "web/calendar/import.html", context, status=status)
