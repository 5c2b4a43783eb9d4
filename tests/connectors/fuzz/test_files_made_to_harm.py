"""Files made so that the parts of a reader cost more than the file: refused, soon and in bounds."""

import io
import zipfile
from collections.abc import Iterator

import pytest

from tests.connectors.fuzz.trials import Trials, broken_promises
from tests.connectors.made_workbooks import sheet, workbook

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with Trials() as running:
        yield running


def packed(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("20260302_eurusd_tick_quote.csv", text)
    return out.getvalue()


def cells(count: int, width: int) -> str:
    """A workbook's sheet of different small numbers."""
    rows = "".join(
        "<row>" + "".join(f"<c><v>{n * width + c}</v></c>" for c in range(width)) + "</row>"
        for n in range(count // width)
    )
    return sheet([]).replace("<sheetData>", f"<sheetData>{rows}")


def texts(count: int) -> str:
    """A workbook's part of different small texts."""
    return f"<sst>{''.join(f'<si><t>{n}</t></si>' for n in range(count))}</sst>"


SMALL_CELLS = "so many small cells in a file of this size"
NO_EXPORT = "this is none of the exports that are read"
STATEMENTS = {
    "rows of a letter": (b"a\n" * 400_000, NO_EXPORT),
    "rows of a letter, wide": (("a\n" * 400_000).encode("utf-16"), NO_EXPORT),
    "rows of a letter of a code page": ("é\n".encode("cp1252") * 400_000, NO_EXPORT),
    "rows of a Chinese letter": ("中\n".encode("gb18030") * 300_000, NO_EXPORT),
    "blank rows": (b"a,b\n" + b"\n" * 3_000_000, "more than 500,000 rows"),
    "all cells different": (
        b"\n".join(b",".join(b"%d" % (n * 20 + c) for c in range(20)) for n in range(16_000)),
        NO_EXPORT,
    ),
    "nothing but commas": ((b"," * 500 + b"\n") * 6_000, NO_EXPORT),
    "one line": (b"a," * MEGABYTE, "more than 512 columns"),
    "an open quotation": (b'a,b\n"' + b"x,\n" * 500_000, "not a row of delimited text"),
    "rows of a page": (b"<html><table>" + b"<tr><td>1" * 200_000, "a web page, but no statement"),
    "cells of a page": (b"<html><table><tr>" + b"<td>" * 500_000, "more than 512 columns"),
    "tables in tables": (b"<html>" + b"<table><tr><td>x" * 50_000, "nested more than 16 deep"),
    "elements in elements": (b"<html><table><tr><td>" + b"<b><i>" * 200_000, "a web page"),
    "a page without rows": (b"<html>" + b"<p><b>x</b>" * 200_000, "a web page, but no statement"),
    "a page of one cell": (b"<html><table><tr><td>" + b"x " * MEGABYTE, "a web page, but no"),
    "brackets": (b'{"type":' + b"[" * MEGABYTE, "longer than 65536 bytes"),
    "cells of a workbook": (workbook(cells(600_000, 20)), SMALL_CELLS),
    "a tall workbook": (workbook(cells(150_000, 1)), SMALL_CELLS),
    "texts of a workbook": (workbook(sheet([["x"]]), sharedStrings=texts(200_000)), "its texts"),
}


@pytest.mark.parametrize("kind", STATEMENTS)
def test_a_statement_made_to_harm_is_refused_in_bounds(trials: Trials, kind: str) -> None:
    content, said = STATEMENTS[kind]
    outcome = trials.run("statement", "given", content)
    assert outcome.end == "refused"
    assert said in outcome.said
    assert broken_promises(outcome, "given", len(content)) == []


QUOTES = {
    "empty lines": b"\n" * 8 * MEGABYTE,
    "empty lines below a header": b"time,symbol,bid,ask\n" + b"\n" * 4 * MEGABYTE,
    "one line": b"," * 4 * MEGABYTE,
    "short ticks": packed("".join(f"{n},1,2\n" for n in range(300_000))),
    "all prices different": b"time,symbol,bid,ask\n"
    + b"".join(b"2026-03-02T10:00:00Z,EURUSD,1.%06d,2\n" % n for n in range(120_000)),
    "all symbols different": b"time,symbol,bid,ask\n"
    + b"".join(b"2026-03-02T10:00:00Z,S%d,1,2\n" % n for n in range(20_000)),
}


@pytest.mark.parametrize("kind", QUOTES)
def test_quotes_made_to_harm_end_in_bounds(trials: Trials, kind: str) -> None:
    outcome = trials.run("quotes", "given", QUOTES[kind])
    assert broken_promises(outcome, "given", len(QUOTES[kind])) == []
