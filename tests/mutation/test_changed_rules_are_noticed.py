"""Small changes to the rules and the evaluator make a test fail: a sample here, all in the drill.

It measures the tests, not the rules; what it prints on failure are the changes nobody noticed.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 40
SEED = 20140502
KILLED_PERCENT = 95


def mutate(result: Path, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "scripts/mutation.py", "--json", str(result), *words],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(result.read_text())
    return found


def test_a_seeded_sample_of_changes_is_noticed(tmp_path: Path) -> None:
    found = mutate(
        tmp_path / "sample.json",
        "--sample",
        str(SAMPLE),
        "--seed",
        str(SEED),
        "--at-least",
        str(KILLED_PERCENT),
    )
    assert found["mutants"] == SAMPLE


@pytest.mark.drill
def test_every_change_is_noticed_or_explained(tmp_path: Path) -> None:
    found = mutate(tmp_path / "all.json")
    assert found["mutants"] > SAMPLE
    assert not found["unexplained"], (
        "kill each by a test, or give its reason under docs/mutation_survivors/"
    )
