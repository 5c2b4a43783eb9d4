"""Snapshots in memory: the fake of the store, for tests and runs that keep nothing.

It must not be what recovery from a crash is tested with.
"""

from collections.abc import Iterator, Mapping

from propdesk.ports.snapshot_store import BaseGone, Snapshot, SnapshotStore


class MemorySnapshots(SnapshotStore):
    """Keeps every snapshot it is given; what stands in memory is never damaged."""

    def __init__(self) -> None:
        self._kept: dict[str, list[Snapshot]] = {}

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
        kept = self._kept.setdefault(partition, [])
        if base is not None and not 1 <= base <= len(kept):
            raise BaseGone(f"{partition}: snapshot {base}")
        blobs = dict(enumerate(kept[base - 1].blobs)) if base is not None else {}
        blobs |= {number: memoryview(bytes(blob)) for number, blob in changed.items()}
        if any(not 0 <= number < blob_count for number in changed) or any(
            number not in blobs for number in range(blob_count)
        ):
            raise ValueError(f"{partition}: the blobs given are not {blob_count}")
        kept.append(
            Snapshot(
                partition=partition,
                number=len(kept) + 1,
                offset=offset,
                version=version,
                parts={name: memoryview(bytes(part)) for name, part in parts.items()},
                blobs=[blobs[number] for number in range(blob_count)],
            )
        )
        return len(kept)

    def newest_first(self, partition: str, *, thorough: bool = False) -> Iterator[Snapshot]:
        del thorough  # nothing can differ
        kept = self._kept.get(partition, [])
        yield from sorted(kept, key=lambda each: (-each.offset, -each.number))
