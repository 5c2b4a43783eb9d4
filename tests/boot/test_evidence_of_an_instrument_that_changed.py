"""An instrument redefined in the middle of a log is judged as it was at each moment, twice."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from propdesk.boot.cli import main

FTMO = ("--rulebook", "ftmo-2-step", "--size", "100000", "--phase", "challenge")
DAY = "2026-03-02T"
DEAL = {"type": "deal", "account": "A", "symbol": "EURUSD", "lots": "1"}


def instrument(at: str, contract_size: str) -> dict[str, Any]:
    return {
        "type": "instrument",
        "at": f"{DAY}{at}Z",
        "symbol": "EURUSD",
        "digits": 5,
        "contract_size": contract_size,
        "base_currency": "EUR",
        "profit_currency": "USD",
        "margin_currency": "EUR",
    }


def quote(at: str, price: str) -> dict[str, Any]:
    return {
        "type": "quote",
        "symbol": "EURUSD",
        "at": f"{DAY}{at}Z",
        "bid": price,
        "ask": price,
    }


# One lot falls by 0.04: 4,000 of 100,000 units, which the limit of 5,000 allows; afterwards a lot
# is ten times as much, and the same fall would have broken the limit.
LOG = [
    {"type": "account_opened", "account": "A", "at": f"{DAY}08:00:00Z", "currency": "USD",
     "balance": "100000.00"},
    quote("08:30:00", "1.10000"),
    {**DEAL, "id": "1", "position": "P", "at": f"{DAY}09:00:00Z", "side": "buy", "entry": "in",
     "price": "1.10000"},
    quote("09:30:00", "1.06000"),
    quote("09:40:00", "1.10000"),
    {**DEAL, "id": "2", "position": "P", "at": f"{DAY}10:00:00Z", "side": "sell", "entry": "out",
     "price": "1.10000"},
    instrument("11:00:00", "1000000"),
]  # fmt: skip


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in words], catch_exceptions=False)


# An index the built-in catalogue does not know, and whose profit is in euro.
OWN = [
    LOG[0],
    {**instrument("08:01:00", "1"), "symbol": "OWN1", "digits": 1, "mode": "cfd_index",
     "profit_currency": "EUR", "asset_class": "indices"},
    quote("08:30:00", "1.10000"),
    {**quote("08:30:00", "5000.0"), "symbol": "OWN1"},
    {**DEAL, "id": "1", "position": "P", "at": f"{DAY}09:00:00Z", "side": "buy", "entry": "in",
     "price": "5000.0", "symbol": "OWN1"},
    {**quote("09:30:00", "4000.0"), "symbol": "OWN1"},
]  # fmt: skip


@pytest.mark.parametrize(("events", "equity"), [(LOG, "100000.00"), (OWN, "98900.00")])
def test_the_evidence_holds(tmp_path: Path, events: list[dict[str, Any]], equity: str) -> None:
    log, evidence = tmp_path / "log.jsonl", tmp_path / "evidence.json"
    log.write_text("\n".join(json.dumps(each) for each in events), encoding="utf-8")
    result = run("evaluate", log, *FTMO, "--json", "-", "--evidence", evidence)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["status"], told["equity"]) == ("active", equity)
    held = run("verify", evidence)
    assert (held.exit_code, held.output.split()[0]) == (0, "HOLDS"), held.output
