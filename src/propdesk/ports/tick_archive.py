"""Where ticks are kept for good: closed files by feed, symbol and UTC day, with a manifest."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from propdesk.wire.log_records import SymbolDefined, Ticks

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


class ArchiveError(Exception):
    """The root of what an archive may say."""


class ArchiveDamaged(ArchiveError):
    """A file is not what was written, or is gone. The caller uses nothing of that day."""


class ArchiveUnwritable(ArchiveError):
    """Not everything became durable (a full disk, another writer). What was added is still held;
    the caller adds no more and flushes again later."""


@dataclass(frozen=True, slots=True)
class Kept:
    """How far the archive is, durably: the last tick number and the last record of the market
    stream of which everything is kept. 0 when empty."""

    tick: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class ArchivedTicks:
    """Ticks of one symbol in the order of the log, as ``Ticks`` and ``SymbolDefined`` said them.

    Columns of 64-bit integers of equal length; other symbols' ticks leave holes in the numbers.
    """

    feed: str
    symbol: str
    digits: int
    """Prices are in ``10**-digits``."""
    number: "npt.NDArray[np.int64]"
    """The tick's number in the market stream."""
    sequence: "npt.NDArray[np.int64]"
    """The feed's own number."""
    at: "npt.NDArray[np.int64]"
    bid: "npt.NDArray[np.int64]"
    ask: "npt.NDArray[np.int64]"


class TickArchive(Protocol):
    """Takes the market stream's records in order, at least once, and gives days back."""

    def define(self, symbol: SymbolDefined) -> None:
        """What a number means in the ticks added from here on."""

    def add(self, ticks: Ticks) -> None:
        """Take a batch; a tick number seen before is ignored. Raises ``KeyError`` for a symbol
        that was not defined; then nothing of the batch is taken."""

    def flush(self, offset: int) -> None:
        """Make everything added so far durable: all of the market stream up to record ``offset``.
        Raises ``ArchiveUnwritable``, and ``ArchiveDamaged`` where it cannot tell what is there;
        then ``kept`` is what it was."""

    def kept(self) -> Kept:
        """How far it is."""

    def days(self, feed: str, symbol: str) -> tuple[date, ...]:
        """The UTC days of which there is a tick, oldest first."""

    def read(self, feed: str, symbol: str, day: date) -> Iterator[ArchivedTicks]:
        """The ticks of a day in order; none for a day that is not there. Every file is verified
        before anything of it is given. Raises ``ArchiveDamaged``."""
