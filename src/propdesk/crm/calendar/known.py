"""What the calendar knows now: the newest version of each release, how far it reaches, the terms.

It reads and decides; it must not write.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max, Min, QuerySet

from propdesk.crm.calendar.models import CalendarTerms, MapEntry, ReleaseVersion
from propdesk.domain.events import NewsScheduled
from propdesk.domain.instants import micros_of

ENDING_DAYS = (7, 3, 1)
"""The default of ``CalendarTerms.ending_days``."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which clock the calendar is shown, and how long before something ends it is told."""

    zone: str
    closing: timedelta
    ending: tuple[timedelta, ...]
    """The longest first."""
    dry: timedelta


@dataclass(frozen=True, slots=True)
class Reach:
    """From when to when releases are known, and whether that is enough. None: there is none."""

    first: datetime | None
    last: datetime | None
    received: datetime | None
    left: timedelta
    is_dry: bool

    @property
    def days_left(self) -> int:
        return self.left.days


def terms() -> Terms:
    """As staff set them, or as they are shipped."""
    row = CalendarTerms.objects.filter(id=1).first() or CalendarTerms(ending_days=list(ENDING_DAYS))
    return Terms(
        row.zone,
        timedelta(minutes=row.closing_minutes),
        tuple(timedelta(days=each) for each in sorted(row.ending_days, reverse=True)),
        timedelta(days=row.dry_days),
    )


def releases(since: datetime, until: datetime) -> QuerySet[ReleaseVersion]:
    """The newest versions of the releases in ``[since, until)``, in order, withdrawn ones too."""
    found = ReleaseVersion.objects.filter(
        is_newest=True, release_at__gte=since, release_at__lt=until
    )
    return found.select_related("release").order_by("release_at", "title", "id")


def reach(at: datetime) -> Reach:
    """How far the calendar reaches at a moment."""
    standing = ReleaseVersion.objects.filter(is_newest=True, withdrawn=False)
    found = standing.aggregate(first=Min("release_at"), last=Max("release_at"))
    received = ReleaseVersion.objects.aggregate(at=Max("received_at"))["at"]
    left = timedelta(0) if found["last"] is None else max(found["last"] - at, timedelta(0))
    return Reach(found["first"], found["last"], received, left, left < terms().dry)


def event_of(version: ReleaseVersion) -> NewsScheduled:
    """The version as the log holds it."""
    return NewsScheduled(
        at=micros_of(version.received_at),
        id=version.release.name,
        release_at=micros_of(version.release_at),
        title=version.title,
        currencies=tuple(version.currencies),
        symbols=tuple(dict.fromkeys([*version.symbols, *version.mapped])),
        impact=version.impact,
        withdrawn=version.withdrawn,
    )


def map_in_force() -> list[MapEntry]:
    """The entries of the map that count now, the oldest first."""
    return list(MapEntry.objects.filter(ended_at=None).order_by("made_at", "id"))


def mapped_symbols(title: str, currencies: Iterable[str], entries: Sequence[MapEntry]) -> list[str]:
    """The symbols that the map adds to a release of this title and these currencies, sorted."""
    of, words = set(currencies), title.casefold()
    found: set[str] = set()
    for each in entries:
        if each.currency in of or (each.words and each.words.casefold() in words):
            found.update(each.symbols)
    return sorted(found)
