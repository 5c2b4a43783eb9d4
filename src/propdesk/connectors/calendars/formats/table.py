"""A calendar as a table with a header: title, currency or country, and when.

It must not assume a clock: a time has an offset, the row names a zone, or the person did.
"""

from collections.abc import Sequence
from datetime import UTC, tzinfo

from propdesk.connectors.calendars.clock_times import (
    Told,
    day,
    is_day,
    moment,
    names_no_time,
    on_clock,
    time_of_day,
)
from propdesk.connectors.calendars.currencies import currencies_of
from propdesk.connectors.calendars.table_rows import (
    CONCERNS,
    DAYS,
    IDS,
    TIMES,
    TITLES,
    WHOLE_TIMES,
    TableRow,
    Unsaid,
    kind_of,
    rows_of,
    untimed,
)
from propdesk.connectors.calendars.template import (
    CalendarFormat,
    CalendarOptions,
    Document,
    Entry,
    Listing,
    moments_of,
)
from propdesk.connectors.calendars.weeks import Scope, day_of, first_and_last
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.refusal import at_row
from propdesk.domain.clock import zone_of

_ZONES = ("timezone", "time_zone", "zone", "tz")
_SYMBOLS = ("symbols", "symbol", "instruments")


def _recognise(text: str) -> bool:
    return kind_of(text) == "table"


def _read(document: Document, options: CalendarOptions) -> tuple[Listing, ...]:
    entries, unsaid = read_entries(document, options)
    zone = options.zone or UTC
    return (
        Listing(
            document=document.name,
            series="table",
            entries=entries,
            zone=zone,
            received_at=document.received_at,
            complete=_span(entries, zone),
            notes=unsaid.notes(),
        ),
    )


def read_entries(document: Document, options: CalendarOptions) -> tuple[PackedList[Entry], Unsaid]:
    """The rows as releases, and what they leave unsaid. Raises ``Unreadable``."""
    unsaid = Unsaid()
    entries = PackedList[Entry]()
    for row in rows_of(document):
        with at_row(document.name, row.number):
            entries.append(_entry(row, options, unsaid))
    return entries, unsaid


def _entry(row: TableRow, options: CalendarOptions, unsaid: Unsaid) -> Entry:
    told = _told(row, options)
    return Entry(
        row=row.number,
        id=row.first(IDS),
        title=row.needed(TITLES),
        currencies=currencies_of(row.needed(CONCERNS)),
        symbols=tuple(row.first(_SYMBOLS).split()),
        impact=unsaid.impact(row),
        release_at=told.at,
        said=told.said,
    )


def _told(row: TableRow, options: CalendarOptions) -> Told:
    zone = _zone(row, options)
    whole, date, time = row.first(WHOLE_TIMES), row.first(DAYS), row.first(TIMES)
    single = whole or (date if not row.cells.keys() & set(TIMES) else "")
    if single and not names_no_time(single) and not is_day(single):
        return Told(moment(single, zone))
    if single or names_no_time(date) or names_no_time(time):
        return untimed(single or date, time)
    return Told(on_clock(day(date), time_of_day(time), zone))


def _zone(row: TableRow, options: CalendarOptions) -> tzinfo | None:
    named = row.first(_ZONES)
    return zone_of(named) if named else options.zone


def _span(entries: Sequence[Entry], zone: tzinfo) -> Scope | None:
    """From the first release to the end of the last one's day; a list may begin at any time."""
    found = first_and_last(moments_of(entries))
    return found and Scope(found[0], day_of(found[1], zone).end)


FORMAT = CalendarFormat(
    name="table",
    title="table (CSV with columns for title, currency and date)",
    times="the offset in each time, the row's timezone, or the clock that was named",
    recognise=_recognise,
    read=_read,
)
