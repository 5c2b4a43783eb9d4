"""The door: files of calendars in, one calendar out, with every version in the order of receipt.

It must not judge a trade, and it drops nothing in silence: what restricts nothing is in a note.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from propdesk.connectors.calendars.recognition import recognised
from propdesk.connectors.calendars.revisions import Series
from propdesk.connectors.calendars.sources import CalendarSource, documents
from propdesk.connectors.calendars.template import CalendarOptions, Entry, Listing, moments_of
from propdesk.connectors.calendars.weeks import first_and_last
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.domain.events import NewsScheduled
from propdesk.domain.instants import DAY, format_instant

# A version that does not say when it was received is taken as published this long before the
# first release it lists: before that no calendar was there, and a trade cannot be judged.
KNOWN_BEFORE = 7 * DAY
_DAY = re.compile(r"^\d{4}-\d\d-\d\d ?")


@dataclass(frozen=True, slots=True)
class Untimed:
    """A release that a version says is to come without saying when: ``said`` in place of a time."""

    document: str
    row: int
    title: str
    currencies: tuple[str, ...]
    impact: str
    said: str
    received_at: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of one calendar, as it was received. ``assumed``: no file says when."""

    document: str
    series: str
    received_at: int
    assumed: bool
    releases: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """What was known of releases, and since when. ``events`` are in the order of the log."""

    events: Sequence[NewsScheduled]
    untimed: Sequence[Untimed]
    versions: tuple[Version, ...]
    notes: tuple[str, ...]


def read_calendar(sources: Iterable[CalendarSource | Path], *, zone: str | None = None) -> Calendar:
    """The calendar in files, folders, archives and uploads of any format. Raises ``Unreadable``.

    ``zone`` is the clock of times without one: an IANA name or ``server``.
    """
    given = [each if isinstance(each, CalendarSource) else CalendarSource(each) for each in sources]
    received, keeps_ids = _listed(given, _options(zone, given))
    series = {name: Series(name, keeps) for name, keeps in keeps_ids.items()}
    last = {listing.series: number for number, (_, listing) in enumerate(received)}
    events = PackedList(
        event
        for number, (at, listing) in enumerate(received)
        for event in series[listing.series].follow(listing, at, last=last[listing.series] == number)
    )
    versions = tuple(_version(at, listing) for at, listing in received)
    untimed = PackedList(_untimed(received))
    notes = (
        *_told(versions, series.values(), events),
        *_told_of_documents(received),
        *_told_untimed(untimed),
    )
    return Calendar(events, untimed, versions, notes)


def _listed(
    given: Sequence[CalendarSource], options: CalendarOptions
) -> tuple[list[tuple[int, Listing]], dict[str, bool]]:
    """Every listing in the order of receipt, and whether the ids of its series are the log's."""
    received: list[tuple[int, Listing]] = []
    keeps_ids: dict[str, bool] = {}
    for document in documents(given):
        form = recognised(document)
        for listing in form.read(document, options):
            keeps_ids[listing.series] = form.keeps_ids
            received.append((_received(listing), listing))
    received.sort(key=lambda one: one[0])  # stable: of one moment, the file named last is newest
    return received, keeps_ids


def _options(zone: str | None, given: Sequence[CalendarSource]) -> CalendarOptions:
    if zone is None:
        return CalendarOptions()
    try:
        return CalendarOptions(zone=zone_of(zone), zone_name=zone)
    except UnknownZone as error:
        raise Unreadable(given[0].shown if given else "calendar", None, str(error)) from None


def _received(listing: Listing) -> int:
    if listing.received_at is not None:
        return listing.received_at
    return min(moments_of(listing.entries), default=0) - KNOWN_BEFORE


def _version(at: int, listing: Listing) -> Version:
    return Version(
        listing.document, listing.series, at, listing.received_at is None, len(listing.entries)
    )


def _untimed(received: Iterable[tuple[int, Listing]]) -> Iterable[Untimed]:
    for at, listing in received:
        for entry in listing.entries:
            if entry.release_at is None:
                yield _said(entry, listing.document, at)


def _said(entry: Entry, document: str, at: int) -> Untimed:
    return Untimed(document, entry.row, entry.title, entry.currencies, entry.impact, entry.said, at)


# -- what a person is told
def _told(
    versions: Sequence[Version], every: Iterable[Series], events: Iterable[NewsScheduled]
) -> Iterable[str]:
    if not versions:
        return
    changes = [each.changes for each in every]
    first, last = (format_instant(each.received_at) for each in (versions[0], versions[-1]))
    yield (
        f"Calendar: {len(versions)} versions received from {first} to {last}, "
        f"{sum(each.releases for each in every)} releases."
    )
    known = first_and_last(each.release_at for each in events)
    if known is not None:
        yield (
            f"Calendar: releases are known from {format_instant(known[0])} to "
            f"{format_instant(known[1])}; of other times it says nothing."
        )
    late = sum(each.added_late for each in changes)
    moved, afterwards = (sum(getattr(c, n) for c in changes) for n in ("retimed", "retimed_late"))
    gone = sum(each.withdrawn for each in changes)
    if late:
        yield (
            f"Calendar: {late} releases were first received after their time; trades before the "
            "receipt are not judged by them."
        )
    if moved or gone:
        yield (
            f"Calendar: {moved} times a release was moved ({afterwards} after its time) "
            f"and {gone} times withdrawn; each version judges from its receipt on."
        )


def _told_of_documents(received: Iterable[tuple[int, Listing]]) -> Iterable[str]:
    assumed = dict.fromkeys(each.document for _, each in received if each.received_at is None)
    if assumed:
        named = ", ".join([*assumed][:3]) + (f" and {len(assumed) - 3} more" * (len(assumed) > 3))
        yield (
            f"Calendar: {named} does not say when it was received; it is taken as known from "
            f"{KNOWN_BEFORE // DAY} days before its first release."
        )
    for _, listing in received:
        for note in listing.notes:
            yield f"{listing.document}: {note}"


def _told_untimed(untimed: Sequence[Untimed]) -> Iterable[str]:
    if not untimed:
        return
    words = Counter(_DAY.sub("", each.said) or "day only" for each in untimed)
    weights = Counter(each.impact for each in untimed)
    how = ", ".join(f"{count} {word}" for word, count in sorted(words.items()))
    high = weights["high"]
    yield (
        f"Calendar: {len(untimed)} entries name no time and restrict nothing ({how}); "
        f"{high} of them are of high impact."
    )
