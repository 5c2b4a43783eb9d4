"""Mark messages of one's own inbox as read. It leaves no row in the audit: nothing hangs on it."""

from datetime import datetime
from uuid import UUID

from propdesk.crm.audit.actor import Actor
from propdesk.crm.notices.models import InboxMessage
from propdesk.crm.people.permissions import require

ACTION = "notices.mark_read"


def mark_read(person: UUID, message: UUID | None, *, by: Actor, at: datetime) -> int:
    """One message, or with None all of them; how many were unread. Another person's is none."""
    require(by, ACTION, of=person)
    found = InboxMessage.objects.filter(person=person, read_at__isnull=True)
    if message is not None:
        found = found.filter(pk=message)
    return found.update(read_at=at)
