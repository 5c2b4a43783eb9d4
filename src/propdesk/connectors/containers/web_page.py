"""A web page as rows of cells: what a person sees, in order, with the row each thing stands in.

The page is heard as it is parsed and no tree of it is built, so memory is that of its rows. It
must not fetch anything, and hidden cells are left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from propdesk.connectors.containers.cell_text import Texts
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import ROWS_MAX, Row, Sheet, too_many_rows

COLUMNS_MAX = 512
# Every text inside is heard once for each row around it.
NESTED_MAX = 16
_FED = 65_536


def read_page(text: str, name: str, source: Path | bytes) -> Sheet:
    """All table rows of a page. Raises ``Unreadable``."""
    page = _Page(name)
    # lxml hears only the methods there are, and tells text; its stubs ask for all, and bytes too.
    parser = etree.HTMLParser(target=page, encoding="utf-8")  # type: ignore[arg-type]
    try:
        for begin in range(0, len(text), _FED):
            parser.feed(text[begin : begin + _FED].encode("utf-8", "replace"))
        parser.close()
    except etree.XMLSyntaxError:
        raise Unreadable(name, None, "a web page with nothing in it") from None
    title = " ".join("".join(page.title or ()).split())
    return Sheet(name=name, container="page", title=title, rows=page.in_order(), source=source)


@dataclass(slots=True)
class _Begun:
    """A row the parser is inside of, and the cell of it, if it is inside of one that is shown.

    ``depth`` is how many elements are around its cells.
    """

    number: int
    depth: int
    cells: list[str] = field(default_factory=list)
    title: str = ""
    cell: list[str] | None = None


class _Page:
    """What lxml tells of a page, element by element. Tables may be nested: so may rows."""

    def __init__(self, name: str) -> None:
        self.title: list[str] | None = None
        self._rows = PackedOrder[Row](lambda row: row.number)
        self._name = name
        self._texts = Texts()
        self._begun: list[_Begun] = []
        self._in_title = False
        self._depth = 0
        self._count = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        if tag == "tr":
            self._begin()
        elif tag in {"td", "th"}:
            row = self._begun[-1] if self._begun else None
            if row is not None and self._depth == row.depth + 1 and not _hidden(attributes):
                row.cell = []
                row.title = row.title or attributes.get("title", "")
        elif tag == "title" and self.title is None:
            self.title, self._in_title = [], True

    def data(self, text: str) -> None:
        for row in self._begun:
            if row.cell is not None:
                row.cell.append(text)
        if self._in_title and self.title is not None:
            self.title.append(text)

    def end(self, tag: str) -> None:
        row = self._begun[-1] if self._begun else None
        if tag == "tr":
            self._end()
        elif tag in {"td", "th"}:
            if row is not None and row.cell is not None and self._depth == row.depth + 1:
                row.cells.append(self._texts.plain("".join(row.cell)))
                row.cell = None
                if len(row.cells) > COLUMNS_MAX:
                    raise Unreadable(
                        self._name, row.number, f"a row of more than {COLUMNS_MAX} columns"
                    )
        elif tag == "title":
            self._in_title = False
        self._depth -= 1

    def in_order(self) -> PackedList[Row]:
        """The rows as they begin on the page: a row that others stand in ends after them."""
        return PackedList(self._rows.drain())

    def close(self) -> None:
        """Called at the end of the page; lxml asks for it."""

    def _begin(self) -> None:
        self._count += 1
        if self._count > ROWS_MAX:
            raise too_many_rows(self._name)
        if len(self._begun) == NESTED_MAX:
            raise Unreadable(
                self._name, self._count, f"tables nested more than {NESTED_MAX} deep are not read"
            )
        self._begun.append(_Begun(self._count, self._depth))

    def _end(self) -> None:
        row = self._begun.pop()
        self._rows.put(Row(row.number, tuple(row.cells), self._texts.plain(row.title)))


def _hidden(attributes: Mapping[str, str]) -> bool:
    return "hidden" in (attributes.get("class") or "").split() or "hidden" in attributes
