"""Change a release: its time, its words, or whom it concerns. Withdrawn, it comes back so too."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.calendar.known import map_in_force
from propdesk.crm.calendar.locks import lock_calendar
from propdesk.crm.calendar.models import BY_HAND, ReleaseVersion
from propdesk.crm.calendar.refusals import check, check_open
from propdesk.crm.calendar.writing import Said, said_of, told, write_version
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "calendar.change_release"


def change_release(
    release: UUID,
    said: Said,
    *,
    after: int,
    sudden: bool = False,
    by: Actor,
    at: datetime,
    reason: str,
) -> ReleaseVersion:
    """Its next version; ``after`` is the number of the one that was looked at.

    Raises ``ReleaseVersion.DoesNotExist``, and ``ActionRefused`` as ``check`` does and with
    ``changed_since``, ``over``, ``unchanged``.
    """
    require(by, ACTION)
    with transaction.atomic():
        lock_calendar()
        before = ReleaseVersion.objects.select_related("release").get(
            release=release, is_newest=True
        )
        if before.number != after:
            raise ActionRefused(
                "changed_since", _("The release changed since you looked. Look at it again.")
            )
        check_open(before.release_at, at)
        if said_of(before) == said:
            raise ActionRefused("unchanged", _("Nothing of it is another."))
        moves = before.withdrawn or said.release_at != before.release_at
        check(said, at, moves=moves, sudden=sudden)
        # After this point it is changed.
        made = write_version(
            before.release, before, said, map_in_force(), source=BY_HAND, person=by.person, at=at
        )
        record(
            by=by, action=ACTION, object_type="release", object_id=release, at=at,
            before=told(before), after=told(made), reason=reason,
        )  # fmt: skip
    return made
