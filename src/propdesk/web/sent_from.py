"""Which browser sent an upload: a signed cookie of the session names the one it sent last.

It must not be the only bound: what is kept is let go by its own time too.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from propdesk.web.uploads import Held

COOKIE = "propdesk_upload"


def remember(answer: HttpResponse, files: Held) -> HttpResponse:
    """Let this browser name the upload until it is closed."""
    answer.set_signed_cookie(COOKIE, str(files.id), httponly=True, samesite="Strict")
    return answer


def sent_from_here(request: HttpRequest, upload: UUID) -> bool:
    return bool(request.get_signed_cookie(COOKIE, default="") == str(upload))
