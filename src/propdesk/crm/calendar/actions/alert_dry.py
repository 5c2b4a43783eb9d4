"""Alert the desk, once a day, that the calendar knows too few days ahead."""

from datetime import datetime

from django.db import transaction

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.calendar.known import reach
from propdesk.crm.outbox.actions.enqueue_notice import RISK, tell


def alert_dry(at: datetime) -> bool:
    """Whether it is too few. Whoever asks knows that a rulebook needs a calendar at all."""
    found = reach(at)
    if found.is_dry:
        told = {
            "days": found.days_left,
            "until": "" if found.last is None else found.last.isoformat(),
        }
        key = key_of("calendar_ends", at.date().isoformat())
        with transaction.atomic():
            tell("calendar_ends", key, at, to=(RISK,), detail=told)
    return found.is_dry
