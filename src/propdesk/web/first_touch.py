"""Where a visitor first came from: the source and campaign that the address named, in a cookie.

It must not follow anybody: nothing is kept but the two names of the first address that had one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from propdesk.web.received import received_at

COOKIE = "propdesk_first"
KEPT_S = 90 * 24 * 3600
LENGTH_MAX = 80
Answer = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class FirstTouch:
    """Empty, and without a time, where no address named a source."""

    source: str = ""
    campaign: str = ""
    at: datetime | None = None


def first_touch(answer: Answer) -> Answer:
    """The middleware: the first address with ``utm_source`` or ``utm_campaign`` counts."""

    def remembering(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        source = _clean(request.GET.get("utm_source", ""))
        campaign = _clean(request.GET.get("utm_campaign", ""))
        if (source or campaign) and COOKIE not in request.COOKIES:
            seconds = int(received_at().timestamp())
            response.set_signed_cookie(
                COOKIE,
                f"{seconds}\t{source}\t{campaign}",
                max_age=KEPT_S,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response

    return remembering


def first_touch_of(request: HttpRequest) -> FirstTouch:
    """What the cookie says; nothing where there is none or it was altered."""
    value = request.get_signed_cookie(COOKIE, default="") or ""
    seconds, _, names = value.partition("\t")
    source, _, campaign = names.partition("\t")
    if not seconds:
        return FirstTouch()
    return FirstTouch(source, campaign, datetime.fromtimestamp(int(seconds), UTC))


def _clean(text: str) -> str:
    return "".join(each for each in text if each.isprintable())[:LENGTH_MAX]
