"""Where snapshots of a partition are kept: complete or not there at all, each with a checksum.

It must not know what is in them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A complete, verified snapshot. ``blob(i)`` is read when asked for."""

    partition: str
    offset: int
    """The last record of the partition's stream that it contains."""
    version: str
    """What wrote it; another version's is not read."""
    parts: Mapping[str, memoryview]
    blobs: Sequence[memoryview]


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
    ) -> None:
        """Keep a snapshot: named parts, and numbered blobs of which only the changed are given;
        the others are those of the snapshot before. Durable and complete when it returns."""

    def newest_first(self, partition: str) -> Iterator[Snapshot]:
        """The snapshots that verify, newest first. A corrupt one is left out and told as an
        alarm."""
