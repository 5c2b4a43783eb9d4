"""Workbooks made part by part, so that a test can write what no library would."""

import io
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from lxml import html

Cell = str | Decimal | None
"""Text, a number as the file holds it, or no cell; text of ``<c`` goes in as it is."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DATE_TIME, DURATION, TWO_DIGITS = 1, 2, 3  # the styles below
STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts><numFmt numFmtId="164" '
    'formatCode="yyyy\\.mm\\.dd\\ hh:mm:ss"/></numFmts><cellXfs><xf numFmtId="0"/>'
    '<xf numFmtId="164"/><xf numFmtId="46"/><xf numFmtId="2"/></cellXfs></styleSheet>'
)


def letters(column: int) -> str:
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def cell(place: str, value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f'<c r="{place}"><v>{value}</v></c>'
    if value.startswith("<c"):
        return value
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def sheet(rows: Iterable[Sequence[Cell]], merges: Iterable[str] = ()) -> str:
    lines = "".join(
        f'<row r="{n}">'
        + "".join(cell(f"{letters(c)}{n}", value) for c, value in enumerate(row, 1))
        + "</row>"
        for n, row in enumerate(rows, 1)
    )
    merged = "".join(f'<mergeCell ref="{ref}"/>' for ref in merges)
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData>'
        f"<mergeCells>{merged}</mergeCells></worksheet>"
    )


def workbook(
    *sheets: str, hidden: Sequence[int] = (), properties: str = "", **parts: str | bytes
) -> bytes:
    """A workbook of the sheets; ``parts`` replace those of the same name (``styles``…)."""
    count = range(1, len(sheets) + 1)
    states = {n: "hidden" if n in hidden else "visible" for n in count}
    listed = "".join(
        f'<sheet name="Tab {n}" sheetId="{n}" r:id="rId{n}" state="{states[n]}"/>' for n in count
    )
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/{n}.xml"/>'
        for n in count
    )
    held: dict[str, str | bytes] = {
        "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{properties}'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{related}'
        f'<Relationship Id="s" Type="{_OFFICE}/styles" Target="/xl/styles.xml"/>'
        f'<Relationship Id="t" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/styles.xml": STYLES,
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}"/>',
    }
    held |= {f"xl/worksheets/{n}.xml": text for n, text in zip(count, sheets, strict=True)}
    held |= {f"xl/{name}.xml": text for name, text in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in held.items():
            archive.writestr(name, text)
    return out.getvalue()


def workbook_of_page(page: str) -> bytes:
    """What Excel makes of a statement's page: figures become numbers, spans become merges.

    A float is stored with 17 digits, so 1.0811 is written as a spreadsheet writes it.
    """
    rows: list[list[Cell]] = []
    merges = []
    for number, line in enumerate(html.document_fromstring(page).iter("tr"), 1):
        row: list[Cell] = []
        for each in line:
            if "hidden" in (each.get("class") or ""):
                continue
            text = " ".join(str(_seen(each)).replace("\xa0", " ").split())
            row.append(_stored(text))
            span = int(each.get("colspan") or 1)
            if span > 1:
                first = len(row)
                row += [None] * (span - 1)
                merges.append(f"{letters(first)}{number}:{letters(len(row))}{number}")
        rows.append(row)
    return workbook(sheet(rows, merges))


def _seen(element: html.HtmlElement) -> str:
    return str(element.text_content())


def _stored(text: str) -> Cell:
    plain = text.replace(" ", "")
    try:
        return Decimal(f"{float(plain):.17g}") if plain else None
    except ValueError:
        return text
