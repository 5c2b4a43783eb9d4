"""Every value of every parameter in T1 to T14 changes a verdict or a figure.

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

Name = tuple[str, ...]


def known() -> list[Name]:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        return [tuple(row) for row in csv.reader(lines)][1:]


def named(pair: Pair) -> Name:
    return (pair.section, pair.parameter, pair.value)


@pytest.mark.parametrize("pair", PAIRS, ids=Pair.plain)
def test_only_this_value_changes_and_so_does_the_answer(pair: Pair) -> None:
    one, other = pair.sides()
    assert one != other, f"{named(pair)}: {pair.field}={pair.one} and {pair.other} give {one}"


def test_every_value_is_shown() -> None:
    shown = {named(pair) for pair in PAIRS}
    missing = [" | ".join(each) for each in known() if each not in shown]
    assert not missing, "no pair shows that these matter:\n" + "\n".join(missing)


def test_no_pair_names_an_unknown_value() -> None:
    strange = sorted({named(pair) for pair in PAIRS} - set(known()))
    assert not strange, f"not in rule_values.csv: {strange}"


def test_the_table_is_what_the_rules_say() -> None:
    source = rules_file()
    if not source.exists():
        pytest.skip(f"no {source.name}: set PROPDESK_SHARED to the folder that holds it")
    again = as_csv(rows_of(source.read_text("utf-8")))
    assert TABLE.read_text("utf-8") == again, "run python -m scripts.rule_values"
