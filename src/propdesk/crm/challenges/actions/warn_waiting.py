"""Remind a trader that what he passed lapses, while it still waits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.challenges.lapsing import WAITING
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages

WARN_WAITING = "warn_waiting"


def warn_waiting(detail: Mapping[str, Any], at: datetime) -> None:
    """One notice for each time it was planned; none where it went on meanwhile."""
    with transaction.atomic():
        phase = EnrolmentPhase.objects.select_related("enrolment", "account").get(
            pk=detail["phase"]
        )
        newest = phase.enrolment.phases.order_by("-started_at", "-id").first()
        if phase.enrolment.state not in WAITING or newest != phase:
            return
        told = {"until": detail["until"], "waits": phase.enrolment.state}
        key = key_of(phase.account.engine_account, "notice", "lapses", detail["until"], str(at))
        enqueue_messages([notice_message(phase.account, "lapses", told, key)], at)
