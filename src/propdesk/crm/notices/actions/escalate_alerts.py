"""Escalate alerts nobody acknowledged in time: owners and admins are told, once of each alert."""

from datetime import datetime, timedelta

from django.db import transaction

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.notices.models import Alert
from propdesk.crm.notices.terms import terms
from propdesk.crm.outbox.actions.enqueue_notice import RULING, tell

NAMED_MAX = 20


def escalate_alerts(now: datetime) -> int:
    """How many were escalated. One message tells of all that are due at once."""
    minutes = terms().escalate_minutes
    with transaction.atomic():
        due = list(
            Alert.objects.filter(
                acknowledged_at__isnull=True,
                escalated_at__isnull=True,
                raised_at__lte=now - timedelta(minutes=minutes),
            )
            .order_by("raised_at")
            .select_for_update(skip_locked=True)
        )
        if not due:
            return 0
        Alert.objects.filter(pk__in=[each.pk for each in due]).update(escalated_at=now)
        lines = "\n".join(each.subject for each in due[:NAMED_MAX])
        detail = {"count": len(due), "minutes": minutes, "alerts": lines}
        tell("escalated", key_of("escalated", str(due[0].pk)), now, to=(RULING,), detail=detail)
    return len(due)
