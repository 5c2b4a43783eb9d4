"""A web page as rows of cells: what a person sees, in order, with the row each thing stands in.

It must not know any statement: headings, labels and tables are the same in all of them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree, html

from propdesk.connectors.refusal import Unreadable

_SPACES = str.maketrans({"\xa0": " ", "\u2009": " ", "\u202f": " "})


@dataclass(frozen=True, slots=True)
class Row:
    """One visible table row: its number in the page (from 1), its cells and its first title."""

    number: int
    cells: tuple[str, ...]
    title: str = ""

    def is_blank(self) -> bool:
        return not any(self.cells)


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's table: the header's words, the rows under it, and the sum below, if any."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    row: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page's title and all its rows."""

    name: str
    title: str
    rows: tuple[Row, ...]

    def refuse(self, row: int | None, reason: str) -> Unreadable:
        return Unreadable(self.name, row, reason)

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
                header = self.rows[place + 1]
                body = tuple(_until_heading(self.rows[place + 2 :]))
                return Section(header.cells, body, row.number)
        return None


def _heading(row: Row) -> str:
    words = [cell for cell in row.cells if cell]
    return words[0].rstrip(":") if len(words) == 1 else ""


def _until_heading(rows: Sequence[Row]) -> Iterator[Row]:
    for row in rows:
        if row.is_blank() or (_heading(row) and len(row.cells) == 1):
            return
        yield row


def read_page(text: str, name: str) -> Page:
    """The rows of a page; hidden cells are left out. Raises ``Unreadable`` for nothing."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, no_network=True)
    try:
        document = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        raise Unreadable(name, None, "a web page with nothing in it") from None
    rows = []
    for number, element in enumerate(document.iter("tr"), start=1):
        cells = [cell for cell in element if cell.tag in {"td", "th"} and not _hidden(cell)]
        title = next((cell.get("title") for cell in cells if cell.get("title")), "") or ""
        rows.append(Row(number, tuple(_text(cell) for cell in cells), title.strip()))
    title_text = document.findtext(".//title") or ""
    return Page(name, " ".join(title_text.split()), tuple(rows))


def _hidden(cell: html.HtmlElement) -> bool:
    return "hidden" in (cell.get("class") or "").split() or cell.get("hidden") is not None


def _text(cell: html.HtmlElement) -> str:
    return " ".join(str(cell.text_content()).translate(_SPACES).split())
