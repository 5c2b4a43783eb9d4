"""Snapshots on files: blobs in append-only segments, everything else in one file a snapshot.

It must not know what is in a blob, and never reads one that is not asked for.
"""

from propdesk.storage.snapshot_files.store import FileSnapshots

__all__ = ["FileSnapshots"]
