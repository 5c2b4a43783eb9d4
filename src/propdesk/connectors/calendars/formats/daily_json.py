"""One day's releases in JSON, each with an id and a time in UTC, and when the day was looked up.

A release that moves to another day keeps its id and is listed there.
"""

from datetime import UTC
from typing import Any

from propdesk.connectors.calendars.clock_times import moment
from propdesk.connectors.calendars.currencies import currencies_of
from propdesk.connectors.calendars.impacts import impact_of
from propdesk.connectors.calendars.json_text import parsed, text_of
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

_HEAD = 4096


def _recognise(text: str) -> bool:
    head = text.lstrip("\ufeff \t\r\n")[:_HEAD]
    return head.startswith("{") and '"timestamp"' in head and '"events"' in head


def _read(document: Document, _options: CalendarOptions) -> tuple[Listing, ...]:
    day = parsed(document)
    releases = day.get("events") if isinstance(day, dict) else None
    if not isinstance(releases, list):
        raise document.refuse(None, "the day has no list of events")
    with at_row(document.name, None):
        looked_up = moment(text_of(day, "timestamp"), None)
    entries = PackedList[Entry]()
    for number, release in enumerate(releases, start=1):
        with at_row(document.name, number):
            entries.append(_entry(release, number))
    return (
        Listing(
            document=document.name,
            series="daily list",
            entries=entries,
            zone=UTC,
            received_at=looked_up if document.received_at is None else document.received_at,
            complete=_day(entries),
        ),
    )


def _entry(release: Any, number: int) -> Entry:
    return Entry(
        row=number,
        id=text_of(release, "event_id"),
        title=text_of(release, "event"),
        currencies=currencies_of(text_of(release, "currency")),
        impact=impact_of(text_of(release, "impact")),
        release_at=moment(text_of(release, "event_dt"), None),
    )


def _day(entries: PackedList[Entry]) -> Scope | None:
    """The one day the file lists; none where it lists nothing, or several days."""
    found = first_and_last(moments_of(entries))
    day = found and day_of(found[0], UTC)
    return day if found and day and found[1] in day else None


FORMAT = CalendarFormat(
    name="daily_json",
    title="daily list (JSON: timestamp, events with event_id and event_dt)",
    times="the offset in each time",
    recognise=_recognise,
    read=_read,
)
