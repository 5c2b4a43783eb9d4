"""What fuzzing has found, each as small as it can be shown."""

import time
import zipfile
from pathlib import Path
from random import Random
from typing import Any

import pytest

from propdesk.connectors.calendars.calendar import read_calendar
from propdesk.connectors.containers.allowance import FLOOR, PACKED_TIMES, TEXT_BYTES
from propdesk.connectors.containers.workbook_rows import PASSED_MIN
from propdesk.connectors.history import read_history
from propdesk.connectors.quotes.packed import member_of
from propdesk.connectors.refusal import Unreadable
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.unreadable import REASON_LENGTH_MAX
from tests.connectors.fuzz.seeds import MT4_TESTER, MT5_TESTER
from tests.connectors.fuzz.trials import is_one_sentence
from tests.connectors.made_workbooks import sheet, workbook
from tests.connectors.test_calendar_formats import ics


def refused(content: bytes | str, name: str = "given") -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        read_history(content if isinstance(content, bytes) else content.encode(), name)
    return caught.value


TICKET = "<tr><td>2</td><td>2026.03.02 11:00</td><td>buy</td><td>1</td><td>1.00</td>"


@pytest.mark.parametrize(
    ("old", "new", "row", "said"),
    [
        ("<td>3</td><td>2026.03.02 12:00</td>", "<td>3</td>", 7, "'t/p' is not a time"),
        (TICKET, f"{TICKET}</tr><tr>", 6, "an unknown row stands in the tester's table"),
        ("<tr><td>2</td>", "<tr></tr><tr><td>2</td>", 6, "an unknown row"),
        ("<td>2</td><td>2026", "<td>²</td><td>2026", 6, "an unknown row"),
        ("EURUSD (Euro", "Gold (Euro", 1, "'Gold' does not tell the currency"),
        ("<td colspan=4>EURUSD (Euro vs US Dollar)</td>", "", 1, "'' does not tell the currency"),
        ("<tr><td>Net profit</td>", "<tr></tr><tr><td>Net profit</td>", 3, "'' is not a number"),
    ],
)
def test_a_row_of_a_tester_that_breaks_off_is_refused(old, new, row, said) -> None:
    assert MT4_TESTER.count(old) == 1
    error = refused(MT4_TESTER.replace(old, new))
    assert (error.row, said in error.reason) == (row, True), str(error)


def test_the_currency_that_is_told_is_taken_for_a_tester_of_another_market() -> None:
    gold = MT4_TESTER.replace("EURUSD (Euro", "XAU (Euro").encode()
    assert refused(gold).row == 1
    assert read_history(MT4_TESTER.encode(), currency="EUR").currency == "EUR"


def test_a_currency_of_a_tester_that_is_none_is_refused_with_its_row() -> None:
    assert MT5_TESTER.count("<b>USD</b>") == 1
    error = refused(MT5_TESTER.replace("<b>USD</b>", "<b>700 (USD, Demo)</b>"))
    assert (error.row, error.reason) == (3, "'700 (USD, Demo)' is not a currency such as USD")


def test_what_a_sentence_quotes_is_one_printable_line_of_some_length() -> None:
    error = refused(b'{"type":"deal","x\\ny' + b"(" * 5000 + b'":1}\n', "a\nb.jsonl")
    assert is_one_sentence(str(error), "a\ufffdb.jsonl:1")
    assert (len(error.reason), error.reason[-1]) == (REASON_LENGTH_MAX, "…")
    plain = Unreadable("a.csv", 3, "'é' is not a number")
    assert str(plain) == "a.csv:3: 'é' is not a number"


def test_small_texts_of_a_workbook_are_refused_by_their_number_only_above_the_floor() -> None:
    texts_max = FLOOR // (TEXT_BYTES + 1)

    def of_texts(count: int, more: str = "") -> bytes:
        part = f"<sst>{'<si><t>a</t></si>' * count}<si><t>{more}</t></si></sst>"
        return workbook(sheet([["a"]]), sharedStrings=part)

    assert "none of the exports" in refused(of_texts(texts_max - 1)).reason
    error = refused(of_texts(texts_max))
    assert error.reason.startswith("its texts take more than 8,000,000 bytes of memory")
    # The same texts in a larger file are few for it.
    random = Random(7)
    long = "".join(chr(random.randrange(0x4E00, 0x9FFF)) for _ in range(FLOOR // PACKED_TIMES))
    assert "none of the exports" in refused(of_texts(texts_max, long)).reason


def test_small_cells_of_a_workbook_are_refused_by_their_number_only_above_a_least() -> None:
    wide = ["1"] * 99  # and the row: a hundred are passed
    few, many = PASSED_MIN // 100, PASSED_MIN // 100 + 1
    assert "none of the exports" in refused(workbook(sheet([wide] * few))).reason
    error = refused(workbook(sheet([wide] * many)))
    assert (error.row, error.reason[:19]) == (few, "so many small cells")


def test_a_zone_whose_name_is_no_file_name_is_refused_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "c.ics"
    path.write_text(ics("SUMMARY:Payrolls", f"DTSTART;TZID={'a' * 300}:20260807T083000"))
    with pytest.raises(Unreadable) as caught:
        read_calendar([path])
    assert (caught.value.row, caught.value.reason) == (
        4,
        "not iCalendar: the name of a zone is none",
    )


def test_a_name_of_thousands_of_letters_is_no_instrument_and_costs_no_time() -> None:
    known = load_catalogue()
    begun = time.process_time()
    assert known.find("EURUSD" + "<![CDATA[" * 50_000) is None
    assert time.process_time() - begun < 0.5
    assert known.get("EURUSD" + "." + "a" * 8).symbol == "EURUSD"


@pytest.mark.parametrize("cell", ['<c t="inlineStr"><is><t>{}</t></is></c>', "<c><v>{}</v></c>"])
def test_a_cell_of_a_workbook_longer_than_a_cell_can_be_is_refused(cell: str) -> None:
    error = refused(workbook(sheet([["a"], [cell.format("9" * 32_768)]])))
    assert (error.row, error.reason) == (2, "a cell of more than 32,767 letters")
    longest = refused(workbook(sheet([["a"], [cell.format("9" * 32_767)]])))
    assert "none of the exports" in longest.reason


def test_an_event_nested_too_deep_is_refused_with_its_row() -> None:
    line = '{"type":' + '{"a":' * 3_000
    error = refused(f"\n{line}\n", "e.jsonl")
    assert (error.row, error.reason) == (2, "the line nests its JSON deeper than an event does")


def test_a_zip_of_quotes_whose_name_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "20260302_quote.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("é_tick_quote.csv", "1,2,3\n")
    path.write_bytes(path.read_bytes().replace("é".encode(), b"\xff\xff"))
    with pytest.raises(Unreadable, match="is not a zip archive that can be read"):
        member_of(path)


@pytest.mark.parametrize("part", ["worksheets/1", "sharedStrings", "styles"])
def test_a_namespace_without_end_is_refused(part: str) -> None:
    """Every element of the part has it: three megabytes of it took hundreds."""
    parts: dict[str, Any] = {part: f'<sst xmlns="{"n" * 500}"><si/><c/><cellXfs/></sst>'}
    made = workbook(sheet([["x"]]), **parts)
    assert refused(made).reason == "a workbook with a broken part: a namespace without end"


def test_a_short_sentence_about_a_file_inside_a_long_archive_is_one() -> None:
    said = "2020-09-17.json:1: not JSON: Extra data"
    assert is_one_sentence(said, f"{'a' * 60}.tar.gz")
    assert not is_one_sentence("", f"{'a' * 60}.tar.gz")
    assert not is_one_sentence(said, "b.json")
