"""An iCalendar text as its head (name, zones) and its events, each with the line it begins in.

The library understands the lines; it is given one event at a time, and of an event only what says
something of a release, because it takes a tenth of a millisecond and a kilobyte for every line.
It must not interpret a property.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from icalendar import Calendar, Component, Event

from propdesk.connectors.calendars.lines import lines_of
from propdesk.connectors.calendars.template import Document
from propdesk.connectors.packed_list import PackedList

_KEPT = re.compile(
    r"(BEGIN|END|UID|SUMMARY|DTSTART|CATEGORIES|LOCATION|DESCRIPTION|PRIORITY|STATUS|LAST-MODIFIED"
    r"|RECURRENCE-ID|RRULE|RDATE)[:;]",
    re.IGNORECASE,
)
# A zone's switches repeat yearly; one that repeats each second would be computed for minutes.
_BUSY = re.compile(r"RRULE.*FREQ=(SECONDLY|MINUTELY|HOURLY|DAILY)", re.IGNORECASE)
_WRONG = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)


@dataclass(slots=True)
class IcsText:
    """The lines of a calendar. Mutable: it is filled while the text is walked."""

    head: list[str] = field(default_factory=list)
    events: PackedList[tuple[int, str]] = field(default_factory=PackedList)

    def calendar(self, document: Document) -> Component:
        """The calendar without its events. Raises ``Unreadable``."""
        return _parsed(Calendar.from_ical, "\r\n".join(self.head), document, None)

    def parsed(self, document: Document) -> Iterator[tuple[int, Component]]:
        """Each event with its row, one at a time. Raises ``Unreadable``."""
        for row, text in self.events:
            yield row, _parsed(Event.from_ical, text, document, row)


def ics_text(document: Document) -> IcsText:
    """The text taken apart. Raises ``Unreadable`` where an event is not closed."""
    found = IcsText()
    event: list[str] | None = None
    begun = 0
    for row, line in _unfolded(document.text.lstrip("\ufeff")):
        if _BUSY.match(line):
            raise document.refuse(row, "an event or a zone repeats daily or more often")
        mark = line.strip().upper()
        if mark == "BEGIN:VEVENT":
            if event is not None:
                raise document.refuse(row, "an event begins inside another one")
            event, begun = [], row
        if event is None:
            found.head.append(line)
        elif _KEPT.match(line):
            event.append(line)
        if mark == "END:VEVENT" and event is not None:
            found.events.append((begun, "\r\n".join(event)))
            event = None
    if event is not None:
        raise document.refuse(begun, "the file breaks off in the middle of an event")
    return found


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The lines with what was folded put back, each with the number of its first."""
    begun, parts = 1, list[str]()
    for row, raw in enumerate(lines_of(text), start=1):
        line = raw.rstrip("\r")
        if line[:1] in {" ", "\t"} and parts:
            parts.append(line[1:])
            continue
        if parts:
            yield begun, "".join(parts)
        begun, parts = row, [line]
    yield begun, "".join(parts)


def _parsed(
    parse: Callable[..., Component | list[Component]],
    text: str,
    document: Document,
    row: int | None,
) -> Component:
    # A text without a line's end would be taken for the name of a file.
    try:
        found = parse(text + "\r\n", multiple=True)
    except OSError:  # a zone is a file, whose name may be too long or no name
        raise document.refuse(row, "not iCalendar: the name of a zone is none") from None
    except _WRONG as error:
        said = " ".join(str(error).split())[:120]
        raise document.refuse(row, f"not iCalendar: {said}") from None
    if not isinstance(found, list) or len(found) != 1:
        raise document.refuse(row, "not one calendar; keep one in a file")
    return found[0]
