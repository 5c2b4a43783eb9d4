"""How much is unread: the context processor of the header, asked only where it is drawn."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from propdesk.crm.notices.unread import Unread, unread_of
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.visitor import visitor


def unread(request: HttpRequest) -> dict[str, Any]:
    """Nothing where nobody was resolved: an error before it asks no database."""
    if request.resolver_match is None:
        return {}
    return {"unread": SimpleLazyObject(lambda: _unread(request))}


def _unread(request: HttpRequest) -> Unread:
    who = visitor(request)
    if who.person is None:
        return Unread()
    sees_alerts = permitting_role("notices.read_alerts", who.roles) is not None
    return unread_of(who.person.id, sees_alerts=sees_alerts)
