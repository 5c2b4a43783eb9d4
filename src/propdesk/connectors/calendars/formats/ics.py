"""iCalendar (RFC 5545): one VEVENT is a release, its UID its id; a cancelled one is withdrawn.

It must not take DTSTAMP for the time of receipt: most programs write the time of the export. Nor
does it expand what repeats: a release is one event.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from itertools import chain, groupby

from icalendar import Component, Timezone
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from propdesk.connectors.calendars.clock_times import Told, on_clock
from propdesk.connectors.calendars.currencies import currencies_among, currencies_of
from propdesk.connectors.calendars.ics_text import ics_text
from propdesk.connectors.calendars.impacts import HIGH, impact_among
from propdesk.connectors.calendars.table_rows import untimed
from propdesk.connectors.calendars.template import (
    ALL_CURRENCIES,
    CalendarFormat,
    CalendarOptions,
    Document,
    Entry,
    Listing,
    moments_of,
)
from propdesk.connectors.calendars.weeks import FOREVER, Scope
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.refusal import at_row
from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.domain.instants import micros_of

_PRIORITIES = {**dict.fromkeys("1234", "high"), "5": "medium", **dict.fromkeys("6789", "low")}
_WORDS_OF = ("SUMMARY", "CATEGORIES", "LOCATION")


def _recognise(text: str) -> bool:
    return text.lstrip("\ufeff \t\r\n")[:15].upper() == "BEGIN:VCALENDAR"


def _read(document: Document, options: CalendarOptions) -> tuple[Listing, ...]:
    content = ics_text(document)
    calendar = content.calendar(document)
    with at_row(document.name, None):
        clock = _Clock(calendar, options.zone)
    known, unsaid = document.received_at, _Unsaid()
    entries = PackedOrder[tuple[int | None, Entry]](lambda one: one[0] or 0)
    count = 0
    for row, event in content.parsed(document):
        with at_row(document.name, row):
            entries.put((known or _modified(event), _entry(event, row, clock, unsaid)))
            count += 1
    if not count:
        raise document.refuse(None, "the calendar holds no event")
    return tuple(_listings(document, calendar, entries, unsaid))


@dataclass(slots=True)
class _Unsaid:
    """How many events leave out what a release needs. Mutable: it counts while they are read."""

    currencies: int = 0
    impacts: int = 0

    def notes(self) -> Iterator[str]:
        if self.currencies:
            yield f"{self.currencies} events name no currency; they concern every currency."
        if self.impacts:
            yield f"{self.impacts} events say no impact; they count as high."


def _listings(
    document: Document,
    calendar: Component,
    read: PackedOrder[tuple[int | None, Entry]],
    unsaid: _Unsaid,
) -> Iterator[Listing]:
    """One, where the file was received at a known time; else one for each time of change."""
    known = document.received_at
    notes = tuple(unsaid.notes())
    series = f"ics {calendar.get('X-WR-CALNAME', calendar.get('PRODID', ''))}"
    for received_at, group in groupby(read.drain(), key=lambda one: one[0]):
        entries = PackedList(entry for _, entry in group)
        yield Listing(
            document=document.name,
            series=series,
            entries=entries,
            zone=UTC,
            received_at=received_at,
            complete=None if known is None else _ahead(entries, known),
            notes=notes,
        )
        notes = ()


def _ahead(entries: PackedList[Entry], received_at: int) -> Scope:
    """All that is to come, and of the past what is still listed: feeds drop what is over."""
    return Scope(min(chain([received_at], moments_of(entries))), FOREVER)


class _Clock:
    """The zones a file's times name: IANA's, Windows', or its own definitions.

    They are looked up here because the library keeps one file's definitions for the next file.
    """

    def __init__(self, calendar: Component, zone: tzinfo | None) -> None:
        self.own = {str(each.get("TZID", "")): each for each in calendar.walk("VTIMEZONE")}
        named = str(calendar.get("X-WR-TIMEZONE", ""))
        self.floating = zone or (self.named(named) if named else None)

    def named(self, name: str) -> tzinfo:
        for known in (name.strip("/"), WINDOWS_TO_OLSON.get(name, "")):
            try:
                return zone_of(known)
            except UnknownZone:
                continue
        own = self.own.get(name)
        if not isinstance(own, Timezone):
            raise ValueError(f"the time zone {name[:60]!r} is not known")
        return _defined(own)

    def moment(self, event: Component, name: str) -> Told:
        """When a property says, on the clock it names. Raises ``ValueError``."""
        field = event.get(name)
        when = getattr(field, "dt", None)
        if not isinstance(when, date):
            raise ValueError(f"the event has no {name} that is a time")
        if not isinstance(when, datetime):
            return untimed(when.isoformat(), "All Day")
        if not 1990 <= when.year <= 2100:
            raise ValueError(f"{name} lies in no year between 1990 and 2100")
        zone_name = str(field.params.get("TZID", ""))
        if not zone_name and when.tzinfo is not None:
            return Told(micros_of(when))
        zone = self.named(zone_name) if zone_name else self.floating
        return Told(on_clock(when.date(), when.time(), zone))


def _defined(zone: Timezone) -> tzinfo:
    try:
        found = zone.to_tz(lookup_tzid=False)
    except (KeyError, IndexError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"the file's own time zone cannot be understood: {error}") from None
    if not isinstance(found, tzinfo):
        raise ValueError("the file's own time zone cannot be understood")
    return found


def _entry(event: Component, row: int, clock: _Clock, unsaid: _Unsaid) -> Entry:
    if "RRULE" in event or "RDATE" in event:
        raise ValueError("the event repeats; a calendar of releases names each of them")
    told = clock.moment(event, "DTSTART")
    title = " ".join(str(event.get("SUMMARY", "")).split())
    if not title:
        raise ValueError("the event has no SUMMARY")
    currencies, impact = _currencies(event), _impact(event)
    unsaid.currencies += not currencies
    unsaid.impacts += not impact
    again = event.get("RECURRENCE-ID")
    suffix = "" if again is None else f"/{again.to_ical().decode()}"
    return Entry(
        row=row,
        id=str(event.get("UID", "")) + suffix,
        title=title,
        currencies=currencies or (ALL_CURRENCIES,),
        impact=impact or HIGH,
        release_at=told.at,
        said=told.said,
        withdrawn=str(event.get("STATUS", "")).upper() == "CANCELLED",
    )


def _texts(event: Component, names: Iterable[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        values = event.get(name, [])
        for value in values if isinstance(values, list) else [values]:
            cats = getattr(value, "cats", None)
            found += [str(value)] if cats is None else [str(each) for each in cats]
    return found


def _currencies(event: Component) -> tuple[str, ...]:
    """A code in capitals in the title, a category or the place; or a country as either."""
    for text in _texts(event, _WORDS_OF):
        codes = currencies_among(text)
        if codes:
            return codes
    for text in _texts(event, ("CATEGORIES", "LOCATION")):
        try:
            return currencies_of(text)
        except ValueError:
            continue
    return ()


def _impact(event: Component) -> str:
    """A category or line that says it, or else the priority (1 to 4 high, 5 medium, 6 to 9 low)."""
    said = _texts(event, ("CATEGORIES",))
    lines = "\n".join(_texts(event, ("DESCRIPTION",))).splitlines()
    said += [line for line in lines if "impact" in line.casefold()]
    for text in said:
        impact = impact_among(text)
        if impact is not None:
            return impact
    return _PRIORITIES.get(str(event.get("PRIORITY", "")), "")


def _modified(event: Component) -> int | None:
    """When the sender last changed the event: no earlier can this version have been known."""
    when = getattr(event.get("LAST-MODIFIED"), "dt", None)
    if not isinstance(when, datetime):
        return None
    return micros_of(when if when.tzinfo else when.replace(tzinfo=UTC))


FORMAT = CalendarFormat(
    name="ics",
    title="iCalendar file (ICS)",
    times="the zone of each time; floating times on the clock that was named",
    recognise=_recognise,
    read=_read,
)
