"""The desk's list of certificates: who has which, and taking one back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from propdesk.crm.documents.actions.restore_certificate import restore_certificate
from propdesk.crm.documents.actions.revoke_certificate import revoke_certificate
from propdesk.crm.documents.drawing import size_of
from propdesk.crm.documents.models import Certificate
from propdesk.crm.people.permissions import permitting_role
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import allowed
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
ROWS = 50
TEXT_LENGTH_MAX = 60


@require_safe
@never_cache
@allowed("documents.read")
def certificates(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@allowed("documents.revoke_certificate")
def revoke(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _done(request, id, revoke_certificate, "documents.revoke_certificate")


@require_POST
@allowed("documents.restore_certificate")
def restore(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    return _done(request, id, restore_certificate, "documents.restore_certificate")


def _done(
    request: HttpRequest, certificate: UUID, act: Callable[..., Certificate], action: str
) -> HttpResponse:
    by, reason = visitor(request).acting(action), request.POST.get("reason", "")[:500]
    try:
        act(certificate, by=by, at=received_at(), reason=reason)
    except ActionRefused as refused:
        return _page(request, refused=refused.sentence, status=UNPROCESSABLE)
    messages.success(request, _("Done, and recorded."))
    return redirect("staff-certificates")


def _page(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    who = visitor(request)
    wanted = {name: request.GET.get(name, "")[:TEXT_LENGTH_MAX] for name in ("q", "state", "after")}
    rows = Certificate.objects.select_related("account", "person").order_by("-issued_at", "-id")
    if wanted["state"] in {"valid", "revoked"}:
        rows = rows.filter(revoked_at__isnull=wanted["state"] == "valid")
    if text := wanted["q"].strip():
        rows = rows.filter(Q(reference__iexact=text) | Q(account__login=text))
    if wanted["after"]:
        last = _last(wanted["after"])
        rows = rows.filter(
            Q(issued_at__lt=last.issued_at) | Q(issued_at=last.issued_at, pk__lt=last.pk)
        )
    found = list(rows[: ROWS + 1])
    context = {
        "rows": [(each, size_of(each)) for each in found[:ROWS]],
        "following": found[ROWS - 1].pk if len(found) > ROWS else None,
        "wanted": wanted,
        "refused": refused,
        "may_revoke": permitting_role("documents.revoke_certificate", who.roles) is not None,
    }
    return render(request, "web/documents/staff.html", context, status=status)


def _last(text: str) -> Certificate:
    try:
        found = Certificate.objects.filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found
