"""What guards every request: no inline script, and no upload beyond the limit.

It must not know a page; it answers before any view does.
"""

from collections.abc import Callable
from typing import TypeAlias

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from propdesk.web.pages import errors

Answer: TypeAlias = Callable[[HttpRequest], HttpResponseBase]

# Tabler's form controls draw their arrows and ticks from data: addresses.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# What a form's other fields and the boundaries may add to the files.
FORM_BYTES_MAX = 1_000_000


def content_security_policy(answer: Answer) -> Answer:
    def guarded(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return guarded


def upload_limit(answer: Answer) -> Answer:
    """Refuses by the length the request states; the server reads no more than that."""

    def guarded(request: HttpRequest) -> HttpResponseBase:
        stated = request.META.get("CONTENT_LENGTH") or "0"
        if not (stated.isascii() and stated.isdecimal()):
            return HttpResponse(status=400)
        if int(stated) > settings.UPLOAD_BYTES_MAX + FORM_BYTES_MAX:
            return errors.too_large(request)
        return answer(request)

    return guarded
