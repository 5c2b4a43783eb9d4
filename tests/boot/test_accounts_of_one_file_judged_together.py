"""Several accounts in one event file, from the command line to the evidence."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from propdesk.boot.cli import main

RULEBOOK = """
name: apart
version: "1"
effective_from: 2026-01-01
currency: USD
clock: {zone: UTC, reset: "00:00"}
sizes: [{size: 100000}]
phases:
  - name: challenge
    rules:
      - rule: hedging
        cross_account: banned
        effects: [{kind: warn}]
      - rule: overall_loss
        mode: static
        allowance: {percent: 10}
        comparison: touch
"""


def opened(account: str, owner: str) -> dict[str, Any]:
    return {
        "type": "account_opened",
        "account": account,
        "at": "2026-03-02T08:00:00Z",
        "currency": "USD",
        "balance": "100000.00",
        "owner": owner,
    }


def deal(account: str, minute: int, side: str, entry: str = "in") -> dict[str, Any]:
    return {
        "type": "deal",
        "account": account,
        "id": f"{account}{minute}",
        "position": f"P{account}",
        "at": f"2026-03-02T09:{minute:02}:00Z",
        "symbol": "EURUSD",
        "side": side,
        "entry": entry,
        "lots": "1",
        "price": "1.1",
    }


HALF_PAST = "2026-03-02T08:30:00Z"
QUOTE = {"type": "quote", "at": HALF_PAST, "symbol": "EURUSD", "bid": "1.1", "ask": "1.1"}
LOG = [
    opened("C", "another"),
    opened("A", "person"),
    opened("B", "person"),
    QUOTE,
    deal("A", 1, "buy"),
    deal("B", 2, "sell"),
    deal("C", 3, "sell"),
    deal("B", 4, "buy", "out"),
    deal("A", 5, "sell", "out"),
]
GROUP = {"type": "group", "at": HALF_PAST, "id": "g", "accounts": ["A", "D"]}


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in words], catch_exceptions=False)


def judged(folder: Path, events: list[dict[str, Any]], account: str) -> dict[str, Any]:
    log, book, evidence = (folder / each for each in ("log.jsonl", "book.yaml", "evidence.json"))
    log.write_text("\n".join(json.dumps(each) for each in events), encoding="utf-8")
    book.write_text(RULEBOOK, encoding="utf-8")
    words = ("--rulebook", book, "--size", "100000", "--phase", "challenge", "--account", account)
    result = run("evaluate", log, *words, "--json", "-", "--evidence", evidence)
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.parametrize(("account", "other"), [("A", "B"), ("B", "A")])
def test_the_hedge_is_in_both_results(tmp_path: Path, account: str, other: str) -> None:
    result = judged(tmp_path, LOG, account)
    (verdict,) = result["verdicts"]
    assert (verdict["rule"], verdict["at"]) == ("hedging", "2026-03-02T09:02:00Z")
    assert verdict["evidence"]["account"] == other
    assert result["balance"] == "100000.00"


def test_a_stranger_in_the_file_changes_nothing(tmp_path: Path) -> None:
    result = judged(tmp_path, LOG, "C")
    assert (result["status"], result["verdicts"]) == ("active", [])


def test_an_account_that_is_not_in_the_file_is_missed(tmp_path: Path) -> None:
    result = judged(tmp_path, [*LOG[:4], GROUP, *LOG[4:]], "A")
    assert result["status"] == "unknown"
    (reason,) = [e["evidence"]["reason"] for e in result["verdicts"] if e["outcome"] == "unknown"]
    assert reason == "what other accounts held is not known (D: the log does not open it)"


def test_the_evidence_holds_with_the_events_it_needs_and_no_others(tmp_path: Path) -> None:
    judged(tmp_path, LOG, "A")
    evidence = tmp_path / "evidence.json"
    held = run("verify", evidence)
    assert (held.exit_code, held.output.split()[0]) == (0, "HOLDS")
    content = json.loads(evidence.read_text(encoding="utf-8"))
    accounts = {event.get("account", "") for _, event in content["events"]}
    assert accounts == {"A", "B", ""}
    assert [number for number, _ in content["events"]] == [2, 3, 4, 5, 6, 8, 9]
    without = [pair for pair in content["events"] if pair[1].get("account") != "B"]
    evidence.write_text(json.dumps({**content, "events": without}), encoding="utf-8")
    assert run("verify", evidence).exit_code == 1
