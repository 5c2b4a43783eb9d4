"""One's keys for programs: the list, making one, which is shown once, and revoking."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from propdesk.crm.api_keys.actions.create_key import Made, create_key
from propdesk.crm.api_keys.actions.revoke_key import revoke_key
from propdesk.crm.api_keys.models import ApiKey
from propdesk.crm.refusal import ActionRefused
from propdesk.web.access import signed_in
from propdesk.web.api_key_forms import KeyForm
from propdesk.web.pages.people_own import myself
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

UNPROCESSABLE = 422
ROWS = 100


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@signed_in
def keys(request: HttpRequest) -> HttpResponse:
    """A new key is shown in the answer itself, and nowhere again."""
    who, person = visitor(request), myself(request)
    if request.method != "POST":
        return _page(request, KeyForm(is_staff=who.is_staff))
    form = KeyForm(request.POST, is_staff=who.is_staff)
    if not form.is_valid():
        return _page(request, form, status=UNPROCESSABLE)
    by = who.acting("api_keys.create_key")
    try:
        made = create_key(person.pk, form.new(), by=by, at=received_at())
    except ActionRefused as refused:
        return _page(request, form, refused=refused.sentence, status=UNPROCESSABLE)
    return _page(request, KeyForm(is_staff=who.is_staff), made=made)


@require_POST
@signed_in
def revoke(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002
    """Revoke one of one's own; another person's is not found."""
    if not ApiKey.objects.filter(pk=id, person=myself(request)).exists():
        raise Http404
    by = visitor(request).acting("api_keys.revoke_key")
    try:
        revoke_key(id, by=by, at=received_at())
    except ActionRefused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, _("The key opens nothing any more."))
    return redirect("api-keys")


def _page(
    request: HttpRequest,
    form: KeyForm,
    *,
    made: Made | None = None,
    refused: str = "",
    status: int = 200,
) -> HttpResponse:
    now = received_at()
    rows = ApiKey.objects.filter(person=myself(request)).order_by("-id")[:ROWS]
    context = {
        "form": form,
        "made": made,
        "refused": refused,
        "keys": [(each, each.revoked_at is None and each.expires_at > now) for each in rows],
        "address": request.build_absolute_uri("/api/v1"),
    }
    return render(request, "web/people/api_keys.html", context, status=status)
