"""Add a release by hand."""

from datetime import datetime

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.calendar.known import map_in_force
from propdesk.crm.calendar.locks import lock_calendar
from propdesk.crm.calendar.models import BY_HAND, Release, ReleaseVersion
from propdesk.crm.calendar.refusals import check
from propdesk.crm.calendar.writing import Said, told, write_version
from propdesk.crm.people.permissions import require
from propdesk.crm.uuid7 import uuid7

ACTION = "calendar.add_release"


def add_release(
    said: Said, *, sudden: bool = False, by: Actor, at: datetime, reason: str = ""
) -> ReleaseVersion:
    """Its first version, on its way to the engine. Raises ``ActionRefused`` as ``check`` does."""
    require(by, ACTION)
    check(said, at, moves=True, sudden=sudden)
    # After this point it is added.
    with transaction.atomic():
        lock_calendar()
        id = uuid7(at)  # noqa: A001
        release = Release.objects.create(
            id=id, name=f"{BY_HAND}/{id}", series=BY_HAND, created_at=at
        )
        made = write_version(
            release, None, said, map_in_force(), source=BY_HAND, person=by.person, at=at
        )
        record(
            by=by, action=ACTION, object_type="release", object_id=release.pk, at=at,
            after=told(made), reason=reason,
        )  # fmt: skip
    return made
