"""A month's releases as a table without years (``Mar 1``), impact as a colour, on UTC+7.

The year is in the file's name (``2023_03``); the clock is the one these tables are published in.
"""

import re
from datetime import timedelta, timezone, tzinfo

from propdesk.connectors.calendars.clock_times import (
    Told,
    day_of_year,
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
from propdesk.connectors.refusal import at_row

_PUBLISHED_IN = timezone(timedelta(hours=7))
_MONTH = re.compile(r"(?<!\d)(\d{4})[-_.]?(0[1-9]|1[0-2])(?!\d)")


def _recognise(text: str) -> bool:
    return kind_of(text) == "monthly"


def _read(document: Document, options: CalendarOptions) -> tuple[Listing, ...]:
    found = _MONTH.search(document.name)
    if found is None:
        raise document.refuse(
            None, "its days name no year; put year and month in the file's name, as in 2023_03.csv"
        )
    zone = options.zone or _PUBLISHED_IN
    unsaid = Unsaid()
    entries = PackedList[Entry]()
    for row in rows_of(document):
        with at_row(document.name, row.number):
            told = _told(row, int(found[1]), int(found[2]), zone)
            entries.append(_entry(row, told, unsaid))
    said = options.zone_name if options.zone is not None else "UTC+07:00"
    return (
        Listing(
            document=document.name,
            series="monthly table",
            entries=entries,
            zone=zone,
            received_at=document.received_at,
            notes=(f"Its times are read on the clock of {said}.", *unsaid.notes()),
        ),
    )


def _told(row: TableRow, year: int, month: int, zone: tzinfo) -> Told:
    when, time = row.first(("date",)), row.first(("time",))
    if names_no_time(when):
        return untimed(when, time)
    day = day_of_year(when, year)
    if day.month != month:
        raise ValueError(f"{when!r} is not in the month that the file's name says")
    if names_no_time(time):
        return untimed(day.isoformat(), time)
    return Told(on_clock(day, time_of_day(time), zone))


def _entry(row: TableRow, told: Told, unsaid: Unsaid) -> Entry:
    return Entry(
        row=row.number,
        title=row.needed(("event",)),
        currencies=currencies_of(row.needed(("currency",))),
        impact=unsaid.impact(row),
        release_at=told.at,
        said=told.said,
    )


FORMAT = CalendarFormat(
    name="monthly_table",
    title="monthly table (CSV: days such as 'Mar 1', impact as a colour)",
    times="UTC+07:00 unless a clock was named",
    recognise=_recognise,
    read=_read,
)
