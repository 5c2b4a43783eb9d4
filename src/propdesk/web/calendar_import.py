"""A calendar's file against the calendar that is kept: what taking it in would change.

It must not take it in: an action does, with what was looked at here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from propdesk.connectors.calendars.changes import Changed, Changes, changes_by
from propdesk.connectors.calendars.sources import CalendarSource
from propdesk.crm.calendar.actions.import_releases import Change
from propdesk.crm.calendar.known import event_of
from propdesk.crm.calendar.models import ReleaseVersion
from propdesk.crm.calendar.refusals import OPEN_FOR
from propdesk.crm.calendar.writing import Said
from propdesk.domain.events import NewsScheduled
from propdesk.domain.instants import datetime_of, micros_of


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file would change, and a mark of exactly that."""

    changes: tuple[Change, ...]
    before: tuple[NewsScheduled | None, ...]
    file: Changes

    @property
    def seen(self) -> str:
        return sha256(repr(self.changes).encode()).hexdigest()


def look_at(data: bytes, name: str, zone: str, at: datetime) -> Looked:
    """Raises ``Unreadable`` with the file and the row."""
    numbers: dict[str, int] = {}

    def known(series: str) -> Iterable[NewsScheduled]:
        found = ReleaseVersion.objects.filter(is_newest=True, release__series=series)
        for each in found.select_related("release").order_by("release_at", "id"):
            numbers[each.release.name] = each.number
            # The map's symbols are no word of the file's.
            each.mapped = []
            yield event_of(each)

    closed = micros_of(at - OPEN_FOR)
    found = changes_by(
        CalendarSource(data, name), known, micros_of(at), zone=zone or None, closed=closed
    )
    changes = tuple(_change(each, numbers.get(each.event.id, 0)) for each in found.changed)
    return Looked(changes, tuple(each.before for each in found.changed), found)


def _change(changed: Changed, after: int) -> Change:
    event = changed.event
    said = Said(
        release_at=datetime_of(event.release_at),
        title=event.title,
        currencies=event.currencies,
        impact=event.impact,
        symbols=event.symbols,
        withdrawn=event.withdrawn,
    )
    return Change(event.id, changed.series, said, after)
