"""The floor plan of a calendar's format: how its files are known, and what reading one gives.

A format must not match versions, guess a time it was not told, or leave a row out: what has no
time is ``untimed``, what cannot be read is refused with its row.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from propdesk.connectors.calendars.weeks import Scope
from propdesk.connectors.refusal import Unreadable

ALL_CURRENCIES = "ALL"
"""A release that concerns every currency, before it is told which ones there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file, or one member of an archive: its name, its text and when it was received."""

    name: str
    text: str
    received_at: int | None = None

    def refuse(self, row: int | None, why: str) -> Unreadable:
        """The refusal of this file, to be raised."""
        return Unreadable(self.name, row, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarOptions:
    """What a person may say beside the files; ``zone`` None: no clock was named."""

    zone: tzinfo | None = None
    zone_name: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One release as a file lists it.

    ``id`` is the source's own, "" where it has none. ``release_at`` None: the file says the
    release is to come and not when; ``said`` is what it says in place of the time.
    """

    row: int
    title: str
    currencies: tuple[str, ...]
    impact: str
    release_at: int | None
    id: str = ""
    symbols: tuple[str, ...] = ()
    said: str = ""
    withdrawn: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one file says at one moment.

    ``series``: only listings of one series are versions of one another. ``received_at`` None: the
    file does not say. ``complete``: the span of which it lists everything, so that what an earlier
    listing has there and this one has not is withdrawn; None: nothing is, by absence.
    ``zone`` is the clock whose weeks bound the matching of releases without ids.
    """

    document: str
    series: str
    entries: Sequence[Entry]
    zone: tzinfo
    received_at: int | None = None
    complete: Scope | None = None
    notes: tuple[str, ...] = ()


def moments_of(entries: Sequence[Entry]) -> Iterator[int]:
    """When the releases are that have a time."""
    return (each.release_at for each in entries if each.release_at is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFormat:
    """One format of calendars. ``name`` is its file's.

    ``recognise`` is pure and cheap and sees the whole text; no two formats may recognise the same.
    ``keeps_ids``: its ids go into the log as they are. ``read`` raises ``Unreadable``.
    """

    name: str
    title: str
    times: str
    recognise: Callable[[str], bool]
    read: Callable[[Document, CalendarOptions], tuple[Listing, ...]]
    keeps_ids: bool = False
