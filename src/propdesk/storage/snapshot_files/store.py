"""The store of snapshots on files: writes them whole, finds those that verify, removes the old.

It must not decide which version may be read, nor hide a snapshot that is damaged.
"""

import contextlib
import fcntl
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from propdesk.ports.snapshot_store import (
    BaseGone,
    Snapshot,
    SnapshotDamaged,
    SnapshotStore,
    SnapshotUnwritable,
)
from propdesk.storage.durable_files import (
    file_name,
    make_directory,
    remove_unfinished,
    sync_directory,
)
from propdesk.storage.snapshot_files.manifest import (
    Head,
    Manifest,
    Unsound,
    manifest_path,
    manifests_in,
    read_manifest,
    write_manifest,
)
from propdesk.storage.snapshot_files.segments import (
    ROW,
    Appending,
    Blobs,
    Rows,
    map_segment,
    segment_path,
    segments_in,
    segments_needed,
    sparse_blobs,
)

KEPT_MIN = 2
SEGMENT_BYTES = 64 * 1024 * 1024


class FileSnapshots(SnapshotStore):
    """Snapshots under ``home/snapshots/<partition>/``, the two newest of each partition.

    ``spaced`` are pairs: of every so manieth snapshot, those not more than so many behind the
    newest are kept too, for whoever must begin further back than a restart does. A full segment
    of which more than half is not wanted any more is emptied by the next write.
    """

    def __init__(
        self,
        home: Path,
        alarm: Callable[[str], None],
        *,
        segment_bytes: int = SEGMENT_BYTES,
        spaced: Sequence[tuple[int, int]] = (),
    ) -> None:
        self._spaced = tuple(spaced)
        self._root = home / "snapshots"
        self._alarm = alarm
        self._segment_bytes = segment_bytes
        self._damaged: set[tuple[str, int]] = set()

    def write(
        self,
        partition: str,
        offset: int,
        version: str,
        *,
        parts: Mapping[str, bytes | memoryview],
        changed: Mapping[int, bytes],
        blob_count: int,
        base: int | None,
    ) -> int:
        directory = self._directory(partition)
        try:
            make_directory(directory)
            with _only_writer(directory):
                remove_unfinished(directory)
                rows = self._unchanged(partition, base, changed, blob_count)
                number = (manifests_in(directory) or [0])[-1] + 1
                head = Head(
                    partition=partition,
                    number=number,
                    offset=offset,
                    version=version,
                    blobs=blob_count,
                )
                flat = {name: _flat(part) for name, part in parts.items()}
                self._keep(head, rows, changed, flat)
                # After this point the snapshot is kept, whatever becomes of the older ones.
                self._remove_old(partition, number)
        except OSError as error:
            raise SnapshotUnwritable(f"{directory}: {error.strerror or error}") from error
        return number

    def newest_first(self, partition: str, *, thorough: bool = False) -> Iterator[Snapshot]:
        numbers = manifests_in(self._directory(partition))
        found = [each for number in numbers if (each := self._found(partition, number))]
        for snapshot in sorted(found, key=lambda each: (-each.offset, -each.number)):
            if not thorough or _reads_whole(snapshot):
                yield snapshot

    # --- writing -----------------------------------------------------------------------------
    def _unchanged(
        self, partition: str, base: int | None, changed: Mapping[int, bytes], blob_count: int
    ) -> Rows:
        """The index, still without what changed. Raises ``BaseGone`` and ``ValueError``."""
        before = np.empty(0, ROW)
        if base is not None:
            try:
                before = self._read(partition, base)[0].rows
            except (Unsound, FileNotFoundError) as error:
                raise BaseGone(f"{partition}: snapshot {base}: {error}") from error
        beyond = [each for each in changed if not 0 <= each < blob_count]
        missing = [each for each in range(len(before), blob_count) if each not in changed]
        if beyond or missing:
            raise ValueError(
                f"{partition}: of {blob_count} blobs, {beyond[:3]} are too many and "
                f"{missing[:3]} are missing"
            )
        rows = np.zeros(blob_count, ROW)
        rows[: len(before)] = before[:blob_count]
        return rows

    def _keep(
        self,
        head: Head,
        rows: Rows,
        changed: Mapping[int, bytes],
        parts: Mapping[str, memoryview],
    ) -> None:
        """Append the blobs, then write the file that makes them a snapshot; or neither."""
        directory = self._directory(head.partition)
        appending = Appending(directory, self._segment_bytes)
        try:
            for number in sorted(changed):
                rows[number] = appending.append(changed[number])
            self._empty_sparse(head.partition, rows, appending)
            appending.finish()
            write_manifest(directory, head, rows, parts)
        except BaseException:
            appending.undo()
            raise
        appending.close()

    def _empty_sparse(self, partition: str, rows: Rows, appending: Appending) -> None:
        """Append what lies in segments that are not worth their room, so that they may go."""
        directory = self._directory(partition)
        sparse = sparse_blobs(rows, directory)
        old = rows[sparse]
        needed = segments_needed(old)
        segments = {each: map_segment(directory, each, needed[each]) for each in needed}
        blobs = Blobs(old, segments, lambda why: self._alarm(f"{partition}: compaction: {why}"))
        for place, number in enumerate(sparse):
            try:
                rows[number] = appending.append(blobs[place])
            except SnapshotDamaged:
                # The alarm is told. It stays where it is, and is refused to whoever reads it.
                continue

    def _remove_old(self, partition: str, written: int) -> None:
        """Remove all but the newest snapshots that are sound, and the segments they leave."""
        directory = self._directory(partition)
        try:
            old, segments = self._old_and_wanted(partition)
            for number in old:
                manifest_path(directory, number).unlink()
                self._damaged.discard((partition, number))
            if not old:
                return
            # No segment may go before the last file that leads to it is gone for good.
            sync_directory(directory)
            for segment in segments_in(directory)[:-1]:
                if segment not in segments:
                    segment_path(directory, segment).unlink()
        except OSError as error:
            self._alarm(f"{partition}: snapshot {written} is kept, but the old ones stay: {error}")

    def _old_and_wanted(self, partition: str) -> tuple[list[int], set[int]]:
        """The snapshots behind the newest sound ones, and the segments those need."""
        sound: list[int] = []
        old: list[int] = []
        segments: set[int] = set()
        numbers = manifests_in(self._directory(partition))
        for number in reversed(numbers):
            if len(sound) >= KEPT_MIN and not self._is_spaced(number, numbers[-1]):
                old.append(number)
                continue
            try:
                segments.update(self._read(partition, number)[0].head.segments)
            except Unsound:
                continue  # told when it is looked for; it does not count
            sound.append(number)
        return old, segments

    def _is_spaced(self, number: int, newest: int) -> bool:
        return any(number % step == 0 and newest - number <= most for step, most in self._spaced)

    # --- reading -----------------------------------------------------------------------------
    def _found(self, partition: str, number: int) -> Snapshot | None:
        try:
            manifest, segments = self._read(partition, number)
        except FileNotFoundError:
            return None  # its writer has just removed it: it was old
        except Unsound as reason:
            self._alarm(f"{partition}: snapshot {number} is left out: {reason}")
            return None
        return Snapshot(
            partition=partition,
            number=number,
            offset=manifest.head.offset,
            version=manifest.head.version,
            parts=manifest.parts,
            blobs=Blobs(manifest.rows, segments, partial(self._condemn, partition, number)),
        )

    def _read(self, partition: str, number: int) -> tuple[Manifest, dict[int, memoryview]]:
        """Raises ``Unsound``, and ``FileNotFoundError`` where there is no such snapshot."""
        directory = self._directory(partition)
        if (partition, number) in self._damaged:
            raise Unsound("a blob of it was found damaged")
        try:
            manifest = read_manifest(directory, number)
            needed = manifest.head.segments.items()
            return manifest, {each: map_segment(directory, each, size) for each, size in needed}
        except (OSError, ValueError) as error:
            if not manifest_path(directory, number).exists():
                raise FileNotFoundError(f"snapshot {number} is gone") from error
            raise Unsound(str(error)) from error

    def _condemn(self, partition: str, number: int, reason: str) -> None:
        self._damaged.add((partition, number))
        self._alarm(f"{partition}: snapshot {number} is left out from here on: {reason}")

    def _directory(self, partition: str) -> Path:
        return self._root / file_name(partition)


def _flat(part: bytes | memoryview) -> memoryview:
    """The bytes of an array of whatever kind; one without elements cannot be cast."""
    view = memoryview(part)
    return view.cast("B") if view.nbytes else memoryview(b"")


def _reads_whole(snapshot: Snapshot) -> bool:
    try:
        for number in range(len(snapshot.blobs)):
            snapshot.blobs[number]
    except SnapshotDamaged:
        return False  # the store has told the alarm
    return True


@contextlib.contextmanager
def _only_writer(directory: Path) -> Iterator[None]:
    """Two writers at once would mix their blobs. Raises ``BlockingIOError``."""
    with (directory / "writer.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
