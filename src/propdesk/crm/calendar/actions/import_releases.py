"""Take in what a calendar's file changes: all of it, as it was looked at, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.calendar.known import map_in_force
from propdesk.crm.calendar.locks import lock_calendar
from propdesk.crm.calendar.models import BY_HAND, Release, ReleaseVersion
from propdesk.crm.calendar.refusals import check, check_open
from propdesk.crm.calendar.writing import Said, said_of, write_version
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "calendar.import_releases"
CHANGES_MAX = 5_000
NAME_MAX = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One release as a file says it; ``after`` is the number of the version that was compared
    with it, 0 where there was none."""

    name: str
    series: str
    said: Said
    after: int


def import_releases(
    changes: Sequence[Change], *, source: str, by: Actor, at: datetime
) -> list[ReleaseVersion]:
    """A version for each change, in one transaction under one row of the audit.

    Raises ``ActionRefused`` as ``check`` does, the release named, and with ``nothing``,
    ``too_many``, ``not_its_own``, ``changed_since``, ``over``.
    """
    require(by, ACTION)
    if not changes:
        raise ActionRefused("nothing", _("The file says nothing that is not known."))
    if len(changes) > CHANGES_MAX:
        raise ActionRefused("too_many", _("More than 5,000 changes at once are not taken in."))
    with transaction.atomic():
        lock_calendar()
        known = _known(changes)
        for each in changes:
            _check(each, known.get(each.name), at)
        # After this point they are taken in.
        entries, made = map_in_force(), []
        for each in changes:
            before = known.get(each.name)
            release = before.release if before is not None else _release(each, at)
            made.append(
                write_version(
                    release, before, each.said, entries, source=source, person=by.person, at=at
                )
            )
        record(
            by=by, action=ACTION, object_type="calendar", object_id=source, at=at,
            after={
                "releases": len(made),
                "added": sum(each.after == 0 for each in changes),
                "withdrawn": sum(each.said.withdrawn for each in changes),
                "versions": [str(each.pk) for each in made],
            },
        )  # fmt: skip
    return made


def _known(changes: Sequence[Change]) -> dict[str, ReleaseVersion]:
    named = [each.name for each in changes]
    found = ReleaseVersion.objects.filter(is_newest=True, release__name__in=named)
    return {each.release.name: each for each in found.select_related("release")}


def _check(change: Change, before: ReleaseVersion | None, at: datetime) -> None:
    if change.series == BY_HAND or len(change.name) > NAME_MAX:
        raise ActionRefused("not_its_own", _("A file cannot name releases as staff's own are."))
    if (0 if before is None else before.number) != change.after:
        raise ActionRefused(
            "changed_since", _("The calendar changed since you looked. Look at it again.")
        )
    try:
        if before is not None:
            check_open(before.release_at, at)
        was = None if before is None else said_of(before)
        moves = was is None or was.withdrawn or was.release_at != change.said.release_at
        # Whoever looked at the preview saw what is near.
        check(change.said, at, moves=moves, sudden=True)
    except ActionRefused as refused:
        raise ActionRefused(refused.code, f"{change.said.title[:80]}: {refused.sentence}") from None


def _release(change: Change, at: datetime) -> Release:
    return Release.objects.create(
        id=uuid7(at), name=change.name, series=change.series, created_at=at
    )
