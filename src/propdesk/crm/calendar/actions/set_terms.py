"""Set on which clock the calendar is shown, and how long before something ends it is told."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.calendar.models import CalendarTerms
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.domain.clock import UnknownZone, zone_of

ACTION = "calendar.set_terms"
MINUTES = range(5, 24 * 60 + 1)
DAYS = range(1, 31)
DAYS_MAX = 5


def set_terms(
    zone: str,
    closing_minutes: int,
    ending_days: Sequence[int],
    dry_days: int,
    *,
    by: Actor,
    at: datetime,
) -> CalendarTerms:
    """Of what is planned already, nothing moves. Raises ``ActionRefused`` (``no_zone``,
    ``no_minutes``, ``no_days``)."""
    require(by, ACTION)
    try:
        zone_of(zone)
    except UnknownZone:
        raise ActionRefused("no_zone", _("There is no time zone of this name.")) from None
    if closing_minutes not in MINUTES:
        raise ActionRefused("no_minutes", _("Warn 5 to 1,440 minutes before positions are closed."))
    days = sorted(set(ending_days), reverse=True)
    if len(days) > DAYS_MAX or not all(each in DAYS for each in (*days, dry_days)):
        raise ActionRefused("no_days", _("Name days from 1 to 30, five of them at most."))
    said = {
        "zone": zone, "closing_minutes": closing_minutes, "ending_days": days,
        "dry_days": dry_days,
    }  # fmt: skip
    # After this point the terms must be set.
    with transaction.atomic():
        row, _made = CalendarTerms.objects.update_or_create(id=1, defaults=said)
        record(by=by, action=ACTION, object_type="firm", object_id="calendar", at=at, after=said)
    return row
