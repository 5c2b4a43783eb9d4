"""``propdesk evaluate --columns``: a table no reader knows; and a feed that crosses its quotes."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from propdesk.boot.cli import main
from tests.connectors.conftest import shared  # noqa: F401 - the fixture

FTMO = ("--rulebook", "ftmo-2-step", "--size", "100000", "--phase", "challenge")
TABLE = """\
When,Way,What,Lots,Price,Gain,Balance
2014-05-02 11:00:00,In,EURUSD,10.00,1.38600,0.00,100000.00
2014-05-02 15:00:00,Out,EURUSD,10.00,1.38610,100.00,100100.00
"""
COLUMNS = """\
rows: deals
currency: USD
zone: Europe/Prague
columns: {time: When, side: Way, symbol: What, lots: Lots, price: Price, profit: Gain,
          balance: Balance}
words: {buy: In, sell: Out}
"""


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(each) for each in words], catch_exceptions=False)


def put(folder: Path, columns: str = COLUMNS, table: str = TABLE) -> tuple[Path, str, Path]:
    (folder / "deals.csv").write_text(table)
    (folder / "columns.yaml").write_text(columns)
    return folder / "deals.csv", "--columns", folder / "columns.yaml"


def test_a_table_is_judged_by_its_columns(tmp_path) -> None:
    found = run("evaluate", *put(tmp_path), *FTMO, "--json", "-")
    assert found.exit_code == 0, found.output
    result = json.loads(found.stdout)
    assert (result["account"], result["days"][-1]["end_balance"]) == ("unnamed", "100100.00")
    assert result["coverage"]["basis"] == "deals"
    assert result["coverage"]["gaps"][0]["from"] == "2014-05-02T09:00:00Z"


def test_mistakes_of_the_columns_and_of_the_table_end_with_2(tmp_path) -> None:
    wrong = put(tmp_path, COLUMNS.replace("rows: deals", "rows: fills").replace("USD", "[7]"))
    found = run("evaluate", *wrong, *FTMO)
    assert found.exit_code == 2
    assert found.stderr.splitlines() == [
        "columns.yaml:1: rows: is 'fills'; one of deals, trades",
        "columns.yaml:2: currency: must be a text",
    ]
    found = run("evaluate", *put(tmp_path, table=TABLE.replace("100100.00", "100100.01")), *FTMO)
    assert found.exit_code == 2
    assert found.stderr.startswith("deals.csv:3: does not reconcile: the balance is stated as")


def test_a_verdict_on_crossed_quotes_verifies_offline(tmp_path, shared: Path) -> None:  # noqa: F811
    ticks, evidence = shared / "ticks/lean_fxcm_eurusd", tmp_path / "evidence.json"
    given = (*put(tmp_path), *FTMO, "--quotes", ticks, "--evidence", evidence)
    found = run("evaluate", *given, "--json", "-")
    assert found.exit_code == 0, found.output
    result = json.loads(found.stdout)
    assert result["coverage"]["basis"] == "bars"
    held = run("verify", evidence)
    assert (held.exit_code, held.output.split()[0]) == (0, "HOLDS")
