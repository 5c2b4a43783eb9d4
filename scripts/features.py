"""Writes docs/features.md: every row of the goal table with the test that shows it, or "not yet".

Rows stand in docs/features.csv, their tests in docs/features.toml. With --check it writes nothing
and fails when a row is missing, a named test does not exist or the page is out of date.
"""

import argparse
import ast
import csv
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / "docs" / "features.csv"
TESTS = ROOT / "docs" / "features.toml"
PAGE = ROOT / "docs" / "features.md"
NUMBERS = tuple(str(n) for n in range(1, 349)) + tuple(f"G{n}" for n in range(1, 35))
"""348 features seen elsewhere and 34 gaps that nobody was seen to fill."""


@dataclass(frozen=True, slots=True)
class Row:
    """One goal."""

    number: str
    area: str
    seen_in: int
    feature: str


@dataclass(frozen=True, slots=True)
class Proof:
    """The tests that show a row; ``missing`` says what of the row they do not show."""

    tests: tuple[str, ...]
    missing: str


def read_rows() -> tuple[Row, ...]:
    with ROWS.open(encoding="utf-8", newline="") as file:
        return tuple(
            Row(line["row"], line["area"], int(line["seen_in"]), line["feature"])
            for line in csv.DictReader(file)
        )


def read_proofs() -> dict[str, Proof]:
    document: dict[str, dict[str, Any]] = tomllib.loads(TESTS.read_text(encoding="utf-8"))
    shown = {row: Proof(tuple(tests), "") for row, tests in document["shown"].items()}
    partly = {
        row: Proof(tuple(entry["tests"]), entry["missing"])
        for row, entry in document["partly"].items()
    }
    if both := shown.keys() & partly.keys():
        sys.exit(f"features: {', '.join(sorted(both))} stand under [shown] and [partly]")
    return shown | partly


def faults(rows: tuple[Row, ...], proofs: Mapping[str, Proof]) -> Iterator[str]:
    """Everything wrong with the two files, one sentence each."""
    numbers = tuple(row.number for row in rows)
    if numbers != NUMBERS:
        for number in sorted(set(NUMBERS) - set(numbers)):
            yield f"docs/features.csv lacks row {number}"
        for number in sorted(set(numbers) - set(NUMBERS)):
            yield f"docs/features.csv has a row {number} that the goal table does not have"
        yield "docs/features.csv must hold the rows 1 to 348, then G1 to G34, once and in order"
    for number, proof in proofs.items():
        if number not in NUMBERS:
            yield f"docs/features.toml names row {number}, which does not exist"
        if not proof.tests:
            yield f"docs/features.toml: row {number} names no test; remove it or name one"
        for test in proof.tests:
            if not exists(test):
                yield f"docs/features.toml: row {number} names {test}, which does not exist"


def exists(test: str) -> bool:
    file, *names = test.split("::")
    return bool(names) and "::".join(names) in names_of_tests(ROOT / file)


@cache
def names_of_tests(file: Path) -> frozenset[str]:
    """Functions ``test_…`` of a test file, those of classes as ``Class::test_…``."""
    if not file.is_file():
        return frozenset()
    names: set[str] = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names |= {
                f"{node.name}::{inner.name}"
                for inner in node.body
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
            }
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
    return frozenset(name for name in names if name.split("::")[-1].startswith("test_"))


def page(rows: tuple[Row, ...], proofs: Mapping[str, Proof]) -> str:
    whole = sum(not proof.missing for proof in proofs.values())
    lines = [
        "# Features",
        "",
        "The goal table: 348 features seen in 21 systems, with the number of systems that were",
        "seen to have each, then 34 gaps that none was seen to fill. Each row names the test that",
        'shows it, or says "not yet".',
        "",
        (
            f"Shown: {whole} of {len(rows)}. In part: {len(proofs) - whole}. "
            f"Not yet: {len(rows) - len(proofs)}."
        ),
    ]
    area = ""
    for row in rows:
        if row.area != area:
            area = row.area
            lines += ["", f"## {area}", "", "| row | feature | seen in | shown by |"]
            lines += ["|---|---|---|---|"]
        seen = str(row.seen_in) if not row.number.startswith("G") else "–"
        lines.append(f"| {row.number} | {row.feature} | {seen} | {shown_by(row, proofs)} |")
    lines += ["", "<!-- Written by `make features`; change docs/features.toml instead. -->", ""]
    return "\n".join(lines)


def shown_by(row: Row, proofs: Mapping[str, Proof]) -> str:
    proof = proofs.get(row.number)
    if proof is None:
        return "not yet"
    tests = "<br>".join(f"`{test}`" for test in proof.tests)
    return f"in part: {tests}<br>missing: {proof.missing}" if proof.missing else tests


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail on a fault")
    is_check = parser.parse_args().check
    rows, proofs = read_rows(), read_proofs()
    found = list(faults(rows, proofs))
    if found:
        sys.exit("features: " + "\nfeatures: ".join(found))
    text = page(rows, proofs)
    if not is_check:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != text:
        sys.exit("features: docs/features.md is out of date; run: make features")


if __name__ == "__main__":
    main()
