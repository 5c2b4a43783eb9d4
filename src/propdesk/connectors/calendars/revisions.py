"""Versions of one calendar put in the order they were received, as events of the log.

A release without an id is the one of the same currency and title whose time is nearest in the same
week; pairs are taken nearest first, so the same files always give the same events. A wrong pair
changes no verdict: the old time ends and the new one begins with the version either way.
It must not look ahead: what a version becomes depends on it and on those received before it.
"""

from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from propdesk.connectors.calendars.currencies import EVERY
from propdesk.connectors.calendars.template import ALL_CURRENCIES, Entry, Listing
from propdesk.connectors.calendars.weeks import Weeks
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import NewsScheduled
from propdesk.domain.instants import format_instant

# The busiest title seen, a president's speeches, has five.
OF_A_WEEK_MAX = 100
_TOO_MANY = f"more than {OF_A_WEEK_MAX} releases of one currency and title in one week"


@dataclass(slots=True)
class Changes:
    """How often what happened to releases. Mutable: it counts while versions are followed."""

    added: int = 0
    added_late: int = 0
    retimed: int = 0
    retimed_late: int = 0
    withdrawn: int = 0


@dataclass(slots=True)
class Series:
    """The releases of one calendar as they are known after the versions followed so far.

    Mutable: it is moved on by each version. ``keeps_ids``: its ids are the log's.
    """

    name: str
    keeps_ids: bool
    releases: int = 0
    known: dict[str, NewsScheduled] = field(default_factory=dict)
    by_words: dict[tuple[str, ...], list[str]] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    _weeks: dict[tzinfo, Weeks] = field(default_factory=dict)

    def follow(
        self, listing: Listing, received_at: int, *, last: bool = False
    ) -> Iterator[NewsScheduled]:
        """What a version changes, as events at ``received_at``. Raises ``Unreadable``.

        ``last``: no other version follows, so what it lists need not be remembered.
        """
        ids = self._ids(listing)
        timed = (each for each in listing.entries if each.release_at is not None)
        for key, entry in zip(ids, timed, strict=True):
            event = _event(key, entry, received_at)
            before = self.known.get(key)
            if before is None and event.withdrawn:
                continue  # withdrawn before it was ever said
            if before is None or replace(before, at=received_at) != event:
                self._count(before, event)
                if not last:
                    self.remember(event)
                yield event
        if self.known:
            yield from self._gone(listing, set(ids), received_at)

    def remember(self, event: NewsScheduled) -> None:
        """From here on the release is known as ``event`` says it."""
        if event.id not in self.known:
            self.by_words.setdefault(_words(event), []).append(event.id)
        self.known[event.id] = event

    def _gone(self, listing: Listing, listed: set[str], at: int) -> Iterator[NewsScheduled]:
        """What an earlier version has in this one's span, and this one has not."""
        if listing.complete is None:
            return
        for key, event in list(self.known.items()):
            here = event.release_at in listing.complete
            if here and key not in listed and not event.withdrawn:
                gone = replace(event, at=at, withdrawn=True)
                self._count(event, gone)
                self.known[key] = gone
                yield gone

    def _count(self, before: NewsScheduled | None, event: NewsScheduled) -> None:
        late = event.release_at < event.at
        self.releases += before is None
        if event.withdrawn:
            self.changes.withdrawn += 1
        elif before is None or before.withdrawn:
            self.changes.added += 1
            self.changes.added_late += late
        elif before.release_at != event.release_at:
            self.changes.retimed += 1
            self.changes.retimed_late += before.release_at < event.at

    # -- which release an entry is
    def _ids(self, listing: Listing) -> list[str]:
        """The id of each entry that has a time."""
        found: list[str] = []
        without: dict[tuple[str, ...], _Alike] = {}
        seen: set[str] = set()
        for entry in listing.entries:
            if entry.release_at is None:
                continue
            if entry.id:
                key = entry.id if self.keeps_ids else f"{self.name}/{entry.id}"
                if key in seen:
                    raise Unreadable(
                        listing.document, entry.row, f"the id {entry.id[:40]!r} is there twice"
                    )
                seen.add(key)
                found.append(key)
                continue
            without.setdefault(_words(entry), _Alike()).append(len(found), entry)
            found.append("")
        for words, alike in without.items():
            self._match(words, alike, found, listing)
        return found

    def _match(
        self, words: tuple[str, ...], alike: "_Alike", found: list[str], listing: Listing
    ) -> None:
        """Releases of one currency and title to the known ones of the same week, nearest first."""
        of = self._weeks.setdefault(listing.zone, Weeks(listing.zone)).of
        weeks = [of(at) for at in alike.moments]
        for week, count in Counter(weeks).items():
            if count > OF_A_WEEK_MAX:
                raise Unreadable(listing.document, alike.rows[weeks.index(week)], _TOO_MANY)
        pairs = sorted(
            (abs(event.release_at - at), event.release_at, key, place)
            for key in self.by_words.get(words, ())
            for event in [self.known[key]]
            for place, at, week in zip(alike.places, alike.moments, weeks, strict=True)
            if event.release_at in week
        )
        taken: set[str] = set()
        for _, _, key, place in pairs:
            if key not in taken and not found[place]:
                found[place] = key
                taken.add(key)
        for place, at in zip(alike.places, alike.moments, strict=True):
            if not found[place]:
                found[place] = self._new(at, words, taken)
                taken.add(found[place])

    def _new(self, at: int, words: tuple[str, ...], taken: set[str]) -> str:
        named = "/".join((self.name, *words, format_instant(at)))
        key, number = named, 1
        while key in self.known or key in taken:
            number += 1
            key = f"{named}#{number}"
        return key


class _Alike:
    """The releases of one currency and title in one version. Mutable: it is filled in order."""

    __slots__ = ("moments", "places", "rows")

    def __init__(self) -> None:
        self.places, self.moments, self.rows = array("q"), array("q"), array("q")

    def append(self, place: int, entry: Entry) -> None:
        self.places.append(place)
        self.moments.append(_at(entry))
        self.rows.append(entry.row)


def _at(entry: Entry) -> int:
    if entry.release_at is None:  # only releases with a time are matched
        raise ValueError("a release without a time has no place in a week")
    return entry.release_at


def _event(key: str, entry: Entry, received_at: int) -> NewsScheduled:
    return NewsScheduled(
        at=received_at,
        id=key,
        release_at=_at(entry),
        title=entry.title,
        currencies=_currencies(entry),
        symbols=entry.symbols,
        impact=entry.impact,
        withdrawn=entry.withdrawn,
    )


def _currencies(entry: Entry) -> tuple[str, ...]:
    return EVERY if ALL_CURRENCIES in entry.currencies else entry.currencies


def _words(of: Entry | NewsScheduled) -> tuple[str, ...]:
    currencies = of.currencies if isinstance(of, NewsScheduled) else _currencies(of)
    return ("ALL" if currencies == EVERY else "+".join(currencies), of.title)
