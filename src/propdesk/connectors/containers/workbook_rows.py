"""The rows of one worksheet, walked as a stream.

A cell that another one is merged over is left out, as a web page has one cell for several
columns. It must not hold more of the part than one cell, nor more cells than are allowed.
"""

import re
from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import IO

from lxml import etree

from propdesk.connectors.containers.cell_text import Texts
from propdesk.connectors.containers.workbook_numbers import (
    Kind,
    is_as_shown,
    shown_number,
    shown_time,
)
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import ROWS_MAX, Row, too_many_rows

CELLS_MAX = 3_000_000
# A cell or a row costs the processor its time however little of the file it is. The densest
# workbook seen has one for every five bytes; of one like that, 16,000 trades are read.
PASSED_MIN, BYTES_PER_PASSED_MIN = 240_000, 7
COLUMNS_MAX = 512
# As many as a cell may hold; a longer one is no spreadsheet's, and its words take much memory.
LETTERS_MAX = 32_767
# The longest namespace of a workbook has some seventy.
NAME_LETTERS_MAX = 400
MERGES_MAX = 200_000
MERGED_CELLS_MAX = 300_000
_CELL, _ROW, _MERGE = "{*}c", "{*}row", "{*}mergeCell"
_PLACE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_LETTERS = re.compile("[A-Z]{1,3}")
_ROW_DIGITS = 7
_RANGE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6}):([A-Z]{1,3})([1-9]\d{0,6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class CellReader:
    """What a workbook's cells refer to: its strings, its styles, its calendar."""

    name: str
    shared: list[str]
    kinds: Mapping[str, Kind]
    from_1904: bool
    texts: Texts
    size: int

    def refuse(self, row: int, reason: str) -> Unreadable:
        return Unreadable(self.name, row, reason)

    def text(self, cell: etree._Element, row: int) -> str:
        """What a person sees in a cell. Raises ``Unreadable``."""
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            held = "".join([str(t.text or "") for t in cell.iter("{*}t")])
            if len(held) > LETTERS_MAX:
                raise self.refuse(row, f"a cell of more than {LETTERS_MAX:,} letters")
            return self.texts.plain(held)
        value = _value_in(cell).strip()
        if not value:
            if cell.find("{*}f") is not None and kind != "str":
                place = cell.get("r", "a cell")
                raise self.refuse(
                    row,
                    f"{place[:12]} holds a formula whose value was not saved; open the workbook "
                    "in a spreadsheet program and save it",
                )
            return ""
        if len(value) > LETTERS_MAX:
            raise self.refuse(row, f"a cell of more than {LETTERS_MAX:,} letters")
        return self._shown(kind, value, cell, row)

    def _shown(self, kind: str, value: str, cell: etree._Element, row: int) -> str:
        if kind == "n":
            shown = self.kinds.get(cell.get("s", "0"), "number")
            if shown == "number":
                return value if is_as_shown(value) else self.texts.plain(shown_number(value))
            return shown_time(value, shown, from_1904=self.from_1904)
        if kind == "s":
            if not value.isdecimal() or int(value) >= len(self.shared):
                raise self.refuse(row, f"a cell names a text {value[:12]!r} that is not there")
            return self.shared[int(value)]
        if kind == "b":
            return "TRUE" if value == "1" else "FALSE"
        if kind == "d":
            value = value.replace("T", " ").removesuffix("Z")
        return self.texts.plain(value)  # also the text of a formula, or an error such as #REF!


def _value_in(cell: etree._Element) -> str:
    """What is saved of a cell; most have one child, so they are looked at rather than searched."""
    for child in cell:
        if _local(str(child.tag)) == "v":  # a comment's tag is a function
            return child.text or ""
    return ""


@lru_cache(maxsize=64)
def _local(tag: str) -> str:
    """A tag without its namespace."""
    return tag.rpartition("}")[2]


@dataclass(frozen=True, slots=True)
class _Merge:
    """A block of cells shown as its first one; columns and rows count from 1, ends included."""

    top: int
    bottom: int
    left: int
    right: int


def rows_of(stream: IO[bytes], cells: CellReader) -> PackedList[Row]:
    """The rows that have cells; each has the sheet's width less what is merged away."""
    walk = _Walk(cells)
    for _, element in etree.iterparse(
        stream, tag=(_CELL, _ROW, _MERGE), resolve_entities=False, no_network=True, load_dtd=False
    ):
        tag = _local(name_of(element, cells.name))
        if tag == "c":
            walk.cell(element)
        elif tag == "row":
            walk.end_of(element)
        else:
            walk.merged(element)
        forget(element)
    walk.end()
    return _laid_out(walk, cells)


class _Walk:
    """Keeps the texts of the cells it passes. It counts them, and refuses too many."""

    def __init__(self, cells: CellReader) -> None:
        self.cells = cells
        self.found = PackedOrder[Row](lambda row: row.number)
        self.numbers = array("q")
        self.width = 0
        self.merges: list[_Merge] = []
        self._element: etree._Element | None = None
        self._row = 0
        self._column = 0
        self._texts: list[str] | None = None
        self._held = 0
        self._left = max(PASSED_MIN, cells.size // BYTES_PER_PASSED_MIN)

    def _begin(self, element: etree._Element) -> None:
        self.end()
        self._pass()
        self._element = element
        stated = element.get("r", "")
        known = stated.isdecimal() and 0 < len(stated) <= _ROW_DIGITS
        self._row, self._column = int(stated) if known else self._row + 1, 0
        if len(self.numbers) == ROWS_MAX:
            raise too_many_rows(self.cells.name)
        self._texts = []

    def end_of(self, element: etree._Element) -> None:
        """A row ends, which is a blank one if none of its cells was passed."""
        if element is not self._element:
            self._begin(element)
        self.end()

    def end(self) -> None:
        """What follows belongs to another row, or to none."""
        if self._texts is not None:
            self.found.put(Row(self._row, tuple(self._texts)))
            self.numbers.append(self._row)
            self.width = max(self.width, len(self._texts))
        self._texts = None

    def _column_of(self, place: str) -> int:
        """The column of ``B7``; the next one where a cell does not say where it stands."""
        letters = place.rstrip("0123456789")
        if f"{letters}{self._row}" != place and not _PLACE.fullmatch(place):
            return self._column + 1
        return _column_number(letters) if _LETTERS.fullmatch(letters) else self._column + 1

    def _pass(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise self.cells.refuse(
                self._row, "so many small cells in a file of this size; no export is like this"
            )

    def cell(self, element: etree._Element) -> None:
        self._pass()
        parent = element.getparent()
        if parent is not self._element and parent is not None and _local(str(parent.tag)) == "row":
            self._begin(parent)
        self._column = self._column_of(element.get("r", ""))
        text = self.cells.text(element, self._row)
        row = self._texts = [] if self._texts is None else self._texts
        if self._column <= len(row) and row[self._column - 1]:
            raise self.cells.refuse(self._row, "two cells stand in one place")
        if not text:
            return
        if self._column > COLUMNS_MAX:
            raise self.cells.refuse(self._row, f"a sheet of more than {COLUMNS_MAX} columns")
        row += [""] * (self._column - len(row))
        row[self._column - 1] = text
        self._held += 1
        if self._held > CELLS_MAX:
            raise _too_many_cells(self.cells, self._row)

    def merged(self, element: etree._Element) -> None:
        corners = _RANGE.fullmatch(element.get("ref", ""))
        if corners is None:
            return
        if len(self.merges) == MERGES_MAX:
            raise self.cells.refuse(self._row, f"more than {MERGES_MAX:,} blocks are merged")
        left, top, right, bottom = corners.groups()
        self.merges.append(
            _Merge(int(top), int(bottom), _column_number(left), _column_number(right))
        )


def _too_many_cells(cells: CellReader, row: int) -> Unreadable:
    return cells.refuse(row, f"a sheet of more than {CELLS_MAX:,} cells is not read")


@lru_cache(maxsize=COLUMNS_MAX)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def name_of(element: etree._Element, file: str) -> str:
    """An element's tag. Raises ``Unreadable`` where its namespace is long: every element has it."""
    name = str(element.tag)
    if len(name) > NAME_LETTERS_MAX:
        raise Unreadable(file, None, "a workbook with a broken part: a namespace without end")
    return name


def forget(element: etree._Element) -> None:
    """Drop what has been read, and what stood before it, from the tree."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _laid_out(walk: _Walk, cells: CellReader) -> PackedList[Row]:
    width = walk.width
    if width * len(walk.numbers) > CELLS_MAX:
        raise _too_many_cells(cells, max(walk.numbers))
    hidden = _hidden(walk, cells) if walk.merges else {}
    rows, before = PackedList[Row](), -1
    for row in walk.found.drain() if width else ():
        if row.number == before:
            raise cells.refuse(before, "a row stands in the sheet twice")
        before = row.number
        texts, away = row.cells + ("",) * (width - len(row.cells)), hidden.get(before)
        if away is not None:
            texts = tuple(text for column, text in enumerate(texts, 1) if column not in away)
        rows.append(Row(before, texts))
    return rows


def _hidden(walk: _Walk, cells: CellReader) -> dict[int, set[int]]:
    """The columns of each row that lie under another cell. Columns beyond the width are none."""
    found = set(walk.numbers)
    blocks: list[tuple[_Merge, Collection[int], range]] = []
    looked_at = 0
    for merge in walk.merges:
        covered = range(merge.left, min(merge.right, walk.width) + 1)
        tall = merge.bottom - merge.top >= len(found)
        rows: Collection[int] = found if tall else range(merge.top, merge.bottom + 1)
        looked_at += len(rows) * max(len(covered), 1)
        if looked_at > MERGED_CELLS_MAX:
            raise cells.refuse(merge.top, f"more than {MERGED_CELLS_MAX:,} cells are merged")
        blocks.append((merge, rows, covered))
    hidden: dict[int, set[int]] = {}
    for merge, rows, covered in blocks:
        for row in rows:
            if merge.top <= row <= merge.bottom and row in found:
                hidden.setdefault(row, set()).update(covered[row == merge.top :])
    return hidden
