"""Where ticks are kept for good: closed files by feed, symbol and UTC day, with a manifest."""

from collections.abc import Iterator
from datetime import date
from typing import Protocol

from propdesk.wire.log_records import Ticks


class TickArchive(Protocol):
    """Takes the market stream's batches in order, at least once, and gives days back."""

    def add(self, ticks: Ticks) -> None:
        """Keep a batch; a tick number seen before is ignored."""

    def flush(self) -> int:
        """Make everything added so far durable; the last tick number kept."""

    def last(self) -> int:
        """The last tick number that is durable; 0 when empty."""

    def days(self, feed: str, symbol: str) -> tuple[date, ...]: ...

    def read(self, feed: str, symbol: str, day: date) -> Iterator[Ticks]:
        """The ticks of a day in order. Raises ``ArchiveDamaged`` where a checksum differs."""
