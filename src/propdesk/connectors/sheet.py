"""The one plain shape every container is turned into: rows of cells, each row with its number.

It must not know any statement: headings, labels and tables are the same in all of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.refusal import Unreadable

Container: TypeAlias = Literal["page", "workbook", "table", "lines"]
"""A web page, an Excel workbook, delimited text, JSON Lines."""

# The busiest real export has a hundredth of these.
ROWS_MAX = 500_000


def too_many_rows(name: str) -> Unreadable:
    """The refusal of a sheet that has more than ``ROWS_MAX``."""
    return Unreadable(name, ROWS_MAX + 1, f"more than {ROWS_MAX:,} rows are not read")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as a person counts (from 1), its cells and its first hover title."""

    number: int
    cells: tuple[str, ...]
    title: str = ""

    def is_blank(self) -> bool:
        return not any(self.cells)

    def words(self) -> list[str]:
        """The cells that hold anything."""
        return [cell for cell in self.cells if cell]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's table: the header's words and the rows under it."""

    header: tuple[str, ...]
    rows: PackedList[Row]
    row: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a container held: one web page, one sheet of a workbook, one text.

    Cells are text as a person sees it, without blanks around it. Numbers of a workbook are plain
    decimals, its times ``2026-03-02 10:00:00``. ``title`` is the page's title or the sheet's tab.
    ``rows`` of ``lines`` are the first line only: its reader walks ``source`` itself.
    """

    name: str
    container: Container
    title: str
    rows: PackedList[Row]
    source: Path | bytes

    def refuse(self, row: int | None, reason: str) -> Unreadable:
        return Unreadable(self.name, row, reason)

    def first_words(self) -> str:
        """What the first row that is not blank says."""
        return next((" ".join(row.words()) for row in self.rows if not row.is_blank()), "")

    def labelled(self, label: str) -> tuple[int, str] | None:
        """Row and text of the first cell to the right of ``label`` that holds anything."""
        for row in self.rows:
            for place, cell in enumerate(row.cells[:-1]):
                if cell == label:
                    return row.number, next((c for c in row.cells[place + 1 :] if c), "")
        return None

    def section(self, *headings: str) -> Section | None:
        """The table under the first of ``headings`` found; it ends where the next heading is."""
        for place, row in enumerate(self.rows):
            if _heading(row) in headings and place + 1 < len(self.rows):
                body = _until_heading(self.rows.since(place + 2))
                return _section(self.rows[place + 1], body)
        return None

    def table(self, *columns: str) -> Section | None:
        """The table whose header holds all of ``columns``, to the end; blank rows are left out."""
        wanted = set(columns)
        for place, row in enumerate(self.rows):
            if wanted <= set(row.cells):
                body = (each for each in self.rows.since(place + 1) if not each.is_blank())
                return _section(row, body)
        return None


def _section(header: Row, body: Iterator[Row]) -> Section:
    """Blank cells right of the last column are no column: workbooks pad every row."""
    cells = header.cells
    while cells and not cells[-1]:
        cells = cells[:-1]
    width = len(cells)
    fitted = (
        row if any(row.cells[width:]) else Row(row.number, row.cells[:width], row.title)
        for row in body
    )
    return Section(cells, PackedList(fitted), header.number)


def _heading(row: Row) -> str:
    words = row.words()
    return words[0].rstrip(":") if len(words) == 1 else ""


def _until_heading(rows: Iterable[Row]) -> Iterator[Row]:
    for row in rows:
        if row.is_blank() or (_heading(row) and row.cells[0]):
            return
        yield row
