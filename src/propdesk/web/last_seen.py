"""When each session was used last: written once in a while, not at every request."""

from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from propdesk.web.received import received_at

EVERY_S = 300
_KEPT = "seen_at"
Answer = Callable[[HttpRequest], HttpResponseBase]


def last_seen(answer: Answer) -> Answer:
    """The middleware; a visitor without a session costs no query."""

    def seeing(request: HttpRequest) -> HttpResponseBase:
        if request.session.session_key and request.user.is_authenticated:
            now = received_at()
            seconds = int(now.timestamp())
            if seconds - request.session.get(_KEPT, 0) >= EVERY_S:
                request.session[_KEPT] = seconds
                own = UserSession.objects.filter(session_key=request.session.session_key)
                own.update(last_seen_at=now)
        return answer(request)

    return seeing
