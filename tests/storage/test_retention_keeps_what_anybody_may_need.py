"""Retention: nothing goes that is not archived, or that a replay from any snapshot would read."""

import random

import pytest

from propdesk.storage.retention import StreamUse, keep_from


@pytest.mark.parametrize(
    ("snapshots", "archived", "first_kept"),
    [
        # One partition; the archive is ahead, level, one behind, far behind, empty.
        ([[100, 120]], 110, 101),
        ([[100, 120]], 100, 101),
        ([[100, 120]], 99, 100),
        ([[100, 120]], 1, 2),
        ([[100, 120]], 0, 1),
        # A stream that is not archived: the snapshots decide.
        ([[100, 120]], None, 101),
        ([[120, 100, 140]], None, 101),
        # No snapshot, or only one, which may be damaged.
        ([[]], 500, 1),
        ([[100]], 500, 1),
        ([[100]], None, 1),
        # A snapshot of the very beginning.
        ([[0, 120]], 110, 1),
        # The slowest partition decides; one that has no snapshot needs everything.
        ([[100, 120], [70, 90]], 110, 71),
        ([[100, 120], []], 110, 1),
        ([[100, 120], [70]], 110, 1),
    ],
)
def test_the_first_record_that_stays(
    snapshots: list[list[int]], archived: int | None, first_kept: int
) -> None:
    assert keep_from(StreamUse(snapshots, archived)) == first_kept


def test_a_stream_nobody_is_said_to_read_is_left_alone() -> None:
    with pytest.raises(ValueError, match="no partition"):
        keep_from(StreamUse([], 100))


def test_fewer_snapshots_are_enough_where_that_is_said() -> None:
    assert keep_from(StreamUse([[100]], None, snapshots_min=1)) == 101


@pytest.mark.parametrize("seed", range(50))
def test_every_snapshot_can_be_replayed_from_and_every_tick_is_somewhere(seed: int) -> None:
    chance = random.Random(seed)
    snapshots = [
        [chance.randrange(12) for _ in range(chance.randrange(4))]
        for _ in range(chance.randrange(1, 4))
    ]
    archived = chance.choice([None, *range(12)])
    first = keep_from(StreamUse(snapshots, archived))
    for offsets in snapshots:
        assert all(first <= offset + 1 for offset in offsets), "the next record is still there"
        assert len(offsets) >= 2 or first == 1
    assert archived is None or first <= archived + 1
    # And no more is kept than that: the record kept first is needed by somebody.
    needs = [offset for offsets in snapshots for offset in offsets] + [archived]
    assert first == 1 or first - 1 in needs
