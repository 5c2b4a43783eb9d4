"""The blobs of snapshots: one after another in files that are only ever appended to.

Checksums are CRC-32: the enemy is a disk, not a person, and every flipped bit must cost little to
find. It must not know which blobs are still wanted.
"""

import mmap
import os
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias, overload

import numpy as np
import numpy.typing as npt

from propdesk.ports.snapshot_store import SnapshotDamaged
from propdesk.storage.durable_files import sync_directory

ROW = np.dtype([("place", "<u8"), ("segment", "<u4"), ("length", "<u4"), ("crc", "<u4")])
"""Where a blob is. The index of a snapshot is one row a blob."""
Rows: TypeAlias = npt.NDArray[np.void]

# A write begins on a page of its own: a sector torn while it is written holds nothing older.
PAGE = 4096
BUFFER_BYTES = 1 << 20


def segment_path(directory: Path, segment: int) -> Path:
    return directory / f"{segment:08d}.segment"


def segments_in(directory: Path) -> list[int]:
    """The numbers of the segments that are there, oldest first."""
    return sorted(int(path.stem) for path in directory.glob("*.segment"))


class Appending:
    """Blobs on their way to the newest segment, and to the next when it is full.

    ``finish`` makes them durable; until ``close`` they may be taken back by ``undo``.
    """

    def __init__(self, directory: Path, bytes_max: int) -> None:
        self._directory = directory
        self._bytes_max = bytes_max
        self._opened: dict[int, tuple[int, int]] = {}  # segment: descriptor, size before
        self._buffer = bytearray()
        there = segments_in(directory)
        self._segment = there[-1] if there else 0
        self._place = bytes_max  # full: nothing is opened before something is appended
        if there:
            size = segment_path(directory, self._segment).stat().st_size
            self._place = -(-size // PAGE) * PAGE

    def append(self, blob: bytes | memoryview) -> tuple[int, int, int, int]:
        """Write a blob; its row of the index. Raises ``OSError``."""
        if self._place >= self._bytes_max:
            self._flush()
            self._segment += 1
            self._place = 0
        if self._segment not in self._opened:
            self._open()
        place = self._place
        self._buffer += blob
        self._place += len(blob)
        if len(self._buffer) >= BUFFER_BYTES:
            self._flush()
        return place, self._segment, len(blob), zlib.crc32(blob)

    def _open(self) -> None:
        path = segment_path(self._directory, self._segment)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._opened[self._segment] = descriptor, os.fstat(descriptor).st_size
        os.lseek(descriptor, self._place, os.SEEK_SET)

    def _flush(self) -> None:
        if not self._buffer:
            return
        descriptor = self._opened[self._segment][0]
        with memoryview(self._buffer) as left:
            written = 0
            while written < len(left):
                written += os.write(descriptor, left[written:])
        self._buffer.clear()

    def finish(self) -> None:
        """Make everything durable. Raises ``OSError``."""
        self._flush()
        for descriptor, _ in self._opened.values():
            os.fsync(descriptor)
        if self._opened:
            sync_directory(self._directory)

    def undo(self) -> None:
        """Give the room back that was taken; whoever filled the disk needs it."""
        for descriptor, size in self._opened.values():
            os.ftruncate(descriptor, size)
        self.close()

    def close(self) -> None:
        for descriptor, _ in self._opened.values():
            os.close(descriptor)
        self._opened.clear()


class Blobs(Sequence[memoryview]):
    """The blobs of one snapshot, each read and verified when it is asked for.

    ``damaged`` is told of the first that differs, before ``SnapshotDamaged`` is raised.
    """

    def __init__(
        self, rows: Rows, segments: Mapping[int, memoryview], damaged: Callable[[str], None]
    ) -> None:
        self._rows = rows
        self._segments = segments
        self._damaged = damaged

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, number: int) -> memoryview: ...

    @overload
    def __getitem__(self, number: slice) -> Sequence[memoryview]: ...

    def __getitem__(self, number: int | slice) -> memoryview | Sequence[memoryview]:
        if isinstance(number, slice):
            return Blobs(self._rows[number], self._segments, self._damaged)
        place, segment, length, crc = self._rows[number].item()
        blob = self._segments[segment][place : place + length]
        if zlib.crc32(blob) != crc:
            reason = f"blob {number} in segment {segment} is not what was written"
            self._damaged(reason)
            raise SnapshotDamaged(reason)
        return blob


def segments_needed(rows: Rows) -> dict[int, int]:
    """The segments that an index leads to, each with the bytes it must have at least."""
    needed: dict[int, int] = {}
    for segment in np.unique(rows["segment"]).tolist():
        own = rows[rows["segment"] == segment]
        # An empty blob may be said to lie behind the end.
        needed[segment] = int(((own["place"] + own["length"]) * (own["length"] > 0)).max())
    return needed


def map_segment(directory: Path, segment: int, needed: int) -> memoryview:
    """A segment as it lies on the disk. Raises ``OSError``, ``ValueError`` where it is short."""
    with segment_path(directory, segment).open("rb") as file:
        if os.fstat(file.fileno()).st_size < needed:
            raise ValueError(f"segment {segment} is shorter than what was written")
        if not needed:  # only empty blobs: there is nothing to map
            return memoryview(b"")
        return memoryview(mmap.mmap(file.fileno(), needed, access=mmap.ACCESS_READ))


def sparse_blobs(rows: Rows, directory: Path) -> list[int]:
    """The blobs of ``rows`` that lie in full segments of which more than half is not wanted.

    The newest segment is still written to and is left alone.
    """
    sparse = []
    for segment in segments_in(directory)[:-1]:
        own = np.flatnonzero(rows["segment"] == segment)
        wanted = int(rows["length"][own].sum())
        if len(own) and 2 * wanted < segment_path(directory, segment).stat().st_size:
            sparse += own.tolist()
    return sparse
