"""The tick archive on files: takes the market's batches, keeps them by feed, symbol and UTC day.

It must not lose a tick it has said to keep, and takes none twice.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import numpy.typing as npt

from propdesk.ports.tick_archive import (
    ArchiveDamaged,
    ArchivedTicks,
    ArchiveUnwritable,
    Kept,
    TickArchive,
)
from propdesk.storage.durable_files import file_name, make_directory
from propdesk.storage.tick_archive.day_directory import MANIFEST, DayDirectory
from propdesk.storage.tick_archive.sealed_json import read_sealed, write_sealed
from propdesk.storage.tick_archive.tick_files import rows_of
from propdesk.wire.log_records import SymbolDefined, Ticks

DAY_US = 86_400_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC).date()
CLOSED_ROWS = 1_000_000


class Meaning(msgspec.Struct, frozen=True, array_like=True):
    """What a symbol's number means."""

    feed: str
    symbol: str
    digits: int


class State(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How far the archive is; written behind what it speaks of."""

    form: int = 1
    tick: int = 0
    offset: int = 0
    symbols: dict[int, Meaning] = {}


@dataclass(slots=True)
class _Pending:
    """Batches under one set of meanings, not durable yet."""

    symbols: Mapping[int, Meaning]
    batches: list[tuple[Ticks, int]] = field(default_factory=list)
    """Each with the number of its first rows that were seen before."""


class FileTickArchive(TickArchive):
    """Under ``home/archive/<feed>/<symbol>/<day>/``; one process may write, any may read.

    ``alarm`` is told of ticks that the market stream does not hold, and of a day that cannot be
    closed. Files are closed when a later day of their symbol begins, and at ``closed_rows``.
    """

    def __init__(
        self, home: Path, alarm: Callable[[str], None], *, closed_rows: int = CLOSED_ROWS
    ) -> None:
        self._root = home / "archive"
        self._alarm = alarm
        self._closed_rows = closed_rows
        state = read_sealed(self._root / "state.json", State) or State()
        self._state = state
        self._symbols: Mapping[int, Meaning] = dict(state.symbols)
        self._last = state.tick
        self._pending: list[_Pending] = []
        self._lock: int | None = None
        self._newest: dict[tuple[str, str], date] = {}

    # --- taking ------------------------------------------------------------------------------
    def define(self, symbol: SymbolDefined) -> None:
        meaning = Meaning(symbol.feed, symbol.symbol, symbol.digits)
        if self._symbols.get(symbol.number) != meaning:
            # A new mapping: batches that wait were said under the old one.
            self._symbols = {**self._symbols, symbol.number: meaning}

    def add(self, ticks: Ticks) -> None:
        if ticks.last <= self._last:
            return
        unknown = set(np.unique(ticks.symbol).tolist()) - self._symbols.keys()
        if unknown:
            raise KeyError(f"ticks from {ticks.first} on: no symbol has the number {min(unknown)}")
        expected = self._last + 1
        if ticks.first > expected and self._last:
            self._alarm(f"archive: ticks {expected} to {ticks.first - 1} are not in the market")
        if not self._pending or self._pending[-1].symbols is not self._symbols:
            self._pending.append(_Pending(self._symbols))
        self._pending[-1].batches.append((ticks, max(0, expected - ticks.first)))
        self._last = ticks.last

    def flush(self, offset: int) -> None:
        try:
            self._hold()
            for pending in self._pending:
                for ticks, day in _by_day(pending):
                    self._keep(ticks, day)
            state = State(tick=self._last, offset=offset, symbols=dict(self._symbols))
            write_sealed(self._root / "state.json", state)
        except OSError as error:
            raise ArchiveUnwritable(f"{self._root}: {error.strerror or error}") from error
        self._state = state
        self._pending.clear()

    def close(self) -> None:
        """Let another process write."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _keep(self, ticks: ArchivedTicks, day: date) -> None:
        which = ticks.feed, ticks.symbol
        directory = self._directory(*which, day)
        newest = self._newest.get(which)
        older = (newest,) if newest is not None else self.days(*which)[-2:]
        if newest is None:  # a killed writer may have left something where it wrote last
            for each in {*older, day}:
                self._directory(*which, each).remove_unnamed()
        directory.keep(ticks)
        self._newest[which] = max(*older, day, day)
        for each in older:
            if each < day:
                self._close(self._directory(*which, each))
        is_over = day < self._newest[which]  # a tick of a gap came the day after
        if is_over or directory.open_rows() >= self._closed_rows:
            self._close(directory)

    def _close(self, directory: DayDirectory) -> None:
        try:
            directory.close()
        except ArchiveDamaged as error:
            # What is damaged stays as it is, to be seen; today's ticks go on being kept.
            self._alarm(f"archive: a day cannot be closed: {error}")

    def _hold(self) -> None:
        """Be the only writer. Raises ``BlockingIOError`` where another is."""
        if self._lock is None:
            make_directory(self._root)
            lock = os.open(self._root / "writer.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(lock)
                raise
            self._lock = lock

    # --- giving ------------------------------------------------------------------------------
    def kept(self) -> Kept:
        return Kept(self._state.tick, self._state.offset)

    def days(self, feed: str, symbol: str) -> tuple[date, ...]:
        found = (self._root / file_name(feed) / file_name(symbol)).glob(f"*/{MANIFEST}")
        return tuple(sorted(date.fromisoformat(path.parent.name) for path in found))

    def read(self, feed: str, symbol: str, day: date) -> Iterator[ArchivedTicks]:
        return self._directory(feed, symbol, day).read()

    def _directory(self, feed: str, symbol: str, day: date) -> DayDirectory:
        path = self._root / file_name(feed) / file_name(symbol) / day.isoformat()
        return DayDirectory(path, feed, symbol)


def _by_day(pending: _Pending) -> Iterator[tuple[ArchivedTicks, date]]:
    """The ticks of each symbol and UTC day in the order of the log, a day before its next."""
    batches = [(ticks, skip, len(ticks.at) - skip) for ticks, skip in pending.batches]

    def column(name: str) -> npt.NDArray[np.int64]:
        return np.concatenate([getattr(ticks, name)[skip:] for ticks, skip, _ in batches])

    def counted(name: str) -> npt.NDArray[np.int64]:
        starts = [getattr(ticks, name) + skip for ticks, skip, _ in batches]
        return np.concatenate(
            [
                np.arange(start, start + length, dtype=np.int64)
                for start, (_, _, length) in zip(starts, batches, strict=True)
            ]
        )

    symbol, at = column("symbol").astype(np.int64), column("at")
    everything = ArchivedTicks(
        "", "", 0, counted("first"), counted("sequence"), at, column("bid"), column("ask")
    )
    day = at // DAY_US
    order = np.lexsort((day, symbol))  # stable: the order of the log within each
    changes = np.flatnonzero(np.diff(symbol[order]) | np.diff(day[order])) + 1
    for rows in np.split(order, changes):
        meaning = pending.symbols[int(symbol[rows[0]])]
        own = rows_of(everything, rows)
        named = ArchivedTicks(
            meaning.feed,
            meaning.symbol,
            meaning.digits,
            own.number,
            own.sequence,
            own.at,
            own.bid,
            own.ask,
        )
        yield named, EPOCH + timedelta(days=int(day[rows[0]]))
