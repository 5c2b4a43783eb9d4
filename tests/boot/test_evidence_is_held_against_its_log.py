"""``verify --log`` proves that evidence leaves nothing of its log out and puts nothing in."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from propdesk.boot.cli import main

RULEBOOK = """\
name: with-a-condition
version: "1"
effective_from: 2026-01-01
currency: USD
clock: {zone: UTC, reset: 00:00}
phases:
  - name: challenge
    rules:
      - {rule: overall_loss, mode: static, allowance: {percent: 10}, comparison: touch}
      - rule: condition
        expression: closed_profit_minor < -50000
        "on": [deal]
        says: No more than 500 may be lost by any deal.
        effects: [{kind: warn}]
"""
OPENED = {"type": "account_opened", "account": "A", "currency": "USD", "balance": "100000.00"}


def quote(clock: str, symbol: str, price: str) -> dict[str, Any]:
    at = f"2026-03-02T{clock}Z"
    return {"type": "quote", "symbol": symbol, "at": at, "bid": price, "ask": price}


DEAL = {"type": "deal", "account": "A", "position": "P", "symbol": "EURUSD", "lots": "10"}
LOG: list[dict[str, Any]] = [
    OPENED | {"at": "2026-03-02T08:00:00Z"},
    quote("09:00:00", "EURUSD", "1.1"),
    quote("09:00:01", "XAUUSD", "2000"),
    DEAL | {"id": "1", "at": "2026-03-02T09:00:02Z", "side": "buy", "entry": "in", "price": "1.1"},
    quote("10:00:00", "EURUSD", "1.0990"),
    DEAL
    | {"id": "2", "at": "2026-03-02T10:00:01Z", "side": "sell", "entry": "out"}
    | {"price": "1.0990", "profit": "-1000.00"},
    quote("11:00:00", "XAUUSD", "2001"),
]


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in words], catch_exceptions=False)


def written(file: Path, events: list[dict[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(each) + "\n" for each in events))
    return file


@pytest.fixture
def evidence(tmp_path: Path) -> Path:
    book = tmp_path / "book.yaml"
    book.write_text(RULEBOOK)
    made = tmp_path / "evidence.json"
    done = run(
        "evaluate", written(tmp_path / "log.jsonl", LOG), "--rulebook", book, "--size", "100000",
        "--phase", "challenge", "--evidence", made, "--json", "-",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert [each["rule"] for each in json.loads(done.stdout)["verdicts"]] == ["condition"]
    return made


def test_a_condition_is_asked_again(evidence: Path) -> None:
    held = run("verify", evidence)
    assert (held.exit_code, held.output.split()[0]) == (0, "HOLDS")


def test_it_holds_against_the_log_it_was_taken_from(evidence: Path, tmp_path: Path) -> None:
    held = run("verify", evidence, "--log", tmp_path / "log.jsonl")
    assert (held.exit_code, held.output.split()[0]) == (0, "HOLDS")


@pytest.mark.parametrize(
    ("log", "said"),
    [
        ([*LOG[:4], *LOG[5:]], "against the log: events"),
        ([*LOG, {"type": "time", "at": "2026-03-03T09:00:00Z"}], "against the log: events"),
        ([LOG[0] | {"balance": "100000.01"}, *LOG[1:]], "the log cannot be judged: "),
    ],
)
def test_another_log_is_not_the_one(
    evidence: Path, tmp_path: Path, log: list[dict[str, Any]], said: str
) -> None:
    other = run("verify", evidence, "--log", written(tmp_path / "other.jsonl", log))
    assert other.exit_code == 1
    assert said in other.output


def test_a_log_that_cannot_be_read_is_refused(evidence: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"type": "deal"}\n')
    refused = run("verify", evidence, "--log", broken)
    assert refused.exit_code == 2
    assert refused.stderr.startswith("broken.jsonl:1: ")
