"""Whatever is wrong with a file, it ends in a history or in one sentence, soon and in bounds.

Every input is a pure function of the seed and its number, so a failure is tried again with
``PROPDESK_FUZZ_SEED=… PROPDESK_FUZZ_FIRST=… pytest tests/connectors/fuzz``.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

import pytest

from propdesk.connectors.containers.opening import sheets_in
from propdesk.connectors.quotes import registry
from propdesk.connectors.readers.registry import all_readers, recognised
from tests.connectors.fuzz.mutations import mutated
from tests.connectors.fuzz.seeds import Seed, made_seeds, real_seeds
from tests.connectors.fuzz.trials import (
    BESIDE_OTHERS,
    CPU_S_ADDED,
    MEMORY_ADDED,
    Outcome,
    Trials,
    broken_promises,
    cpu_s_max,
    is_one_sentence,
    memory_max,
)

SEED = int(os.environ.get("PROPDESK_FUZZ_SEED", "20260302"))
FIRST = int(os.environ.get("PROPDESK_FUZZ_FIRST", "0"))
SUITE_S, DRILL_S = 15.0, 300.0
SHOWN_MAX = 10


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with Trials() as running:
        yield running


def fuzz(trials: Trials, seeds: Sequence[Seed], seconds: float) -> tuple[int, list[str]]:
    """How many inputs were tried within the time, and each promise that one broke."""
    broken: list[str] = []
    number, until = FIRST, time.monotonic() + seconds
    while time.monotonic() < until and len(broken) < SHOWN_MAX:
        random = Random(f"{SEED}/{number}")
        seed = random.choice(seeds)
        door = random.choice(seed.doors)
        content, names = mutated(seed.content, random)
        outcome = trials.run(door, seed.name, content)
        broken += (
            f"{SEED}/{number} {seed.name} as {door}, {names}: {promise}"
            for promise in broken_promises(outcome, seed.name, len(content))
        )
        number += 1
    return number - FIRST, broken


def test_made_files_for_some_seconds(trials: Trials) -> None:
    tried, broken = fuzz(trials, made_seeds(), SUITE_S)
    assert not broken, "\n".join(broken)
    assert tried > 100


def test_real_files_for_some_seconds(trials: Trials, shared: Path) -> None:
    tried, broken = fuzz(trials, tuple(real_seeds(shared)), SUITE_S)
    assert not broken, "\n".join(broken)
    assert tried > 50


@pytest.mark.drill
def test_made_files_for_minutes(
    trials: Trials, record_property: Callable[[str, object], None]
) -> None:
    tried, broken = fuzz(trials, made_seeds(), DRILL_S)
    record_property("inputs", tried)
    assert not broken, "\n".join(broken)
    assert tried > 100


@pytest.mark.drill
def test_real_files_for_minutes(
    trials: Trials, shared: Path, record_property: Callable[[str, object], None]
) -> None:
    tried, broken = fuzz(trials, tuple(real_seeds(shared)), DRILL_S)
    record_property("inputs", tried)
    assert not broken, "\n".join(broken)
    assert tried > 100


def test_every_reader_has_a_sound_file_to_start_from() -> None:
    known = {"mapped_table"}  # knows no file by itself; the door "columns" is its own
    for seed in made_seeds():
        if "statement" in seed.doors:
            known.add(recognised(sheets_in(seed.content, seed.name), seed.name)[0].name)
    assert known == {reader.name for reader in all_readers()}, "give each a file in seeds.py"


def test_every_format_of_quotes_has_a_sound_file_to_start_from(tmp_path: Path) -> None:
    known = set()
    for seed in made_seeds():
        if "quotes" in seed.doors:
            path = tmp_path / seed.name
            path.write_bytes(seed.content)
            glimpse = registry._glimpse(path)
            known |= {each.name for each in registry.all_formats() if each.knows(glimpse)}
    assert known == {each.name for each in registry.all_formats()}, "give each a file in seeds.py"


def test_every_sound_file_is_read(trials: Trials) -> None:
    ends = {
        (seed.name, trials.run(door, seed.name, seed.content).end)
        for seed in made_seeds()
        for door in seed.doors[:1]
    }
    assert {(name, end) for name, end in ends if end != "read"} == set()


def test_every_real_file_keeps_the_promise_as_it_is(trials: Trials, shared: Path) -> None:
    broken = [
        f"{seed.name}: {promise}"
        for seed in real_seeds(shared)
        for promise in broken_promises(
            trials.run(seed.doors[0], seed.name, seed.content), seed.name, len(seed.content)
        )
    ]
    assert not broken, "\n".join(broken)


# What makes a test of the measure itself: each of these breaks one promise.


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome("raised", "KeyError at rows.py:1", 0.1, 0), "it raised: KeyError"),
        (Outcome("died", "signal 24", 0.1, 0), "it died: signal 24"),
        (Outcome("refused", "Traceback", 0.1, 0), "not one sentence"),
        (Outcome("refused", "a.csv:1: one\nand two", 0.1, 0), "not one sentence"),
        (Outcome("read", "", BESIDE_OTHERS * CPU_S_ADDED + 0.1, 0), "s for 10 bytes"),
        (Outcome("read", "", 0.1, MEMORY_ADDED + 101), "bytes of memory for 10"),
    ],
)
def test_a_broken_promise_is_seen(outcome: Outcome, said: str) -> None:
    (found,) = broken_promises(outcome, "a.csv", 10)
    assert said in found


def test_a_kept_promise_is_seen() -> None:
    kept = Outcome("refused", "a.csv:3: 'x' is not a number", CPU_S_ADDED, MEMORY_ADDED)
    assert broken_promises(kept, "a.csv", 10) == []
    assert is_one_sentence("a.csv: is no table", "a.csv")
    assert (cpu_s_max(3_000_000), memory_max(3_000_000)) == (7.0, 46_000_000)
    assert memory_max(10, "a.parquet") == 48_000_100


def test_memory_and_time_of_a_child_are_measured(trials: Trials) -> None:
    small = trials.run("statement", "small.csv", b"a,b\n1,2\n")
    large = trials.run("statement", "large.csv", b"a,b\n" + b"1,%s\n" % (b"2" * 96) * 100_000)
    assert large.memory - small.memory > 10_000_000  # the file's bytes alone
    assert large.cpu_s > small.cpu_s
