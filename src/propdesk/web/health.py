"""Whether this process lives, and whether it can do its work, with reasons.

It must not need a session, a template or a login: machines ask.
"""

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from propdesk.web.access import public


@public
def healthz(_request: HttpRequest) -> JsonResponse:
    """Alive: the process answers; nothing else is looked at."""
    return JsonResponse({"status": "alive"})


@public
def readyz(_request: HttpRequest) -> JsonResponse:
    """Ready, or 503 with every reason why not."""
    reasons = database_reasons()
    if reasons:
        return JsonResponse({"status": "not ready", "reasons": reasons}, status=503)
    return JsonResponse({"status": "ready", "reasons": []})


def database_reasons() -> list[str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error as error:
        # The class only: the text may name hosts and users, and anybody may ask.
        return [f"the database does not answer ({type(error).__name__})"]
    return []
