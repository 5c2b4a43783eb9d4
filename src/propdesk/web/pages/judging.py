"""A judging that takes longer than a request may: how far it is, and where it leads."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.judgements.models import Judging
from propdesk.web.received import received_at

LOOK_AGAIN_S = 2
# Reading a long history gives no sign of life until its first events are judged.
SILENT_MAX = timedelta(minutes=20)


@require_safe
@never_cache
def judging(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the address's word)
    running = get_object_or_404(Judging, pk=id)
    if running.address:
        return redirect(running.address)
    now = received_at()
    silent = now - running.seen_at > SILENT_MAX
    context = {
        "judging": running,
        "refusal": running.refusal.split("\n") if running.refusal else [],
        "silent": silent,
        "seconds": int((now - running.asked_at).total_seconds()),
    }
    status = 422 if running.refusal else 410 if silent else 200
    answer = render(request, "web/judging.html", context, status=status)
    if status == 200:
        # By a header, so that it works without a script and without a timer in the page.
        answer["Refresh"] = str(LOOK_AGAIN_S)
    return answer
