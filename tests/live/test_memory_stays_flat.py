"""Ticks pass through sequencer, log, engine and archive, and leave nothing behind in memory."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.architecture.source_tree import ROOT


def resident_kb(ticks: int) -> Sequence[int]:
    """The most memory in each fortieth of the way, of a process that does nothing else."""
    ran = subprocess.run(
        [sys.executable, "-m", "scripts.memory_of_ticks", "--ticks", str(ticks)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["ticks"] == found["judged_to_tick"] == ticks
    assert found["archived_to_tick"] >= ticks * 0.8
    assert found["deals"] >= 100
    return list(found["resident_kb_most_in_each_part"])


def grown_kb(samples: Sequence[int]) -> int:
    """From the least of the third quarter of the way, when all is warm, to the most of the last."""
    quarter = len(samples) // 4
    return max(samples[-quarter:]) - min(samples[2 * quarter : 3 * quarter])


@pytest.mark.usefixtures("kernels")
def test_six_hundred_thousand_ticks_leave_less_than_ten_bytes_each() -> None:
    assert grown_kb(resident_kb(600_000)) <= 3_000


@pytest.mark.drill
def test_a_hundred_million_ticks_leave_nothing() -> None:
    samples = resident_kb(100_000_000)
    sys.stdout.write(f"{samples}\n")
    # Every four million ticks the archive closes a file of a million rows for each symbol, which
    # takes it a hundred megabytes for a moment: such moments are in each quarter.
    quarter = len(samples) // 4
    grown = max(samples[-quarter:]) - max(samples[quarter : 2 * quarter])
    assert grown <= 32_000, "two thirds of a byte a tick"
