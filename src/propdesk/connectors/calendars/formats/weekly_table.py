"""The weekly feed as a table: the same columns as its JSON, or with date and time apart.

Both forms are versions of one feed: a week received once in either is one calendar.
"""

from propdesk.connectors.calendars.formats.table import read_entries
from propdesk.connectors.calendars.table_rows import kind_of
from propdesk.connectors.calendars.template import (
    CalendarFormat,
    CalendarOptions,
    Document,
    Listing,
)
from propdesk.connectors.calendars.weekly_feed import week_listing


def _recognise(text: str) -> bool:
    return kind_of(text) == "weekly"


def _read(document: Document, options: CalendarOptions) -> tuple[Listing, ...]:
    entries, unsaid = read_entries(document, options)
    return (week_listing(document, entries, unsaid.notes()),)


FORMAT = CalendarFormat(
    name="weekly_table",
    title="weekly feed (CSV: title, country, date, impact, forecast, previous)",
    times="the offset in each time, or the clock that was named",
    recognise=_recognise,
    read=_read,
)
