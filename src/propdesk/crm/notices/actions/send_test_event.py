"""Send a test event to one outlet: an ordinary delivery, signed and logged as any other."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.notices.models import Outlet
from propdesk.crm.outbox.actions.enqueue_notice import tell
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "notices.send_test_event"
NOTICE = "test"


def send_test_event(outlet: UUID, *, by: Actor, at: datetime) -> UUID:
    """The event's id: that of its notice. Raises ``ActionRefused`` for one that is off."""
    require(by, ACTION)
    row = Outlet.objects.filter(pk=outlet).first()
    if row is None or not row.is_on:
        raise ActionRefused("off", _("Switch it on first."))
    key = uuid7(at)
    with transaction.atomic():
        detail = {"outlet": str(row.pk), "says": "It works."}
        tell(NOTICE, key, at, to=(), detail=detail)
        record(by=by, action=ACTION, object_type="outlet", object_id=row.pk, at=at)
    return key
