"""Every value of every parameter in T1 to T14 changes a verdict or a figure, or is listed as owed.

The values are those of ``docs/reference/rule_values.csv``, made from RULES.md.
"""

import csv
import importlib
from pathlib import Path

import pytest
from scripts.rule_values import TABLE, as_csv, rows_of, rules_file

from tests.domain.pairs.registry import PAIRS, Pair

HERE = Path(__file__).parent
for file in sorted(HERE.glob("of_*.py")):
    importlib.import_module(f"tests.domain.pairs.{file.stem}")

NOT_YET = HERE / "not_yet.txt"
Name = tuple[str, ...]


def known() -> list[Name]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [tuple(row) for row in csv.reader(lines)][1:]


def owed() -> list[Name]:
    lines = NOT_YET.read_text("utf-8").splitlines()
    return [tuple(line.split(" | ")) for line in lines if line and not line.startswith("#")]


def named(pair: Pair) -> Name:
    return (pair.section, pair.parameter, pair.value)


@pytest.mark.parametrize("pair", PAIRS, ids=Pair.plain)
def test_only_this_value_changes_and_so_does_the_answer(pair: Pair) -> None:
    one, other = pair.sides()
    assert one != other, f"{named(pair)}: {pair.field}={pair.one} and {pair.other} give {one}"


def test_every_value_is_shown_or_owed() -> None:
    shown = {named(pair) for pair in PAIRS}
    listed = set(owed())
    missing = [" | ".join(each) for each in known() if each not in shown | listed]
    assert not missing, "neither shown by a pair nor listed in not_yet.txt:\n" + "\n".join(missing)


def test_nothing_is_both_shown_and_owed() -> None:
    both = {named(pair) for pair in PAIRS} & set(owed())
    assert not both, f"shown already, strike from not_yet.txt: {sorted(both)}"


def test_no_pair_and_no_debt_names_an_unknown_value() -> None:
    names = set(known())
    strange = sorted(({named(pair) for pair in PAIRS} | set(owed())) - names)
    assert not strange, f"not in rule_values.csv: {strange}"


def test_the_table_is_what_the_rules_say() -> None:
    source = rules_file()
    if not source.exists():
        pytest.skip(f"no {source.name}: set PROPDESK_SHARED to the folder that holds it")
    again = as_csv(rows_of(source.read_text("utf-8")))
    assert TABLE.read_text("utf-8") == again, "run python -m scripts.rule_values"
