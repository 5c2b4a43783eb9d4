"""The auditors' page: what was done, by whom, to what; and the same rows as a file."""

import json
from collections.abc import Iterator
from datetime import UTC
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import PERMITTED
from propdesk.web.access import allowed
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

ROWS = 50
TEXT_LENGTH_MAX = 200
FILTERS = ("person", "action", "object_type", "object_id")
EXPORTED_AT_ONCE = 2_000


@require_safe
@never_cache
@allowed("audit.read")
def audit(request: HttpRequest) -> HttpResponse:
    wanted = _wanted(request)
    rows = _rows(wanted).order_by("-number")
    before = request.GET.get("before", "")
    if before:
        rows = rows.filter(number__lt=_number(before))
    found = list(rows[: ROWS + 1])
    context = {
        "rows": found[:ROWS],
        "following": found[ROWS - 1].number if len(found) > ROWS else None,
        "wanted": wanted,
        "actions": sorted(PERMITTED),
        "query": request.GET.urlencode(),
    }
    return render(request, "web/people/audit.html", context)


@require_safe
@never_cache
@allowed("audit.export")
def audit_export(request: HttpRequest) -> HttpResponseBase:
    """JSON Lines, oldest first: every column, so that the chain can be computed again from a whole
    export. That somebody took it is a row itself, the last of a whole one."""
    wanted = _wanted(request)
    by = visitor(request).acting("audit.export")
    with transaction.atomic():
        record(
            by=by,
            action="audit.export",
            object_type="audit",
            object_id="",
            at=received_at(),
            after={name: value for name, value in wanted.items() if value},
        )
    response = StreamingHttpResponse(_lines(_rows(wanted)), content_type="application/jsonl")
    response["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return response


def _wanted(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").strip()[:TEXT_LENGTH_MAX] for name in FILTERS}


def _rows(wanted: dict[str, str]) -> QuerySet[AuditRow]:
    rows = AuditRow.objects.filter(number__isnull=False)
    if wanted["person"]:
        try:
            rows = rows.filter(person=UUID(wanted["person"]))
        except ValueError:
            rows = rows.none()
    for name in ("action", "object_type", "object_id"):
        if wanted[name]:
            rows = rows.filter(**{name: wanted[name]})
    return rows


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:
        raise Http404
    return int(text)


def _lines(rows: QuerySet[AuditRow]) -> Iterator[bytes]:
    last = 0
    while True:
        page = list(rows.filter(number__gt=last).order_by("number")[:EXPORTED_AT_ONCE])
        for row in page:
            yield json.dumps(_exported(row), ensure_ascii=False).encode() + b"\n"
        if len(page) < EXPORTED_AT_ONCE:
            return
        last = page[-1].number or last


def _exported(row: AuditRow) -> dict[str, Any]:
    return {
        "number": row.number,
        "id": str(row.id),
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "person": None if row.person is None else str(row.person),
        "role": row.role,
        "process": row.process,
        "address": row.address,
        "action": row.action,
        "object_type": row.object_type,
        "object_id": row.object_id,
        "before": row.before,
        "after": row.after,
        "reason": row.reason,
        "content_hash": row.content_hash,
        "hash": row.hash,
    }
