"""Snapshots: what is written is found, and only what was written, whatever is killed or damaged."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.ports.snapshot_store import (
    BaseGone,
    Snapshot,
    SnapshotDamaged,
    SnapshotStore,
    SnapshotUnwritable,
)
from propdesk.storage.snapshot_files import FileSnapshots

PARTITION = "events/0"
BLOBS = 60
SMALL_SEGMENT = 16_384


def text_of(blob: int, step: int) -> bytes:
    """What blob ``blob`` is after ``step``: it changes at every fifth step, another one each."""
    changed = max((each for each in range(2, step + 1) if (blob * 7 + each) % 5 == 0), default=1)
    return f"{blob}/{changed} ".encode() * (20 + blob % 37)


def changed_at(step: int) -> dict[int, bytes]:
    return {
        blob: text_of(blob, step)
        for blob in range(BLOBS)
        if step == 1 or (blob * 7 + step) % 5 == 0
    }


def write_step(store: SnapshotStore, step: int, base: int | None) -> int:
    return store.write(
        PARTITION,
        step,
        "v1",
        parts={"sums": np.full(500, step, "<i8").data, "names": b"A1\nA2\n"},
        changed=changed_at(step),
        blob_count=BLOBS,
        base=base,
    )


def write_steps(store: SnapshotStore, last: int) -> list[int]:
    numbers: list[int] = []
    for step in range(1, last + 1):
        numbers.append(write_step(store, step, numbers[-1] if numbers else None))
    return numbers


def is_step(snapshot: Snapshot, step: int) -> bool:
    """Whether every byte of the snapshot is what was written at that step."""
    return (
        (snapshot.partition, snapshot.offset, snapshot.version) == (PARTITION, step, "v1")
        and snapshot.parts["sums"].cast("q").tolist() == [step] * 500
        and bytes(snapshot.parts["names"]) == b"A1\nA2\n"
        and [bytes(blob) for blob in snapshot.blobs] == [text_of(i, step) for i in range(BLOBS)]
    )


@pytest.fixture
def alarms() -> list[str]:
    return []


@pytest.fixture
def files(tmp_path: Path, alarms: list[str]) -> FileSnapshots:
    return FileSnapshots(tmp_path, alarms.append, segment_bytes=SMALL_SEGMENT)


@pytest.fixture(params=["files", "memory"])
def store(request: pytest.FixtureRequest, files: FileSnapshots) -> SnapshotStore:
    return files if request.param == "files" else MemorySnapshots()


def directory_of(home: Path) -> Path:
    (directory,) = (home / "snapshots").iterdir()
    return directory


# --- every store -----------------------------------------------------------------------------
def test_what_was_written_is_found_newest_first(store: SnapshotStore) -> None:
    assert list(store.newest_first(PARTITION)) == []
    write_steps(store, 7)
    newest, before = list(store.newest_first(PARTITION))[:2]
    assert is_step(newest, 7)
    assert is_step(before, 6)
    assert [bytes(each) for each in newest.blobs[3:5]] == [text_of(3, 7), text_of(4, 7)]


def test_blobs_come_and_go_and_may_be_empty(store: SnapshotStore) -> None:
    def write(changed: dict[int, bytes], count: int, base: int | None) -> int:
        return store.write(
            "p", 1, "v", parts={"none": b""}, changed=changed, blob_count=count, base=base
        )

    number = write({0: b"", 1: b"one", 2: b"two"}, 3, None)
    number = write({3: b"three", 1: b""}, 4, number)
    number = write({}, 1, number)
    write({}, 1, number)
    found = [[bytes(blob) for blob in each.blobs] for each in store.newest_first("p")]
    assert found[:2] == [[b""], [b""]]
    number = write({0: b"x", 1: b"y"}, 2, None)
    assert [bytes(blob) for blob in next(store.newest_first("p")).blobs] == [b"x", b"y"]


def test_a_snapshot_further_on_comes_first_whenever_it_was_written(store: SnapshotStore) -> None:
    for offset in (20, 10):
        store.write("p", offset, "v", parts={}, changed={}, blob_count=0, base=None)
    assert [each.offset for each in store.newest_first("p")] == [20, 10]


def test_an_unchanged_blob_is_that_of_the_base_not_of_the_newest(store: SnapshotStore) -> None:
    numbers = write_steps(store, 3)
    write_step(store, 4, numbers[-1])
    number = store.write(
        PARTITION, 5, "v1", parts={}, changed={}, blob_count=BLOBS, base=numbers[-1]
    )
    found = {each.number: each for each in store.newest_first(PARTITION)}
    assert [bytes(blob) for blob in found[number].blobs] == [text_of(i, 3) for i in range(BLOBS)]


def test_a_base_that_is_not_kept_is_refused(store: SnapshotStore) -> None:
    with pytest.raises(BaseGone):
        write_step(store, 2, 99)
    assert list(store.newest_first(PARTITION)) == []


@pytest.mark.parametrize("changed", [{0: b"a"}, {0: b"a", 1: b"b", 2: b"c"}, {0: b"a", -1: b"b"}])
def test_blobs_that_do_not_add_up_are_refused(
    store: SnapshotStore, changed: dict[int, bytes]
) -> None:
    with pytest.raises(ValueError, match="blobs"):
        store.write("p", 1, "v", parts={}, changed=changed, blob_count=2, base=None)
    assert list(store.newest_first("p")) == []


# --- files: room -----------------------------------------------------------------------------
def test_only_changed_blobs_are_written(files: FileSnapshots, tmp_path: Path) -> None:
    number = files.write(
        "p",
        1,
        "v",
        parts={},
        changed=dict.fromkeys(range(50), b"x" * 200),
        blob_count=50,
        base=None,
    )
    before = sum(path.stat().st_size for path in tmp_path.rglob("*.segment"))
    files.write("p", 2, "v", parts={}, changed={7: b"y" * 200}, blob_count=50, base=number)
    after = sum(path.stat().st_size for path in tmp_path.rglob("*.segment"))
    assert before <= after <= before + 4096 + 200


def test_the_two_newest_are_kept_and_the_room_stays_bounded(
    files: FileSnapshots, tmp_path: Path, alarms: list[str]
) -> None:
    live = sum(len(text_of(i, 1)) for i in range(BLOBS))
    number = None
    for step in range(1, 50):
        number = write_step(files, step, number)
        held = sum(path.stat().st_size for path in tmp_path.rglob("*.segment"))
        # Two snapshots' worth, each at most half dead, and the segment being written.
        assert held <= 4 * live + 2 * SMALL_SEGMENT
        found = [each.offset for each in files.newest_first(PARTITION, thorough=True)]
        assert found == [step, step - 1][: min(step, 2)]
    assert is_step(next(files.newest_first(PARTITION)), 49)
    assert alarms == []


def test_a_blob_that_never_changes_outlives_its_segment(
    files: FileSnapshots, tmp_path: Path
) -> None:
    number = files.write(
        "p", 0, "v", parts={}, changed={0: b"old" * 99, 1: b""}, blob_count=2, base=None
    )
    for step in range(1, 30):
        number = files.write(
            "p", step, "v", parts={}, changed={1: bytes([step]) * 9000}, blob_count=2, base=number
        )
    assert bytes(next(files.newest_first("p")).blobs[0]) == b"old" * 99
    assert not (directory_of(tmp_path) / "00000001.segment").exists()


def test_a_snapshot_in_use_stays_readable_when_its_files_are_removed(
    files: FileSnapshots,
) -> None:
    number: int | None = write_step(files, 1, None)
    opened = next(files.newest_first(PARTITION))
    for step in range(2, 40):
        number = write_step(files, step, number)
    assert is_step(opened, 1)


# --- files: damage ---------------------------------------------------------------------------
def flip_bit(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place // 8] ^= 1 << place % 8
    path.write_bytes(content)


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_anywhere_is_never_handed_out(
    files: FileSnapshots, tmp_path: Path, alarms: list[str], seed: int
) -> None:
    write_steps(files, 6)
    chance = random.Random(seed)
    suffix = "*.snapshot" if seed % 2 else "*.segment"
    path = chance.choice(sorted(directory_of(tmp_path).glob(suffix)))
    flip_bit(path, chance.randrange(path.stat().st_size * 8))
    kept = list(files.newest_first(PARTITION, thorough=True))
    assert all(is_step(each, each.offset) for each in kept)
    assert len(alarms) == 2 - len(kept)
    if suffix == "*.snapshot":
        assert len(kept) == 1


def test_a_damaged_blob_is_refused_when_read_and_its_snapshot_from_then_on(
    files: FileSnapshots, tmp_path: Path, alarms: list[str]
) -> None:
    numbers = write_steps(files, 2)
    newest = next(files.newest_first(PARTITION))
    changed = min(changed_at(2))
    for path in directory_of(tmp_path).glob("*.segment"):
        content = path.read_bytes()
        path.write_bytes(content.replace(text_of(changed, 2), b"?" * len(text_of(changed, 2))))
    again = next(files.newest_first(PARTITION))
    assert again.number == newest.number, "a blob that nobody reads is not looked at"
    with pytest.raises(SnapshotDamaged):
        again.blobs[changed]
    assert len(alarms) == 1
    assert [each.number for each in files.newest_first(PARTITION)] == [numbers[0]]


@pytest.mark.parametrize(
    "harm",
    [
        lambda directory: max(directory.glob("*.segment")).unlink(),
        lambda directory: shorten(max(directory.glob("*.segment")), 1),
        lambda directory: shorten(max(directory.glob("*.snapshot")), 1),
        lambda directory: shorten(max(directory.glob("*.snapshot")), 10**9),
    ],
    ids=["segment gone", "segment short", "file short", "file empty"],
)
def test_what_is_missing_is_noticed_without_reading_a_blob(
    files: FileSnapshots, tmp_path: Path, alarms: list[str], harm: Callable[[Path], None]
) -> None:
    files.write("p", 1, "v", parts={}, changed={0: b"a" * SMALL_SEGMENT}, blob_count=1, base=None)
    files.write("p", 2, "v", parts={}, changed={0: b"b" * SMALL_SEGMENT}, blob_count=1, base=None)
    harm(directory_of(tmp_path))
    assert [each.offset for each in files.newest_first("p")] == [1]
    assert len(alarms) == 1
    with pytest.raises(BaseGone):
        files.write("p", 3, "v", parts={}, changed={}, blob_count=1, base=2)


def shorten(path: Path, by: int) -> None:
    path.write_bytes(path.read_bytes()[: -min(by, path.stat().st_size)])


def test_a_damaged_snapshot_does_not_count_among_the_two_kept(
    files: FileSnapshots, tmp_path: Path
) -> None:
    numbers = write_steps(files, 2)
    flip_bit(max(directory_of(tmp_path).glob("*.snapshot")), 4000)
    write_step(files, 1, numbers[0])
    assert [each.number for each in files.newest_first(PARTITION)] == [3, numbers[0]]


def test_what_cannot_be_read_or_removed_is_told_and_hides_no_other(
    files: FileSnapshots, tmp_path: Path, alarms: list[str]
) -> None:
    numbers = write_steps(files, 2)
    in_the_way = min(directory_of(tmp_path).glob("*.snapshot"))
    in_the_way.unlink()
    in_the_way.mkdir()
    assert [each.offset for each in files.newest_first(PARTITION)] == [2]
    assert "snapshot 1 is left out" in alarms[0]
    write_step(files, 3, numbers[1])
    assert "snapshot 3 is kept, but the old ones stay" in alarms[1]
    assert is_step(next(files.newest_first(PARTITION)), 3)


# --- files: the world outside ----------------------------------------------------------------
FULL_DISK = """
import resource, sys
from pathlib import Path
from propdesk.ports.snapshot_store import SnapshotUnwritable
from propdesk.storage.snapshot_files import FileSnapshots
store = FileSnapshots(Path(sys.argv[1]), print)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    store.write("p", 2, "v", parts={"part": b"p" * int(sys.argv[4])},
                changed={0: b"b" * int(sys.argv[3])}, blob_count=1, base=None)
except SnapshotUnwritable as error:
    print(error)
"""


@pytest.mark.parametrize(("blob", "part"), [(3_000_000, 10), (10, 3_000_000)])
def test_a_full_disk_leaves_the_old_snapshot(
    files: FileSnapshots, tmp_path: Path, alarms: list[str], blob: int, part: int
) -> None:
    files.write("p", 1, "v", parts={}, changed={0: b"a" * 9000}, blob_count=1, base=None)
    before = {path.name: path.read_bytes() for path in directory_of(tmp_path).iterdir()}
    run = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path), "2000000", str(blob), str(part)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "File too large" in run.stdout
    assert {path.name: path.read_bytes() for path in directory_of(tmp_path).iterdir()} == before
    assert [each.offset for each in files.newest_first("p")] == [1]
    assert alarms == []


def test_a_second_writer_is_refused(files: FileSnapshots, tmp_path: Path) -> None:
    write_step(files, 1, None)
    lock = directory_of(tmp_path) / "writer.lock"
    holding = (
        "import fcntl,sys; f=open(sys.argv[1]); fcntl.flock(f,2); print(1,flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holding, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(SnapshotUnwritable):
            write_step(files, 2, 1)
        other.kill()
    write_step(files, 2, 1)


def test_partitions_keep_apart(files: FileSnapshots) -> None:
    names = ["a/b", "a%2Fb", "..", ".", "a_b"]
    for offset, name in enumerate(names):
        files.write(name, offset, "v", parts={}, changed={}, blob_count=0, base=None)
    assert [next(files.newest_first(name)).offset for name in names] == [0, 1, 2, 3, 4]


WRITER = """
import sys
from pathlib import Path
from propdesk.storage.snapshot_files import FileSnapshots
from tests.storage.test_snapshots_are_complete_or_not_there import SMALL_SEGMENT, PARTITION
from tests.storage.test_snapshots_are_complete_or_not_there import write_step
store = FileSnapshots(Path(sys.argv[1]), lambda text: sys.exit(text), segment_bytes=SMALL_SEGMENT)
newest = next(store.newest_first(PARTITION), None)
step, base = (newest.offset, newest.number) if newest else (0, None)
while True:
    step += 1
    base = write_step(store, step, base)
    print(step, flush=True)
"""


def killed_writer(home: Path, delay_s: float) -> int:
    """Run a writer, kill it, and say the last step it was told to be durable."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        first = writer.stdout.readline()
        time.sleep(delay_s)
        writer.kill()
        said = (first + writer.stdout.read()).split("\n")
    return int(said[-2])


def kill_and_look(home: Path, alarms: list[str], kills: int, seed: int) -> None:
    chance = random.Random(seed)
    store = FileSnapshots(home, alarms.append)
    for _ in range(kills):
        durable = killed_writer(home, chance.uniform(0, 0.08))
        found = list(store.newest_first(PARTITION, thorough=True))
        assert found[0].offset in {durable, durable + 1}
        assert all(is_step(each, each.offset) for each in found)
        assert len(found) >= min(2, durable)
    assert alarms == []


def test_a_writer_killed_at_any_moment_leaves_whole_snapshots(
    tmp_path: Path, alarms: list[str]
) -> None:
    kill_and_look(tmp_path, alarms, kills=6, seed=1)


@pytest.mark.drill
def test_a_writer_killed_two_hundred_times_leaves_whole_snapshots(
    tmp_path: Path, alarms: list[str]
) -> None:
    kill_and_look(tmp_path, alarms, kills=200, seed=2)


@pytest.mark.drill
def test_a_hundred_thousand_blobs_are_opened_at_once(tmp_path: Path, alarms: list[str]) -> None:
    count = 100_000
    store = FileSnapshots(tmp_path, alarms.append)
    blobs = {number: b"%d" % number * 100 for number in range(count)}
    store.write("p", 1, "v", parts={}, changed=blobs, blob_count=count, base=None)
    took = []
    for _ in range(3):  # the best of three: the machine has other things to do
        started = time.perf_counter()
        opened = next(FileSnapshots(tmp_path, alarms.append).newest_first("p"))
        assert bytes(opened.blobs[count - 1]) == blobs[count - 1]
        took.append(time.perf_counter() - started)
    assert min(took) < 0.3, took


def test_of_older_ones_some_are_kept_further_and_further_apart(tmp_path: Path) -> None:
    store = FileSnapshots(tmp_path, print, segment_bytes=SMALL_SEGMENT, spaced=((5, 12), (20, 30)))
    write_steps(store, 43)
    kept = list(store.newest_first(PARTITION, thorough=True))
    assert [each.number for each in kept] == [43, 42, 40, 35, 20]
    for snapshot in kept:
        expected = [text_of(blob, snapshot.number) for blob in range(BLOBS)]
        assert [bytes(each) for each in snapshot.blobs] == expected
