"""``propdesk evaluate --calendar``: which version of which calendar judges a trade."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from propdesk.boot.cli import main

# Payrolls at 12:30 UTC; bought at that very moment, sold an hour later.
HISTORY = """\
{"type":"account_opened","account":"A1","at":"2026-08-03T08:00:00Z","currency":"USD","balance":"100000.00"}
{"type":"quote","symbol":"EURUSD","at":"2026-08-07T12:29:59Z","bid":"1.10000","ask":"1.10010"}
{"type":"deal","account":"A1","id":"D1","position":"P1","at":"2026-08-07T12:30:00Z","symbol":"EURUSD","side":"buy","entry":"in","lots":"0.10","price":"1.10010","reason":"manual"}
{"type":"deal","account":"A1","id":"D2","position":"P1","at":"2026-08-07T13:30:00Z","symbol":"EURUSD","side":"sell","entry":"out","lots":"0.10","price":"1.10010","reason":"manual"}
"""
ROW = {"title": "Payrolls", "country": "USD", "impact": "High", "forecast": "", "previous": ""}
AT_1230 = json.dumps([{**ROW, "date": "2026-08-07T08:30:00-04:00"}])
AT_1500 = json.dumps([{**ROW, "date": "2026-08-07T11:00:00-04:00"}])
NAIVE = "date,time,currency,impact,event\n2026-08-07,19:30,USD,high,Payrolls\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "history.jsonl").write_text(HISTORY)
    return tmp_path


def evaluate(folder: Path, *more: str | Path) -> Result:
    words = ["evaluate", folder / "history.jsonl", "--rulebook", "ftmo-2-step", "--size", "100000",
             "--phase", "funded", *more]  # fmt: skip
    return CliRunner().invoke(main, [str(each) for each in words], catch_exceptions=False)


def news(folder: Path, *more: str | Path) -> list[dict[str, Any]]:
    result = evaluate(folder, "--json", "-", *more)
    assert result.exit_code == 0, result.output
    return [each for each in json.loads(result.stdout)["verdicts"] if each["rule"] == "news"]


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def test_without_a_calendar_nothing_can_be_said(folder):
    assert {each["outcome"] for each in news(folder)} == {"unknown"}


def test_several_files_are_versions_of_one_calendar(folder):
    first = write(folder, "20260803T000000Z.json", AT_1230)
    before = write(folder, "20260807T122959Z.json", AT_1500)
    after = write(folder, "20260807T123001Z.json", AT_1500)
    (found,) = news(folder, "--calendar", after, "--calendar", first)
    assert found["outcome"] == "fail"
    assert found["evidence"]["calendar_of"] == "2026-08-03T00:00:00Z"
    assert news(folder, "--calendar", first, "--calendar", before) == []


def test_a_person_says_the_zone_and_the_time_of_receipt(folder):
    table = write(folder, "calendar.csv", NAIVE)
    bangkok = ("--calendar", table, "--calendar-zone", "Asia/Bangkok")
    assert [each["outcome"] for each in news(folder, *bangkok)] == ["fail"]
    assert news(folder, "--calendar", table, "--calendar-zone", "UTC") == []
    late = news(folder, *bangkok, "--calendar-received", "2026-08-07T12:30:00.000001Z")
    assert {each["outcome"] for each in late} == {"unknown"}


def test_evidence_with_a_calendar_holds_and_the_notes_are_told(folder):
    (folder / "versions").mkdir()
    write(folder, "versions/20260803T000000Z.json", AT_1230)
    evidence = folder / "evidence.json"
    result = evaluate(folder, "--calendar", folder / "versions", "--evidence", evidence)
    assert "Calendar: 1 versions received from 2026-08-03T00:00:00Z" in result.output
    held = CliRunner().invoke(main, ["verify", str(evidence)], catch_exceptions=False)
    assert (held.exit_code, held.output.split()[0]) == (0, "HOLDS")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ((), "calendar.csv:2: the time names no zone; name the clock of the calendar"),
        (("--calendar-zone", "Moon"), "calendar.csv: 'Moon' is neither 'server' nor an IANA"),
        (("--calendar-received", "today"), "--calendar-received: 'today' is not an ISO 8601 time"),
    ],
)
def test_an_unusable_calendar_is_refused(folder, more, sentence):
    result = evaluate(folder, "--calendar", write(folder, "calendar.csv", NAIVE), *more)
    assert result.exit_code == 2
    assert result.stderr.startswith(sentence)
