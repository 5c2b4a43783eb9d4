"""A judging that takes longer than a request may: how far it is, and where it leads."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.judgements.models import Judging
from propdesk.web.access import tool
from propdesk.web.asking import upload_of
from propdesk.web.kept_uploads import Kept, look
from propdesk.web.received import received_at
from propdesk.web.sent_from import sent_from_here
from propdesk.web.unfinished import SILENT_MAX

LOOK_AGAIN_S = 2


@require_safe
@never_cache
@tool
def judging(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the address's word)
    running = get_object_or_404(Judging, pk=id)
    if running.address:
        return redirect(running.address)
    now = received_at()
    context = {
        "judging": running,
        "refusal": running.refusal.split("\n") if running.refusal else [],
        "kept": _kept(request, running, now) if running.refusal else None,
        "silent": now - running.seen_at > SILENT_MAX,
        "seconds": int((now - running.asked_at).total_seconds()),
    }
    status = 422 if running.refusal else 200
    answer = render(request, "web/judging.html", context, status=status)
    if status == 200:
        # By a header, so that it works without a script and without a timer in the page.
        answer["Refresh"] = str(LOOK_AGAIN_S)
    return answer


def _kept(request: HttpRequest, refused: Judging, now: datetime) -> Kept | None:
    """Its upload, where it waits for a choice of this browser's."""
    upload = upload_of(refused)
    if upload is None or not sent_from_here(request, upload):
        return None
    return look(upload, now)
