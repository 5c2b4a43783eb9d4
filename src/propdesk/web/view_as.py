"""Staff who look at a trader's pages as he sees them: for how long, and at which of them.

It must not let anything be done: while it lasts, a request that could change something is refused.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest

KEPT = "view_as"
"""In the session: whom, and until when."""
ENDS = "view-as-end"
SEEN = (
    "/me/accounts/",
    "/orders/",
    "/programmes/",
    "/rulebooks/",
    "/live/events",
    "/staff/view-as/",
)
"""Where the addresses begin that are looked at so. What is about a person himself (profile,
sign-in, sessions) is not among them: there the role's masks hold."""


@dataclass(frozen=True, slots=True)
class Looking:
    """Whose pages are looked at, and until when."""

    person: UUID
    until: datetime


def begin(request: HttpRequest, person: UUID, until: datetime) -> None:
    request.session[KEPT] = {"person": str(person), "until": until.isoformat()}


def end(request: HttpRequest) -> None:
    request.session.pop(KEPT, None)


def looking(request: HttpRequest, now: datetime) -> Looking | None:
    """What the session keeps, as long as it lasts; it ends by itself."""
    kept = request.session.get(KEPT)
    if kept is None:
        return None
    found = Looking(UUID(kept["person"]), datetime.fromisoformat(kept["until"]))
    return found if now < found.until else None


def may_be_seen(request: HttpRequest) -> bool:
    """Whether the request only looks, and at one of the trader's pages; or ends it."""
    resolved = request.resolver_match
    if resolved is not None and resolved.url_name == ENDS:
        return True
    return request.method in {"GET", "HEAD"} and request.path.startswith(SEEN)
