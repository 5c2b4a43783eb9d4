"""The weekly feed in JSON: a list of a week's releases, each with title, country and date.

It has no ids, and lists its whole week each time: what it no longer lists is withdrawn.
"""

import re
from typing import Any

from propdesk.connectors.calendars.clock_times import Told, is_day, moment, names_no_time
from propdesk.connectors.calendars.currencies import currencies_of
from propdesk.connectors.calendars.impacts import impact_of
from propdesk.connectors.calendars.json_text import items_of, text_of
from propdesk.connectors.calendars.table_rows import untimed
from propdesk.connectors.calendars.template import (
    CalendarFormat,
    CalendarOptions,
    Document,
    Entry,
    Listing,
)
from propdesk.connectors.calendars.weekly_feed import week_listing
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.refusal import at_row

_HEAD = 4096
_OPENING = re.compile(r"\s*\[\s*\{")


def _recognise(text: str) -> bool:
    head = text.lstrip("\ufeff")[:_HEAD]
    named = all(f'"{key}"' in head for key in ("title", "country", "date", "impact"))
    return bool(_OPENING.match(head)) and named


def _read(document: Document, options: CalendarOptions) -> tuple[Listing, ...]:
    entries = PackedList[Entry]()
    for number, release in enumerate(items_of(document), start=1):
        with at_row(document.name, number):
            entries.append(_entry(release, number, options))
    return (week_listing(document, entries),)


def _entry(release: Any, number: int, options: CalendarOptions) -> Entry:
    told = _told(text_of(release, "date", needed=False), options)
    return Entry(
        row=number,
        title=text_of(release, "title"),
        currencies=currencies_of(text_of(release, "country")),
        impact=impact_of(text_of(release, "impact")),
        release_at=told.at,
        said=told.said,
    )


def _told(date: str, options: CalendarOptions) -> Told:
    if names_no_time(date) or is_day(date):
        return untimed(date)
    return Told(moment(date, options.zone))


FORMAT = CalendarFormat(
    name="weekly_json",
    title="weekly feed (JSON: title, country, date, impact)",
    times="the offset in each time; times without one on the clock that was named",
    recognise=_recognise,
    read=_read,
)
