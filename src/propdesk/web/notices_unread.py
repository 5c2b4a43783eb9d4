"""How much is unread: the context processor of the header, asked only where it is drawn."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from propdesk.crm.notices.models import Alert, InboxMessage
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.visitor import visitor


def unread(request: HttpRequest) -> dict[str, Any]:
    """Nothing where nobody was resolved: an error before it asks no database."""
    if request.resolver_match is None:
        return {}
    return {
        "unread_messages": SimpleLazyObject(lambda: _messages(request)),
        "open_alerts": SimpleLazyObject(lambda: _alerts(request)),
    }


def _messages(request: HttpRequest) -> int:
    person = visitor(request).person
    if person is None:
        return 0
    return InboxMessage.objects.filter(person=person.id, read_at__isnull=True).count()


def _alerts(request: HttpRequest) -> int:
    if permitting_role("notices.read_alerts", visitor(request).roles) is None:
        return 0
    return Alert.objects.filter(acknowledged_at__isnull=True).count()
