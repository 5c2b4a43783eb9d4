"""Delimited text: the delimiter is told by its columns, every encoding is read, rows are lines."""

import time

import pytest

from propdesk.connectors.containers.opening import sheets_in
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import Row, Sheet

ROWS = (("Deal", "Time", "Net"), ("D1", "2026-03-02 10:00:00", "1 719.75"), ("", "total", "-3"))


def opened(content: bytes) -> Sheet:
    (found,) = sheets_in(content, "given.csv")
    assert found.container == "table"
    return found


def cells(content: bytes) -> tuple[tuple[str, ...], ...]:
    return tuple(row.cells for row in opened(content).rows)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_delimiter_and_the_line_ends_are_told(mark: str, end: str) -> None:
    assert cells(end.join(mark.join(row) for row in ROWS).encode()) == ROWS


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("cp1251", b""),
        ("gb18030", b""),
    ],
)
def test_every_encoding_is_read(encoding: str, mark: bytes) -> None:
    word = {"cp1251": "Отчёт о торговле за месяц", "gb18030": "交易品种报告历史记录"}.get(
        encoding, "Überweisung"
    )
    text = f"no,comment,profit\n1,{word},2.50\n2,{word},3.50\n"
    assert cells(mark + text.encode(encoding)) == (
        ("no", "comment", "profit"),
        ("1", word, "2.50"),
        ("2", word, "3.50"),
    )


def test_a_decimal_comma_does_not_make_a_column() -> None:
    text = b"time;price;lots\n10:00;1,08;0,10\n11:00;1,09;0,20\n"
    assert cells(text)[1] == ("10:00", "1,08", "0,10")


def test_a_title_above_the_header_is_a_row_of_one_cell() -> None:
    assert cells(b"Deals\nid,net\n1,2\n") == (("Deals",), ("id", "net"), ("1", "2"))


def test_quoted_cells_keep_their_delimiters_and_rows_their_first_lines_number() -> None:
    found = opened(b'id,comment,net\n1,"a, b\nc ""d""",2\n2,e,3\n')
    assert found.rows[1:] == (Row(2, ("1", 'a, b c "d"', "2")), Row(4, ("2", "e", "3")))


def test_blanks_of_every_kind_are_one_blank_and_none_around() -> None:
    assert cells("a,b\n 1\u00a0719.75 ,\u202fx\n".encode())[1] == ("1 719.75", "x")


def test_a_text_without_columns_is_rows_of_one_cell() -> None:
    assert cells(b"hello\nworld\n") == (("hello",), ("world",))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"a,b;c\n1,2;3\n", "its columns could be parted by commas or semicolons"),
        (b'a,b\n1,"2\n3,4\n', "given.csv:2: not a row of delimited text"),
        (b'a,b\n1,"2"x\n', "given.csv:2: not a row of delimited text"),
        (b"a,b\n" + b"," * 600 + b"\n", "given.csv:2: a row of more than 512 columns"),
        (b"a,b\n1,\x01\n", "neither a web page, nor an Excel workbook"),
        (b"a,b\n" * 10_000_001, "a file of more than 40,000,000 bytes is not read"),
    ],
)
def test_what_is_no_table_for_certain_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as refused:
        sheets_in(content, "given.csv")
    assert said in str(refused.value)


def test_a_megabyte_is_read_in_well_under_two_seconds() -> None:
    content = b"id,time,symbol,net\n" + b"1,2026-03-02 10:00:00,EURUSD,1.50\n" * 30_000
    begun = time.process_time()
    assert len(opened(content).rows) == 30_001
    assert time.process_time() - begun < 2
