"""The densest sound files, of any length: each is read whole, and within what was promised.

Mutated real files are small, and in small ones a constant hides what each row takes.
"""

from collections.abc import Callable, Iterator

import pytest

from propdesk.connectors.containers.opening import sheets_in
from propdesk.connectors.detection import MEGABYTE, SHEET_BYTES_MAX
from propdesk.connectors.readers.registry import all_readers
from propdesk.connectors.sheet import ROWS_MAX
from tests.connectors.fuzz.dense import DENSE
from tests.connectors.fuzz.trials import MEMORY_ADDED, MEMORY_TIMES, Trials, broken_promises

TIMES_WITHIN = 4
"""Of the ten times the file that are promised; more is a loss, though the file is still small."""
LARGE = [
    *((kind, megabytes) for kind in DENSE for megabytes in (5, 20)),
    # Of what is no sheet, more is read.
    *((kind, 60) for kind in DENSE if DENSE[kind].name.endswith((".json", ".jsonl", ".ics"))),
]
_LIMITS = (
    f"a file of more than {SHEET_BYTES_MAX:,} bytes is not read",
    f"more than {ROWS_MAX:,} rows are not read",
    "so many small cells in a file of this size",
)


@pytest.fixture(scope="module")
def trials() -> Iterator[Trials]:
    with Trials() as running:
        yield running


@pytest.mark.parametrize("kind", DENSE)
def test_a_dense_file_is_read_in_a_part_of_the_memory_promised(trials: Trials, kind: str) -> None:
    dense = DENSE[kind]
    content = dense.made(dense.rows)
    outcome = trials.run(dense.door, dense.name, content)
    assert (outcome.end, outcome.said) == ("read", "")
    assert broken_promises(outcome, dense.name, len(content)) == []
    assert TIMES_WITHIN < MEMORY_TIMES
    assert outcome.memory <= MEMORY_ADDED + TIMES_WITHIN * len(content)


@pytest.mark.drill
@pytest.mark.parametrize(("kind", "megabytes"), LARGE)
def test_a_large_dense_file_keeps_the_promise(
    trials: Trials, kind: str, megabytes: int, record_property: Callable[[str, object], None]
) -> None:
    """One that has more bytes, rows or cells than are read is refused, in bounds too."""
    dense = DENSE[kind]
    each = len(dense.made(1_000)) / 1_000
    content = dense.made(int(megabytes * MEGABYTE / each))
    outcome = trials.run(dense.door, dense.name, content)
    record_property("memory_times", outcome.memory / len(content))
    assert outcome.end == "read" or any(limit in outcome.said for limit in _LIMITS), outcome.said
    assert broken_promises(outcome, dense.name, len(content)) == []


def test_every_container_has_a_dense_file() -> None:
    made = {kind: dense.made(2) for kind, dense in DENSE.items() if dense.door != "calendar"}
    containers = {
        sheet.container
        for kind, data in made.items()
        for sheet in sheets_in(data, DENSE[kind].name)
    }
    assert containers == {each for reader in all_readers() for each in reader.containers}
