"""Calendars in delimited text: which kind of table it is, and its rows by the names of columns.

It must not interpret a cell.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from propdesk.connectors.calendars.clock_times import Told, day, is_day
from propdesk.connectors.calendars.impacts import HIGH, impact_of
from propdesk.connectors.calendars.template import Document
from propdesk.connectors.containers.delimited_text import table_rows

Kind: TypeAlias = Literal["weekly", "monthly", "paired", "table"]

TITLES = ("title", "event", "name", "release", "news")
CONCERNS = ("currency", "currencies", "ccy", "country")
WHOLE_TIMES = ("release_at", "datetime", "date_time", "date/time", "timestamp", "event_dt")
DAYS = ("date", "day")
TIMES = ("time", "time_of_day")
IMPACTS = ("impact", "importance")
IDS = ("id", "event_id", "uid", "event_uid")
_WEEKLY = {"title", "country", "date", "impact", "forecast", "previous"}
_MONTHLY = ["date", "time", "currency", "impact", "event", "actual", "forecast", "previous"]
_NAMED_DAY = re.compile(r"[\"']?[A-Za-z]{3} \d{1,2}\b")
_LINES, _HEAD = 50, 65_536


@dataclass(slots=True)
class Unsaid:
    """How many releases of a table say no impact. Mutable: it counts while rows are read."""

    impacts: int = 0

    def impact(self, row: "TableRow") -> str:
        """The row's impact; one that says none counts as high, so that nothing is let through."""
        said = row.first(IMPACTS)
        if not said:
            self.impacts += 1
            return HIGH
        return impact_of(said)

    def notes(self) -> tuple[str, ...]:
        if not self.impacts:
            return ()
        return (f"{self.impacts} releases say no impact; they count as high.",)


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number and its cells by the lower-case names of their columns."""

    number: int
    cells: dict[str, str]

    def first(self, names: tuple[str, ...]) -> str:
        """The cell of the first of these columns that the table has."""
        return next((self.cells[name] for name in names if name in self.cells), "")

    def needed(self, names: tuple[str, ...]) -> str:
        found = self.first(names)
        if not found:
            raise ValueError(f"the row says no {names[0]}")
        return found


def kind_of(text: str) -> Kind | None:
    """What kind of calendar a text is by its header and first row; None: it is none."""
    lines = [line for line in islice(text[:_HEAD].splitlines(), _LINES) if line.strip()]
    if not lines:
        return None
    names = _names(re.split("[,;\t|]", lines[0]))
    columns = set(names)
    if {"time_utc", "time_zone"} <= columns:
        return "paired"
    if names == _MONTHLY and len(lines) > 1 and _NAMED_DAY.match(lines[1]):
        return "monthly"
    if columns >= _WEEKLY:
        return "weekly"
    told = [columns & set(each) for each in (TITLES, CONCERNS, (*WHOLE_TIMES, *DAYS))]
    return "table" if all(told) else None


def rows_of(document: Document) -> Iterator[TableRow]:
    """The rows under the header; blank ones are left out. Raises ``Unreadable``."""
    rows = (row for row in table_rows(document.text, document.name) if not row.is_blank())
    header = next(rows, None)
    if header is None:
        raise document.refuse(None, "the table has no header")
    names = _names(header.cells)
    twice = next((name for name in names if name and names.count(name) > 1), None)
    if twice is not None:
        raise document.refuse(header.number, f"two columns are called {twice[:30]!r}")
    for row in rows:
        if len(row.cells) != len(names):
            raise document.refuse(
                row.number, f"the row has {len(row.cells)} cells, the header {len(names)}"
            )
        yield TableRow(row.number, dict(zip(names, row.cells, strict=True)))


def _names(cells: tuple[str, ...] | list[str]) -> list[str]:
    return [cell.strip().strip("\ufeff\"'").strip().casefold() for cell in cells]


def untimed(when: str, words: str = "") -> Told:
    """A release that is said to come: its day, if it has one, and the words in place of a time."""
    on = day(when).isoformat() if is_day(when) else when
    return Told(None, " ".join(each for each in (on, words) if each) or "no date")
