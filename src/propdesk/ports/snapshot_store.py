"""Where snapshots of a partition are kept: complete or not there at all, each with a checksum.

It must not know what is in them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


class SnapshotError(Exception):
    """The root of what a store of snapshots may say."""


class SnapshotDamaged(SnapshotError):
    """A blob is not what was written. An alarm was given; from here on ``newest_first`` leaves
    the snapshot out. The caller takes the next one and replays more of the log."""


class SnapshotUnwritable(SnapshotError):
    """Nothing was kept (a full disk, another writer). The older snapshots are as they were; the
    caller goes on and tries again later."""


class BaseGone(SnapshotError):
    """The snapshot that the unchanged blobs are of is not kept any more. The caller writes all
    blobs, with no base."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A complete snapshot. Its parts are verified; a blob is read and verified when asked for."""

    partition: str
    number: int
    """Counts the snapshots of the partition in the order they were written, from 1."""
    offset: int
    """The last record of the partition's stream that it contains."""
    version: str
    """What wrote it; another version's is not read."""
    parts: Mapping[str, memoryview]
    blobs: Sequence[memoryview]
    """Raises ``SnapshotDamaged`` where a checksum differs."""


class SnapshotStore(Protocol):
    """Writes and finds snapshots of partitions."""

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
        """Keep a snapshot: named parts, and numbered blobs of which only the changed are given;
        the others are those of snapshot number ``base`` (None: all are given). Durable and
        complete when it returns its number. Raises ``SnapshotUnwritable`` and ``BaseGone``, and
        ``ValueError`` for a blob that neither holds."""

    def newest_first(self, partition: str, *, thorough: bool = False) -> Iterator[Snapshot]:
        """The snapshots that verify, highest offset first. A corrupt one is left out and told as
        an alarm. ``thorough`` reads every blob as well, which takes as long as reading them."""
