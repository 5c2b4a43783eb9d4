"""``propdesk evaluate`` and ``verify`` as a person types them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from propdesk.boot.cli import main

SAMPLES = Path(__file__).parents[2] / "src" / "propdesk" / "web" / "samples"
FTMO = ("--rulebook", "ftmo-2-step", "--size", "100000", "--phase", "challenge")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in words], catch_exceptions=False)


def judged(sample: str, *more: str | Path, quotes: bool = True) -> dict[str, Any]:
    words: list[str | Path] = [SAMPLES / sample]
    if quotes:
        words += ["--quotes", SAMPLES / f"{Path(sample).stem}.quotes.csv.gz"]
    result = run("evaluate", *words, *FTMO, "--json", "-", *more)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(
    ("sample", "quotes", "status"),
    [
        ("mt5-passes-challenge.html", True, "passed"),
        ("mt5-passes-challenge.html", False, "unknown"),
        ("mt5-breaches-daily-loss.html", True, "breached"),
        ("mt5-breaches-daily-loss.html", False, "unknown"),
        ("mt4-still-running.htm", True, "active"),
    ],
)
def test_a_sample_has_the_verdict_it_was_made_for(sample, quotes, status):
    assert judged(sample, quotes=quotes)["status"] == status


def test_evidence_holds_and_a_changed_file_does_not(tmp_path):
    evidence = tmp_path / "evidence.json"
    judged("mt5-breaches-daily-loss.html", "--evidence", evidence)
    held = run("verify", evidence)
    assert (held.exit_code, held.output.split()[0]) == (0, "HOLDS")
    content = json.loads(evidence.read_text())
    content["result"]["verdicts"][0]["observed"] = "1.00"
    evidence.write_text(json.dumps(content))
    changed = run("verify", evidence)
    assert changed.exit_code == 1
    assert "verdicts[0]" in changed.output


def test_a_changed_rulebook_inside_the_evidence_is_noticed(tmp_path):
    evidence = tmp_path / "evidence.json"
    judged("mt5-breaches-daily-loss.html", "--evidence", evidence)
    content = json.loads(evidence.read_text())
    before = content["rulebook"]["content"]
    content["rulebook"]["content"] = before.replace('"percent":5', '"percent":4')
    assert content["rulebook"]["content"] != before
    evidence.write_text(json.dumps(content))
    changed = run("verify", evidence)
    assert changed.exit_code == 1
    assert "rulebook's content does not have the hash" in changed.output


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format":"propdesk-evidence"}', "\x00"])
def test_what_is_no_evidence_is_said_to_be_none(tmp_path, content):
    file = tmp_path / "e.json"
    file.write_text(content)
    result = run("verify", file)
    assert result.exit_code == 2
    assert result.stderr.startswith("e.json: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--size", "50000"), "starts with 100000"),
        (("--size", "NaN"), "--size: "),
        (("--size", "-5"), "more than zero"),
        (("--phase", "nowhere"), "no phase 'nowhere'"),
        (("--rulebook", "nobody"), "no such file or preset"),
        (("--chart", "x.gif"), ".svg or .png"),
        (("--rulebook", "topstep-combine", "--phase", "combine", "--size", "75000"), "75000"),
    ],
)
def test_what_cannot_be_judged_ends_with_2_and_one_sentence(words, said):
    result = run("evaluate", SAMPLES / "mt5-passes-challenge.html", *FTMO, *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert len(result.stderr.strip().splitlines()) == 1


def test_chart_and_trace_are_written(tmp_path):
    chart, trace = tmp_path / "chart.svg", tmp_path / "trace.jsonl"
    judged("mt5-breaches-daily-loss.html", "--chart", chart, "--trace", trace)
    assert chart.read_text().lstrip().startswith("<?xml")
    rows = [json.loads(line) for line in trace.read_text().splitlines()]
    assert rows[0]["balance"] == "100000"
    assert any(row["status"] == "breached" for row in rows)
    assert {"event", "at", "balance", "equity_low", "limits", "changed"} <= rows[-1].keys()


def test_the_same_history_gives_the_same_result_byte_for_byte():
    first = judged("mt5-breaches-daily-loss.html")
    assert json.dumps(first) == json.dumps(judged("mt5-breaches-daily-loss.html"))


def test_what_an_export_does_not_tell_is_named_on_the_command_line(tmp_path):
    file = tmp_path / "trades.csv"
    file.write_text(
        "TICKET,LOGIN,SYMBOL,CMD,VOLUME,OPEN_TIME,OPEN_PRICE,SL,TP,CLOSE_TIME,COMMISSION,SWAPS,"
        "CLOSE_PRICE,PROFIT,TAXES,COMMENT\n"
        "2,77,USDJPY,0,100,2026-03-02 10:00:00,150.00,0,0,2026-03-02 12:00:00,0,0,151.00,662.25,0,"
    )
    asked = ["evaluate", file, "--rulebook", "ftmo-2-step", "--phase", "challenge", "--json", "-"]
    unnamed = run(*asked, "--size", "100000")
    assert unnamed.exit_code == 2
    assert "names no currency" in unnamed.stderr
    named = run(*asked, "--size", "100000", "--currency", "USD")
    assert named.exit_code == 0, named.stderr
    result = json.loads(named.stdout)
    assert (result["account"], result["currency"], result["size"]) == ("77", "USD", "100000.00")
    assert run(*asked, "--size", "statement", "--currency", "USD").exit_code == 2
