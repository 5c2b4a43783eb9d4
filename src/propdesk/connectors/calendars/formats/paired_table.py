"""An export with each time twice, on a local clock and in UTC, and rows without day or time.

The local day with the UTC time of day is no moment: the difference of the two clocks says on which
day the UTC time falls. The zone's name (``IST``) means several clocks and is not used.
"""

from collections.abc import Iterable
from datetime import UTC, timedelta, timezone
from itertools import groupby

from propdesk.connectors.calendars.clock_times import (
    Told,
    day,
    moment,
    names_no_time,
    on_clock,
    time_of_day,
)
from propdesk.connectors.calendars.currencies import currencies_of
from propdesk.connectors.calendars.table_rows import (
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
)
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.refusal import at_row

_DAY_MINUTES = 24 * 60
# Clocks lie between UTC-12 and UTC+14; those two hours of overlap are not told apart.
_AHEAD_MAX = 12 * 60


def _recognise(text: str) -> bool:
    return kind_of(text) == "paired"


def _read(document: Document, _options: CalendarOptions) -> tuple[Listing, ...]:
    unsaid = Unsaid()
    read = PackedOrder[tuple[int | None, Entry]](lambda one: (one[0] or 0, one[1].row))
    for row in rows_of(document):
        with at_row(document.name, row.number):
            received = row.first(("last_updated", "updated_at"))
            at = moment(received, UTC) if received else None
            known = at if document.received_at is None else document.received_at
            read.put((known, _entry(row, unsaid)))
    return tuple(_listings(document, read, unsaid))


def _listings(
    document: Document, read: PackedOrder[tuple[int | None, Entry]], unsaid: Unsaid
) -> Iterable[Listing]:
    """One for each moment of receipt; nothing in them says that another is superseded."""
    notes = unsaid.notes()
    for received_at, group in groupby(read.drain(), key=lambda one: one[0]):
        yield Listing(
            document=document.name,
            series="paired table",
            entries=PackedList(entry for _, entry in group),
            zone=UTC,
            received_at=received_at,
            notes=notes,
        )
        notes = ()


def _entry(row: TableRow, unsaid: Unsaid) -> Entry:
    told = _told(row)
    return Entry(
        row=row.number,
        id=row.first(("event_uid",)),
        title=row.needed(("event", "title")),
        currencies=currencies_of(row.needed(("currency",))),
        impact=unsaid.impact(row),
        release_at=told.at,
        said=told.said,
    )


def _told(row: TableRow) -> Told:
    date, local, utc = (row.first((name,)) for name in ("date", "time", "time_utc"))
    if names_no_time(date) or names_no_time(local) or names_no_time(utc):
        return untimed(date, local or utc)
    here, there = time_of_day(local), time_of_day(utc)
    minutes = (here.hour - there.hour) * 60 + here.minute - there.minute
    ahead = (minutes + _AHEAD_MAX - 1) % _DAY_MINUTES - _AHEAD_MAX + 1
    return Told(on_clock(day(date), here, timezone(timedelta(minutes=ahead))))


FORMAT = CalendarFormat(
    name="paired_table",
    title="export with local and UTC times (CSV: date, time, time_zone, time_utc, event)",
    times="the difference of each row's two times",
    recognise=_recognise,
    read=_read,
)
