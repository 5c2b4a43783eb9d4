"""A web page as rows of cells: what a person sees, in order, with the row each thing stands in.

The page is walked as a stream, so its tree is never whole in memory. It must not fetch anything,
and hidden cells are left out.
"""

import io
from pathlib import Path

from lxml import etree

from propdesk.connectors.containers.cell_text import Texts
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import ROWS_MAX, Row, Sheet, too_many_rows


def read_page(text: str, name: str, source: Path | bytes) -> Sheet:
    """All table rows of a page. Raises ``Unreadable`` for nothing."""
    texts = Texts()
    title: str | None = None
    rows: dict[int, Row] = {}
    begun: list[int] = []  # the numbers of the rows the walk is inside of: tables may be nested
    count = 0
    try:
        for event, element in etree.iterparse(
            io.BytesIO(text.encode("utf-8", "replace")),
            events=("start", "end"),
            tag=("tr", "title"),
            html=True,
            encoding="utf-8",
            remove_comments=True,
            no_network=True,
        ):
            if element.tag == "title":
                if event == "end" and title is None:
                    title = " ".join("".join(_texts(element)).split())
            elif event == "start":
                count += 1
                if count > ROWS_MAX:
                    raise too_many_rows(name)
                begun.append(count)
            else:
                number = begun.pop()
                rows[number] = _row(element, number, texts)
                if not begun:
                    _forget(element)
    except etree.XMLSyntaxError:
        raise Unreadable(name, None, "a web page with nothing in it") from None
    ordered = tuple(rows[number] for number in sorted(rows))
    return Sheet(name=name, container="page", title=title or "", rows=ordered, source=source)


def _row(element: etree._Element, number: int, texts: Texts) -> Row:
    cells = [cell for cell in element if cell.tag in {"td", "th"} and not _hidden(cell)]
    title = next((cell.get("title") for cell in cells if cell.get("title")), "") or ""
    shown = tuple(texts.plain("".join(_texts(cell))) for cell in cells)
    return Row(number, shown, texts.plain(title))


def _texts(element: etree._Element) -> list[str]:
    return [str(text) for text in element.itertext()]


def _hidden(cell: etree._Element) -> bool:
    return "hidden" in (cell.get("class") or "").split() or cell.get("hidden") is not None


def _forget(element: etree._Element) -> None:
    """Drop a row that has been read, and those before it, from the tree."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
