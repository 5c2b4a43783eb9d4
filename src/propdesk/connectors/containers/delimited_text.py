"""Delimited text (CSV, TSV): the delimiter is told by the columns it makes, strictly.

It must not guess: where two delimiters make a table equally well the file is refused. A text
without columns is rows of one cell.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from propdesk.connectors.containers.cell_text import Texts
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import ROWS_MAX, Row, Sheet, too_many_rows

_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_LOOKED_AT = 200
# The three ends of a line, kept with it, as a file opened with ``newline=""`` gives them.
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
COLUMNS_MAX = 512


def read_table(text: str, name: str, source: Path | bytes) -> Sheet:
    """The rows of a text as a sheet. Raises ``Unreadable``."""
    rows = PackedList(table_rows(text, name))
    return Sheet(name=name, container="table", title="", rows=rows, source=source)


def table_rows(text: str, name: str) -> Iterator[Row]:
    """The rows of a text; a row's number is the line it begins in. Raises ``Unreadable``."""
    delimiter = _delimiter(_lines(text), name)
    texts = Texts()
    for count, (number, cells) in enumerate(_records(_lines(text), delimiter, name)):
        if len(cells) > COLUMNS_MAX:
            raise Unreadable(name, number, f"a row of more than {COLUMNS_MAX} columns")
        if count == ROWS_MAX:
            raise too_many_rows(name)
        yield Row(number, tuple(texts.plain(cell) for cell in cells))


def _lines(text: str) -> Iterator[str]:
    """One line after another; never all of them, which would take more than the text does."""
    return (found.group() for found in _LINE.finditer(text))


def _records(lines: Iterator[str], delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of its first line; a quoted cell may hold line ends."""
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        begun = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(name, begun, f"not a row of delimited text: {error}") from None
        yield begun, cells


def _delimiter(lines: Iterator[str], name: str) -> str:
    """The one whose first row of several cells is followed by the most rows of as many."""
    looked_at = list(islice((line for line in lines if line.strip()), _LOOKED_AT))
    fits = {mark: _fit(looked_at, mark) for mark in _DELIMITERS}
    best = max(fits.values())
    if best == (0, 0):
        return ","
    fitting = [mark for mark, fit in fits.items() if fit == best]
    if len(fitting) > 1:
        said = " or ".join(_DELIMITERS[mark] for mark in fitting)
        raise Unreadable(name, None, f"its columns could be parted by {said}; export it again")
    return fitting[0]


def _fit(lines: list[str], mark: str) -> tuple[int, int]:
    """How many rows have the width of the first row of several cells, and that width."""
    try:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=mark)]
    except csv.Error:  # a quoted cell too long for any table with this mark
        return (0, 0)
    header = next((width for width in widths if width > 1), 0)
    return (Counter(widths)[header], header) if header else (0, 0)
