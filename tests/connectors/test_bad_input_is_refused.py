"""Whatever a stranger may upload: one clear sentence with file and row, and no traceback."""

import gzip
import time
import zipfile
from pathlib import Path

import pytest

from propdesk.connectors.containers import delimited_text, web_page, workbook_rows
from propdesk.connectors.history import read_history
from propdesk.connectors.quotes.source import open_quotes
from propdesk.connectors.refusal import Unreadable
from tests.connectors.made_pages import MT4, MT5
from tests.connectors.made_workbooks import sheet, workbook


def refused(content: bytes, name: str = "given.htm") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_history(content, name)
    sentence = str(caught.value)
    assert sentence.startswith(name)
    assert "\n" not in sentence
    return caught.value


PAGES = pytest.mark.parametrize("page", [MT4, MT5], ids=["mt4", "mt5"])


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.htm", "the file is empty"),
        (b"\x00\x01\x02 nothing", "given.bin", "neither a web page, nor an Excel workbook"),
        (b"hello", "notes.txt", "none of the exports that are read: cTrader"),
        (b"<html><body><h1>News</h1></body></html>", "news.htm", "a web page, but no statement"),
        (b"<html><table></table></html>", "book.xlsx", "saved under a workbook's name"),
        (b"PK\x03\x04rest", "book.xlsx", "not a workbook that can be unpacked"),
        (b"\xd0\xcf\x11\xe0rest", "old.xls", "an old Excel workbook"),
        (b"<html>", "bare.htm", "a web page, but no statement"),
        (b"MIME-Version: 1.0\n<html>", "saved.mht", "save the page as HTML"),
        (b"{\\rtf1 text", "text.rtf", "a word processor's document"),
        (b'<?xml version="1.0"?><Workbook><Table>', "old.xml", "an XML spreadsheet of Excel 2003"),
        (b"%PDF-1.7", "statement.pdf", "this is a PDF"),
        (b"\xff\xfe" + "<html>x".encode("utf-16-le") + b"\x00", "wide.htm", "says it is UTF-16"),
        (b"\xef\xbb\xbf<html>\xff\xff</html>", "wrong.htm", "says it is UTF-8 but is not"),
        (b"{}", "events.jsonl", "none of the exports that are read"),
        (b"<html><title>Statement: 1</title></html>", "head.htm", "the page breaks off"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_history_is_refused(content, name, said) -> None:
    assert said in refused(content, name).reason


@pytest.mark.parametrize("container", [web_page, delimited_text, workbook_rows])
def test_more_rows_than_any_export_has_are_refused(monkeypatch, container) -> None:
    made = {
        web_page: b"<table><tr><td>a<tr><td>b<tr><td>c</table>",
        delimited_text: b"a,b\nc,d\ne,f\n",
        workbook_rows: workbook(sheet([["a"], ["b"], ["c"]])),
    }
    monkeypatch.setattr(container, "ROWS_MAX", 3)
    assert "rows are not read" not in refused(made[container], "rows").reason
    monkeypatch.setattr(container, "ROWS_MAX", 2)
    assert "more than 500,000 rows are not read" in refused(made[container], "rows").reason


@PAGES
def test_a_statement_cut_off_anywhere_is_refused(page) -> None:
    content = page.encode()
    last = content.rindex(b"Balance:")
    for share in range(2, 100, 7):
        refused(content[: last * share // 100], "cut.htm")


@pytest.mark.parametrize(
    ("page", "old", "new", "said"),
    [
        (MT4, "<td>1.00</td>", "<td>-1.00</td>", "a volume of '-1.00' lots is not possible"),
        (MT4, "<td>1.00</td>", "<td>0.00</td>", "a volume of '0.00' lots is not possible"),
        (MT4, "<td>1.00</td>", "<td>1,00</td>", "'1,00' is not a number"),
        (MT4, "<td>100.00</td>", "<td>NaN</td>", "'NaN' is not a number"),
        (MT4, "<td>100.00</td>", "<td>1e400</td>", "'1e400' is not a number"),
        (MT4, "<td>100.00</td>", f"<td>{'9' * 30}</td>", "outside what an amount or a price"),
        (MT4, "<td>1.08000</td>", "<td>0.00000</td>", "'0.00000' is not a price"),
        (MT4, "<td>eurusd</td>", "<td></td>", "the row names no symbol"),
        (MT4, "<td>gbpusd</td>", "<td>moonusd</td>", "'moonusd' is not in the catalogue"),
        (MT4, "2026.03.02 12:00:00", "2026.03.02 09:30:00", "closes (2026.03.02 09:30:00) before"),
        (MT4, "2026.03.02 12:00:00", "2026.02.30 12:00:00", "is not a time"),
        (MT4, "2026.03.02 12:00:00", "0001.01.01 00:00:00", "the year 1 is not one of trading"),
        (MT4, "2026.03.02 12:00:00", "yesterday", "is not a time of the form"),
        (MT4, "2026.03.02 10:00:00", "2026.03.01 10:00:00", "before the account's first deposit"),
        (MT4, "<td>buy</td>", "<td>hold</td>", "a row of type 'hold'"),
        (MT4, "<td>buy</td>", "", "a trade's row of 13 cells"),
        (MT4, "<td>2026.03.02 10:00:00</td>", "<td>x</td></tr><tr>", "a ticket's row of 2 cells"),
        (MT4, "Currency: USD", "Currency:", "names no account and currency"),
        (MT5, "<td>1.00</td><td>1.08000</td><td>101", "<td>-1.00</td><td>1.08000</td><td>101",
         "a volume of '-1.00' lots is not possible"),
        (MT5, "<td>9 993.00</td>", "<td>NaN</td>", "'NaN' is not a number"),
        (MT5, "<td>9 993.00</td>", "<td>1e400</td>", "'1e400' is not a number"),
        (MT5, "2026.03.02 09:00:00", "2026.03.02 10:30:00", "times go backwards"),
        (MT5, "<td>9001</td>", "<td>9002</td>", "deal 9002 stands in the report twice"),
        (MT5, "<td>in</td>", "<td>sideways</td>", "'sideways' is not a direction"),
        (MT5, "filled", "dreamt", "'dreamt' is not a state of an order"),
        (MT5, "<b>Balance</b>", "<b>Karma</b>", "unknown columns"),
        (MT5, "<b>Symbol</b></td><td nowrap><b>Type</b></td><td nowrap><b>Direction",
         "<b>Thing</b></td><td nowrap><b>Type</b></td><td nowrap><b>Direction", "unknown columns"),
        (MT5, "<b>Time</b></td><td nowrap><b>State", "<b>Hour</b></td><td nowrap><b>State",
         "the table 'Orders' has unknown columns"),
    ],
)  # fmt: skip
def test_one_wrong_cell_is_refused_with_its_row(page, old, new, said) -> None:
    assert old in page
    error = refused(page.replace(old, new, 1).encode())
    assert said in error.reason
    assert error.row is not None


def test_a_working_order_that_has_ended_is_refused_with_its_row() -> None:
    page = MT5.replace("<b>Orders</b>", "<b>Working Orders</b>").replace(
        "<b>Time</b></td><td nowrap><b>State", "<b>Market Price</b></td><td nowrap><b>State"
    )
    error = refused(page.encode())
    assert error.reason == "'filled' is not a state of an order"
    assert error.row is not None


def test_an_unknown_symbol_of_a_report_is_refused_with_its_first_row() -> None:
    error = refused(MT5.replace("GBPUSD", "MOON").encode())
    assert "instrument 'MOON' is not in the catalogue" in error.reason
    assert error.row is not None


def test_a_ticket_that_stands_twice_is_refused() -> None:
    assert "twice" in refused(MT4.replace(">103<", ">101<").encode()).reason


def test_a_hundred_megabytes_of_garbage_cost_no_time(tmp_path: Path) -> None:
    file = tmp_path / "garbage.htm"
    block = bytes(range(256)) * 4096
    with file.open("wb") as out:
        for _ in range(95):
            out.write(block)
    begun = time.process_time()
    with pytest.raises(Unreadable, match="neither a web page, nor an Excel workbook"):
        read_history(file)
    with pytest.raises(Unreadable):
        open_quotes([file])
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("head", [b"<html><table>", b'{"type":'])
def test_garbage_behind_a_good_beginning_costs_no_time_either(tmp_path: Path, head: bytes) -> None:
    file = tmp_path / "garbage.htm"
    block = bytes(range(256)) * 4096
    with file.open("wb") as out:
        out.write(head)
        for _ in range(95):
            out.write(block)
    begun = time.process_time()
    with pytest.raises(Unreadable):
        read_history(file)
    assert time.process_time() - begun < 2


def test_a_file_beyond_the_limit_is_not_opened(tmp_path: Path) -> None:
    file = tmp_path / "huge.htm"
    with file.open("wb") as out:
        out.truncate(100_000_001)
    with pytest.raises(Unreadable, match="more than 100,000,000 are not read"):
        read_history(file)


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="cannot be opened"):
        read_history(tmp_path / "gone.htm")
    with pytest.raises(Unreadable, match="there is no such file of quotes"):
        open_quotes([tmp_path / "gone.zip"])


def zipped(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


TICK = b"27000123,1.38700,1.38790\n"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("20140502_eurusd_tick_quote.csv", b"0" * 200_000_000)], "that is no file of quotes"),
        ([("../20140502_eurusd_tick_quote.csv", TICK)], "has a path for a name"),
        ([("/etc/20140502_eurusd_tick_quote.csv", TICK)], "has a path for a name"),
        ([("a\\20140502_eurusd_tick_quote.csv", TICK)], "has a path for a name"),
        ([("one.csv", TICK), ("two.csv", TICK)], "this one holds 2"),
        ([], "this one holds 0"),
        ([("readme.txt", b"hello\n")], "these are no quotes that are read"),
    ],
)
def test_a_zip_made_to_harm_is_refused(tmp_path: Path, members, said) -> None:
    with pytest.raises(Unreadable, match=said.replace("(", r"\(")):
        open_quotes([zipped(tmp_path / "quotes.zip", *members)])


def test_a_zip_that_lies_about_its_size_is_stopped(tmp_path: Path) -> None:
    file = zipped(tmp_path / "q.zip", ("20140502_eurusd_tick_quote.csv", TICK * 400_000))
    content = bytearray(file.read_bytes())
    # The size stands in the local header and in the directory; both now say 100 bytes.
    real = (len(TICK) * 400_000).to_bytes(4, "little")
    assert content.count(real) == 2
    file.write_bytes(bytes(content).replace(real, (100).to_bytes(4, "little")))
    with pytest.raises(Unreadable):
        list(open_quotes([file]).stream("EURUSD"))


def test_a_gzip_bomb_is_stopped(tmp_path: Path) -> None:
    file = tmp_path / "EURUSD.csv.gz"
    row = b"2026-03-02T10:00:00Z,1.1,1.2\n"
    file.write_bytes(gzip.compress(b"time,bid,ask\n" + row * 3_000_000))
    with pytest.raises(Unreadable, match="unpacks to more than"):
        open_quotes([file])


def test_a_broken_zip_or_gzip_is_a_sentence(tmp_path: Path) -> None:
    file = zipped(tmp_path / "q.zip", ("20140502_eurusd_tick_quote.csv", TICK))
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(Unreadable, match="not a zip archive that can be read"):
        open_quotes([file])
    packed = tmp_path / "EURUSD.csv.gz"
    packed.write_bytes(gzip.compress(b"time,bid,ask\n" * 5000)[:60])
    with pytest.raises(Unreadable, match="cannot be unpacked"):
        open_quotes([packed])
