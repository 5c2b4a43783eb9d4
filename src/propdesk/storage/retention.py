"""Which records of the log may go: those that nobody can need any more.

Pure: it looks nothing up and removes nothing. When in doubt a record stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamUse:
    """What still needs a stream's records. Offsets count from 1; 0 means nothing yet."""

    snapshot_offsets: Sequence[Sequence[int]]
    """Of each partition that reads the stream: up to which record each snapshot that is kept and
    may be read contains it, counted in this stream: for the market, the record that holds the
    last tick judged. A partition without a snapshot needs everything."""
    archived: int | None
    """Up to which record it is archived; None where the stream is not to be archived."""
    snapshots_min: int = 2
    """So many snapshots a partition must have: the newest may turn out to be damaged."""


def keep_from(use: StreamUse) -> int:
    """The first record that must stay; 1 where all must. For ``EventLog.retain``.

    A record may go when it is archived, where it is to be, and older than the oldest snapshot of
    every partition. Raises ``ValueError`` where nobody is said to read the stream: then nothing
    is known of what is needed.
    """
    if not use.snapshot_offsets:
        raise ValueError("no partition is said to read the stream")
    contained = min(_contained(offsets, use.snapshots_min) for offsets in use.snapshot_offsets)
    reached = contained if use.archived is None else min(contained, use.archived)
    return max(0, reached) + 1


def _contained(offsets: Sequence[int], snapshots_min: int) -> int:
    """The last record that every kept snapshot of a partition contains."""
    return min(offsets) if offsets and len(offsets) >= snapshots_min else 0
