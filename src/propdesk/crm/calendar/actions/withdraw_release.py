"""Take a release out of the calendar: from now on its window restricts nothing."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.calendar.known import map_in_force
from propdesk.crm.calendar.locks import lock_calendar
from propdesk.crm.calendar.models import BY_HAND, ReleaseVersion
from propdesk.crm.calendar.refusals import check_open
from propdesk.crm.calendar.writing import said_of, told, write_version
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "calendar.withdraw_release"


def withdraw_release(release: UUID, *, by: Actor, at: datetime, reason: str) -> ReleaseVersion:
    """Its last version. What was judged by the ones before stands.

    Raises ``ReleaseVersion.DoesNotExist``, and ``ActionRefused`` (``over``, ``withdrawn``).
    """
    require(by, ACTION)
    with transaction.atomic():
        lock_calendar()
        before = ReleaseVersion.objects.select_related("release").get(
            release=release, is_newest=True
        )
        if before.withdrawn:
            raise ActionRefused("withdrawn", _("It is withdrawn already."))
        check_open(before.release_at, at)
        # After this point it is withdrawn.
        made = write_version(
            before.release, before, replace(said_of(before), withdrawn=True), map_in_force(),
            source=BY_HAND, person=by.person, at=at,
        )  # fmt: skip
        record(
            by=by, action=ACTION, object_type="release", object_id=release, at=at,
            before=told(before), after=told(made), reason=reason,
        )  # fmt: skip
    return made
