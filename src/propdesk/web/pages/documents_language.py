"""Choosing the language of the pages: kept with the person, or in the browser of a visitor."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from propdesk.crm.people.actions.set_language import set_language
from propdesk.web.access import public
from propdesk.web.own_language import is_right_to_left
from propdesk.web.received import received_at
from propdesk.web.visitor import visitor

KEPT_S = 400 * 24 * 3600


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@public
def language(request: HttpRequest) -> HttpResponse:
    """The languages there are, and back to where one came from."""
    after = request.GET.get("next", "") or request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        after = reverse("programmes")
    if request.method != "POST":
        spoken = [(code, name, is_right_to_left(code)) for code, name in settings.LANGUAGES]
        return render(request, "web/documents/language.html", {"spoken": spoken, "after": after})
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES):
        raise Http404
    person = visitor(request).person
    if person is not None:
        by = visitor(request).acting("people.change_profile")
        set_language(person.id, chosen, by=by, at=received_at())
    response = redirect(after)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, chosen, max_age=KEPT_S, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response
