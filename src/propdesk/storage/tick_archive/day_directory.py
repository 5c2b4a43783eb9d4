"""The files of one symbol's day: parts while it lasts, closed files when it is over.

A file counts when the manifest names it; whatever else lies there is what a killed writer left.
It must not change a file that is closed.
"""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import msgspec

from propdesk.ports.tick_archive import ArchiveDamaged, ArchivedTicks
from propdesk.storage.durable_files import make_directory, sync_directory
from propdesk.storage.tick_archive.sealed_json import read_sealed, write_sealed
from propdesk.storage.tick_archive.tick_files import joined, read_ticks, rows_of, write_ticks

MANIFEST = "manifest.json"
SUFFIX = ".parquet"


class TickFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file as the manifest names it."""

    name: str
    first: int
    last: int
    rows: int
    digits: int
    closed: bool
    blake2b: str


class DayManifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The files of a day in the order of their ticks."""

    form: int
    feed: str
    symbol: str
    day: str
    files: tuple[TickFile, ...]


class DayDirectory:
    """One symbol's day. ``keep`` and ``close`` are for the only writer."""

    def __init__(self, path: Path, feed: str, symbol: str) -> None:
        self._path = path
        self._nothing = DayManifest(form=1, feed=feed, symbol=symbol, day=path.name, files=())

    def manifest(self) -> DayManifest:
        """Raises ``ArchiveDamaged``."""
        return read_sealed(self._path / MANIFEST, DayManifest) or self._nothing

    def open_rows(self) -> int:
        """How many ticks lie in files that are not closed yet."""
        return sum(file.rows for file in self.manifest().files if not file.closed)

    def keep(self, ticks: ArchivedTicks) -> None:
        """Add what is not there yet, in a file of its own. Durable when it returns.

        Raises ``OSError`` and ``ArchiveDamaged``.
        """
        before = self.manifest()
        last = before.files[-1].last if before.files else 0
        new = rows_of(ticks, slice(int(ticks.number.searchsorted(last, side="right")), None))
        if not len(new.number):
            return
        make_directory(self._path)
        self._name(before, [*before.files, self._written(new, closed=False)])

    def close(self) -> None:
        """Make one closed file of the open ones. Raises ``OSError`` and ``ArchiveDamaged``."""
        before = self.manifest()
        files: list[TickFile] = []
        for (closed, _), run in groupby(before.files, lambda file: (file.closed, file.digits)):
            if closed:
                files += run
                continue
            parts = [self._verified(file) for file in run]
            files.append(self._written(joined(parts), closed=True))
        if files != list(before.files):
            self._name(before, files)

    def remove_unnamed(self) -> None:
        """Remove what a killed writer left. Raises ``OSError`` and ``ArchiveDamaged``."""
        named = {file.name for file in self.manifest().files} | {MANIFEST}
        for path in self._path.glob("*"):
            if path.name not in named:
                path.unlink()

    def read(self) -> Iterator[ArchivedTicks]:
        """Its ticks in order, a verified file at a time. Raises ``ArchiveDamaged``."""
        after = 0
        manifest = self.manifest()
        while left := [file for file in manifest.files if file.last > after]:
            try:
                ticks = self._verified(left[0])
            except FileNotFoundError as error:
                # The writer may have closed the day meanwhile; then the ticks are in another file.
                before, manifest = manifest, self.manifest()
                if manifest == before:
                    raise ArchiveDamaged(f"{self._path / left[0].name} is gone") from error
                continue
            yield rows_of(ticks, slice(int(ticks.number.searchsorted(after, side="right")), None))
            after = left[0].last

    def _written(self, ticks: ArchivedTicks, *, closed: bool) -> TickFile:
        first, last = int(ticks.number[0]), int(ticks.number[-1])
        name = f"{'closed' if closed else 'part'}-{first:015d}-{last:015d}{SUFFIX}"
        return TickFile(
            name=name,
            first=first,
            last=last,
            rows=len(ticks.number),
            digits=ticks.digits,
            closed=closed,
            blake2b=write_ticks(self._path / name, ticks),
        )

    def _verified(self, file: TickFile) -> ArchivedTicks:
        return read_ticks(self._path / file.name, file.blake2b)

    def _name(self, before: DayManifest, files: list[TickFile]) -> None:
        """Let the files count, and remove those that do not any more."""
        # The names of the files are durable before the manifest can say them.
        sync_directory(self._path)
        write_sealed(self._path / MANIFEST, msgspec.structs.replace(before, files=tuple(files)))
        # After this point only the files named in it are the day.
        for gone in {file.name for file in before.files} - {file.name for file in files}:
            (self._path / gone).unlink()
