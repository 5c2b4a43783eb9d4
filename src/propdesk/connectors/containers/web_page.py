"""A web page as rows of cells: what a person sees, in order, with the row each thing stands in.

It must not fetch anything, and hidden cells are left out.
"""

from pathlib import Path

from lxml import etree, html

from propdesk.connectors.containers.cell_text import Texts
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import Row, Sheet


def read_page(text: str, name: str, source: Path | bytes) -> Sheet:
    """All table rows of a page. Raises ``Unreadable`` for nothing."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, no_network=True)
    try:
        document = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except etree.ParserError:
        raise Unreadable(name, None, "a web page with nothing in it") from None
    texts = Texts()
    rows = []
    for number, element in enumerate(document.iter("tr"), start=1):
        cells = [cell for cell in element if cell.tag in {"td", "th"} and not _hidden(cell)]
        title = next((cell.get("title") for cell in cells if cell.get("title")), "") or ""
        shown = tuple(texts.plain(_text(cell)) for cell in cells)
        rows.append(Row(number, shown, title.strip()))
    title = " ".join((document.findtext(".//title") or "").split())
    return Sheet(name=name, container="page", title=title, rows=tuple(rows), source=source)


def _hidden(cell: html.HtmlElement) -> bool:
    return "hidden" in (cell.get("class") or "").split() or cell.get("hidden") is not None


def _text(cell: html.HtmlElement) -> str:
    return str(cell.text_content())
