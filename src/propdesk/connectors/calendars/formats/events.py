"""News of an event file of this project: each line is one version with its own time of receipt."""

from datetime import UTC
from itertools import islice

from propdesk.connectors.calendars.lines import lines_of
from propdesk.connectors.calendars.template import (
    CalendarFormat,
    CalendarOptions,
    Document,
    Entry,
    Listing,
)
from propdesk.domain.events import NewsScheduled
from propdesk.wire.event_file import read_event_file
from propdesk.wire.event_shapes import WORDS

_LINES, _HEAD = 200, 65_536


def _recognise(text: str) -> bool:
    first = next((line for line in islice(text[:_HEAD].splitlines(), _LINES) if line.strip()), "")
    return first.lstrip("\ufeff ").startswith("{") and '"type"' in first


def _read(document: Document, _options: CalendarOptions) -> tuple[Listing, ...]:
    lines = lines_of(document.text.lstrip("\ufeff"))
    kinds: set[str] = set()
    versions: list[Listing] = []
    for event in read_event_file(lines, document.name):
        kinds.add(WORDS[type(event)])
        if isinstance(event, NewsScheduled):
            versions.append(_version(event, len(versions) + 1, document))
    if not versions:
        named = ", ".join(sorted(kinds))
        raise document.refuse(None, f"the event file holds no news, only {named}")
    return tuple(versions)


def _version(event: NewsScheduled, row: int, document: Document) -> Listing:
    entry = Entry(
        row=row,
        id=event.id,
        title=event.title,
        currencies=event.currencies,
        symbols=event.symbols,
        impact=event.impact,
        release_at=event.release_at,
        withdrawn=event.withdrawn,
    )
    return Listing(
        document=document.name, series="events", entries=(entry,), zone=UTC, received_at=event.at
    )


FORMAT = CalendarFormat(
    name="events",
    title="event file with news (JSON Lines)",
    times="the offset in each time",
    recognise=_recognise,
    read=_read,
    keeps_ids=True,
)
