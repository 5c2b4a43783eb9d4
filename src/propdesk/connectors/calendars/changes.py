"""What one more file says of a calendar that is kept: the releases it adds, changes and withdraws.

Whatever the file says of itself, it is received now. It must not write, and takes nothing back
but what is of its own series.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from propdesk.connectors.calendars.recognition import recognised
from propdesk.connectors.calendars.revisions import Series
from propdesk.connectors.calendars.sources import CalendarSource, documents
from propdesk.connectors.calendars.template import CalendarOptions, Listing
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.domain.events import NewsScheduled

Known = Callable[[str], Iterable[NewsScheduled]]
"""The newest version of every release of a series."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The newest word on one release; ``before`` is what was known of it."""

    series: str
    event: NewsScheduled
    before: NewsScheduled | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a file changes, in the order of the releases, and what a person is told of it."""

    changed: tuple[Changed, ...]
    listed: int
    untimed: int
    past: int
    """Unknown until now and over by now: left out, for nobody could have known them."""
    notes: tuple[str, ...]


def changes_by(
    source: CalendarSource, known: Known, at: int, *, zone: str | None = None, closed: int = 0
) -> Changes:
    """What the file changes at ``at``; of releases before ``closed`` it changes nothing any more.

    ``zone`` is the clock of times without one. Raises ``Unreadable`` with the file and the row.
    """
    listings = list(_listings(source, _options(zone, source)))
    before: dict[str, NewsScheduled] = {}
    after: dict[str, tuple[str, NewsScheduled]] = {}
    series: dict[str, Series] = {}
    for listing, keeps_ids in listings:
        if listing.series not in series:
            of = list(known(listing.series))
            series[listing.series] = _kept(Series(listing.series, keeps_ids), of)
            before |= {each.id: each for each in of}
        for event in series[listing.series].follow(listing, at):
            after[event.id] = (listing.series, event)
    found = [
        Changed(name, event, before.get(event.id))
        for name, event in sorted(after.values(), key=lambda each: each[1].release_at)
    ]
    new_and_over = [each for each in found if _is_over(each, at)]
    entries = Counter(
        entry.release_at is None for listing, _ in listings for entry in listing.entries
    )
    return Changes(
        changed=tuple(
            each for each in found if not _is_over(each, at) and not _is_closed(each, closed)
        ),
        listed=entries.total(),
        untimed=entries[True],
        past=len(new_and_over),
        notes=tuple(note for listing, _ in listings for note in listing.notes),
    )


def _is_over(change: Changed, at: int) -> bool:
    """Whether nobody could have known it before its time."""
    return change.before is None and change.event.release_at < at


def _is_closed(change: Changed, closed: int) -> bool:
    """Whether it is history, or would become history by being moved there."""
    before = change.before
    if before is None:
        return False
    moves = before.release_at != change.event.release_at
    return before.release_at < closed or (moves and change.event.release_at < change.event.at)


def _listings(source: CalendarSource, options: CalendarOptions) -> Iterator[tuple[Listing, bool]]:
    for document in documents([source]):
        form = recognised(document)
        for listing in form.read(document, options):
            yield listing, form.keeps_ids


def _kept(series: Series, known: Iterable[NewsScheduled]) -> Series:
    for each in known:
        series.remember(each)
    return series


def _options(zone: str | None, source: CalendarSource) -> CalendarOptions:
    if not zone:
        return CalendarOptions()
    try:
        return CalendarOptions(zone=zone_of(zone), zone_name=zone)
    except UnknownZone as error:
        raise Unreadable(source.shown, None, str(error)) from None
