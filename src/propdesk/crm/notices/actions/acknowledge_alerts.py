"""Acknowledge alerts: somebody of the desk looks at them, and says so."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.notices.models import Alert
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "notices.acknowledge_alerts"
AT_ONCE_MAX = 500


def acknowledge_alerts(alerts: Sequence[UUID], *, by: Actor, at: datetime, note: str = "") -> int:
    """How many were open until now: what another acknowledged before stays his. Raises
    ``ActionRefused`` (``none``, ``no_person``)."""
    require(by, ACTION)
    if by.person is None:
        raise ActionRefused("no_person", _("Only a person acknowledges."))
    if not 0 < len(alerts) <= AT_ONCE_MAX:
        raise ActionRefused("none", _("Choose the alerts you look at."))
    # After this point they are acknowledged.
    with transaction.atomic():
        open_ones = Alert.objects.filter(pk__in=alerts, acknowledged_at__isnull=True)
        taken = list(open_ones.select_for_update().order_by("id"))
        Alert.objects.filter(pk__in=[each.pk for each in taken]).update(
            acknowledged_at=at, acknowledged_by=by.person, note=note.strip()[:500]
        )
        for each in taken:
            record(
                by=by, action=ACTION, object_type="alert", object_id=each.pk, at=at,
                after={"key": each.key}, reason=note.strip()[:500],
            )  # fmt: skip
    return len(taken)
