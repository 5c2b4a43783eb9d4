"""A workbook's cells as a person sees them, its rows as a web page has them, and nothing worse."""

import time
import tracemalloc
import zipfile
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from propdesk.connectors.containers.opening import sheets_in
from propdesk.connectors.history import read_history
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import Sheet
from tests.connectors.made_pages import MT4, MT5
from tests.connectors.made_workbooks import (
    DATE_TIME,
    DURATION,
    TWO_DIGITS,
    Cell,
    sheet,
    workbook,
    workbook_of_page,
)

D = Decimal


def opened(content: bytes) -> Sheet:
    (found,) = sheets_in(content, "book.xlsx")
    return found


def shown(value: str) -> str:
    """What a person sees in a cell that is written as ``value``."""
    return opened(workbook(sheet([["-", value, "-"]]))).rows[0].cells[1]


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        ("1.0810999999999999", "1.0811"),
        ("4731.2700000000004", "4731.27"),
        ("-0.33000000000000002", "-0.33"),
        ("0.1", "0.1"),
        ("5000", "5000"),
        ("1E-5", "0.00001"),
        ("1.2E+3", "1200"),
        ("0", "0"),
        ("-0", "0"),
        ("232892964", "232892964"),
        ("1E+300", "1E+300"),
        ("NaN", "NaN"),
    ],
)
def test_a_binary_float_is_the_decimal_a_person_sees(stored: str, seen: str) -> None:
    assert shown(f"<c><v>{stored}</v></c>") == seen


def test_a_figure_is_not_rounded_by_its_format() -> None:
    assert shown(f'<c s="{TWO_DIGITS}"><v>12.345000000000001</v></c>') == "12.345"


@pytest.mark.parametrize(
    ("style", "stored", "seen"),
    [
        (DATE_TIME, "42429.180358796293", "2016-02-29 04:19:43"),
        (DATE_TIME, "46083.416666666664", "2026-03-02 10:00:00"),
        (DATE_TIME, "46083", "2026-03-02 00:00:00"),
        (DATE_TIME, "46083.416672453706", "2026-03-02 10:00:00.500"),
        (DATE_TIME, "25569", "1970-01-01 00:00:00"),
        (DATE_TIME, "0.5", "12:00:00"),
        (DATE_TIME, "-1", "-1"),
        (DATE_TIME, "9E+9", "9000000000"),
        (DURATION, "1.5", "36:00:00"),
    ],
)
def test_a_time_is_written_out(style: int, stored: str, seen: str) -> None:
    assert shown(f'<c s="{style}"><v>{stored}</v></c>') == seen


def test_an_old_macs_calendar_counts_from_1904() -> None:
    cells: list[list[Cell]] = [[f'<c s="{DATE_TIME}"><v>1.25</v></c>']]
    content = workbook(sheet(cells), properties='<workbookPr date1904="1"/>')
    assert opened(content).rows[0].cells == ("1904-01-02 06:00:00",)


@pytest.mark.parametrize(
    ("stored", "seen"),
    [
        ('<c t="s"><v>1</v></c>', "second text"),
        ('<c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c>', "inline"),
        ('<c t="str"><f>A1</f><v>of a formula</v></c>', "of a formula"),
        ("<c><f>1+1</f><v>2</v></c>", "2"),
        ('<c t="str"><f>""</f><v></v></c>', ""),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c t="d"><v>2026-03-02T10:00:00</v></c>', "2026-03-02 10:00:00"),
        ("<c><v>  7 </v></c>", "7"),
        ("<c/>", ""),
    ],
)
def test_every_kind_of_cell_is_its_text(stored: str, seen: str) -> None:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = (
        f'<sst xmlns="{main}"><si><t>first</t></si>'
        "<si><r><t>second\u00a0</t></r><r><t> text</t></r><rPh><t>aid</t></rPh></si></sst>"
    )
    content = workbook(sheet([["-", stored, "-"]]), sharedStrings=texts)
    assert opened(content).rows[0].cells[1] == seen


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ("<c><f>SUM(A1:A2)</f></c>", "holds a formula whose value was not saved"),
        ("<c><f>SUM(A1:A2)</f><v/></c>", "holds a formula whose value was not saved"),
        ('<c t="s"><v>0</v></c>', "names a text '0' that is not there"),
        ('<c r="A1"><v>1</v></c>', "two cells stand in one place"),
        ('<c r="ZZZ1"><v>1</v></c>', "more than 512 columns"),
    ],
)
def test_a_cell_that_says_nothing_sure_is_refused_with_its_row(stored: str, said: str) -> None:
    with pytest.raises(Unreadable, match=said) as refused:
        opened(workbook(sheet([["-"], ["-", stored]])))
    assert refused.value.row == 2


def test_a_row_that_stands_twice_is_refused() -> None:
    doubled = sheet([["one"], ["two"]]).replace('<row r="2">', '<row r="1">')
    with pytest.raises(Unreadable, match=r"book.xlsx:1: a row stands in the sheet twice"):
        opened(workbook(doubled))


def test_merged_cells_are_one_cell_and_every_row_has_the_sheets_width() -> None:
    found = opened(workbook(sheet([["a", None, "c", "d"], ["e"], ["f", "g"]], ["A1:B1", "A2:B3"])))
    assert [row.cells for row in found.rows] == [("a", "c", "d"), ("e", "", ""), ("", "")]


def test_rows_bear_the_numbers_a_spreadsheet_shows() -> None:
    gap = sheet([["one"], ["two"]]).replace('<row r="2">', '<row r="40">')
    assert [row.number for row in opened(workbook(gap)).rows] == [1, 40]


def test_hidden_and_blank_sheets_are_left_out() -> None:
    content = workbook(sheet([["seen"]]), sheet([["hidden"]]), sheet([]), hidden=[2])
    assert [found.title for found in sheets_in(content, "book.xlsx")] == ["Tab 1"]
    with pytest.raises(Unreadable, match="a workbook with nothing in it"):
        sheets_in(workbook(sheet([])), "book.xlsx")


@pytest.mark.parametrize("page", [MT4, MT5], ids=["mt4", "mt5"])
def test_a_page_and_the_workbook_made_of_it_give_identical_events(page: str) -> None:
    from_page = read_history(page.encode(), "page.htm")
    from_book = read_history(workbook_of_page(page), "book.xlsx")
    assert from_book.kind == from_page.kind
    differing = {"comment", "reason"} if page == MT4 else set[str]()  # hover titles are lost
    assert _without(from_book.events, differing) == _without(from_page.events, differing)
    assert from_book.stated_balance == from_page.stated_balance == D("9991.80")


def _without(events, fields: set[str]) -> list[dict[str, object]]:
    return [
        {name: getattr(event, name) for name in event.__slots__ if name not in fields}
        | {"type": type(event).__name__}
        for event in events
    ]


def test_one_minor_unit_of_difference_in_a_workbook_is_refused_with_its_row() -> None:
    with pytest.raises(Unreadable, match=r"difference 0.01") as refused:
        read_history(workbook_of_page(MT5.replace("<td>10 093.00", "<td>10 093.01")), "b.xlsx")
    assert refused.value.row is not None


def test_two_sheets_with_a_history_each_are_refused_by_name() -> None:
    rows: list[list[Cell]] = [["Trade History Report"]]
    with pytest.raises(Unreadable, match=r"2 sheets .* are histories \('Tab 1', 'Tab 2'\)"):
        read_history(workbook(sheet(rows), sheet(rows)), "book.xlsx")


def zipped(**members: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>'
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (workbook(sheet([["x"]]))[:200], "not a workbook that can be unpacked"),
        (zipped(readme_dot_txt=b"hello"), "a zip archive and no Excel workbook"),
        (zipped(mimetype=b"", content_dot_xml=b""), "an OpenDocument file; save it as .xlsx"),
        (workbook(), "without a visible sheet"),
        (workbook("<worksheet><row>"), "a workbook with a broken part"),
        (workbook(sheet([["x"]]), styles="nothing"), "a workbook with a broken part"),
        (workbook("<worksheet>" + " " * 17_000_000 + "</worksheet>"), "unpacks to more than"),
        (
            workbook(sheet([["x"]]), styles="<styleSheet>" + "<xf/>" * 250_000 + "</styleSheet>"),
            "'xl/styles.xml' has more than 1,000,000 bytes",
        ),
        (workbook(*[sheet([["x"]])] * 51), "more than 50 sheets"),
        (
            workbook(sheet([["x"] * 500] + [["x"]] * 9_000)),
            "a sheet of more than 3,000,000 cells",
        ),
        (
            workbook(sheet([["x"]] * 500, ["A1:XFD1048576"] * 601)),
            "more than 300,000 cells are merged",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_workbook_made_to_harm_is_refused_soon(content: bytes, said: str) -> None:
    begun = time.process_time()
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match=said):
            read_history(content, "book.xlsx")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - begun < 4  # tracing makes it some three times slower
    assert peak < 40_000_000


def test_entities_are_not_unfolded() -> None:
    bomb = sheet([["x"]]).replace("<t>x</t>", "<t>&d;&d;&d;&d;</t>")
    assert opened(workbook(BOMB + bomb.replace("<t>", "<t>y"))).rows[0].cells == ("y",)


def test_an_archive_cut_in_the_middle_is_a_sentence() -> None:
    content = workbook(sheet([["x"] * 20] * 50))
    for place in range(30, len(content) - 30, 61):
        with pytest.raises(Unreadable) as refused:
            read_history(content[:place] + content[place + 30 :], "book.xlsx")
        assert "\n" not in str(refused.value)


def test_a_part_that_lies_about_its_size_is_stopped() -> None:
    content = workbook(sheet([["x"]] * 20_000))
    with zipfile.ZipFile(BytesIO(content)) as archive:
        real = archive.getinfo("xl/worksheets/1.xml").file_size.to_bytes(4, "little")
    assert content.count(real) == 2
    with pytest.raises(Unreadable):
        read_history(content.replace(real, (100).to_bytes(4, "little")), "book.xlsx")


def test_a_workbook_with_a_password_is_a_sentence() -> None:
    content = bytearray(workbook(sheet([["x"]])))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(mark)
        while place >= 0:
            content[place + at] |= 1
            place = content.find(mark, place + 4)
    with pytest.raises(Unreadable, match="not a workbook that can be unpacked"):
        read_history(bytes(content), "book.xlsx")


def test_real_workbooks_open_with_the_cells_a_spreadsheet_shows(shared: Path) -> None:
    found = sheets_in(shared / "mt4/practice1_Statement_1.xlsx", "one.xlsx")
    assert [(tab.title, len(tab.rows)) for tab in found] == [("Statement", 46)]
    assert found[0].rows[2].cells[:8] == (
        "233041492", "2020.02.10 01:34:29", "sell", "0.01", "eurgbp-2", "0.84924", "0", "0",
    )  # fmt: skip
    (table,) = sheets_in(shared / "mt4/trades.xlsx", "trades.xlsx")
    assert table.rows[1].cells[:11] == (
        "6987474", "20670017", "", "0", "6", "1", "2016-02-29 04:19:43", "0", "0", "0",
        "2016-02-29 04:19:43",
    )  # fmt: skip
