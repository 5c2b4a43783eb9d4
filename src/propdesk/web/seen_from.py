"""From where and with what a request came: the address, the browser, the device's cookie.

It must not set the cookie for anybody who has not agreed to it.
"""

import secrets
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from propdesk.crm.people.models import Purpose, consents_of
from propdesk.crm.people.session_events import Seen, device_hash
from propdesk.web.visitor import address_of

COOKIE = "propdesk_device"
KEPT_S = 400 * 24 * 3600


def seen_from(request: HttpRequest) -> Seen:
    """What a session event keeps of ``request``."""
    cookie = request.COOKIES.get(COOKIE, "")
    return Seen(
        address=address_of(request),
        device=device_hash(cookie, settings.SECRET_KEY) if cookie else "",
        client=request.headers.get("user-agent", ""),
    )


def know_device(request: HttpRequest, person: UUID, response: HttpResponseBase) -> None:
    """Give the device a name, where it has none and the person agreed; the request has it too."""
    if COOKIE in request.COOKIES or not consents_of(person).get(Purpose.DEVICE, False):
        return
    name = secrets.token_urlsafe(24)
    request.COOKIES[COOKIE] = name
    response.set_cookie(
        COOKIE,
        name,
        max_age=KEPT_S,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
