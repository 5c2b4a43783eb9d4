"""Take up again what was given up: a person has removed the reason."""

from datetime import datetime
from uuid import UUID

from propdesk.crm.outbox.models import OutboxRow


def take_up_again(key: UUID, now: datetime) -> bool:
    """Deliver a dead letter as if it were new, under its old key; False where it is none."""
    dead = OutboxRow.objects.filter(key=key, given_up_at__isnull=False)
    return bool(dead.update(given_up_at=None, refusals=0, next_try_at=now))
