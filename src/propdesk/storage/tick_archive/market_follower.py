"""Keeps the tick archive up with the market stream, so that the stream's retention may follow.

It reads no clock but the one it is given, and must not pass over a record without an alarm.
"""

import threading
from collections.abc import Callable

from propdesk.ports.event_log import Reader
from propdesk.ports.tick_archive import ArchiveError, TickArchive
from propdesk.wire.log_codec import LogCodec, LogCodecError
from propdesk.wire.log_records import MARKET, BackFilled, SymbolDefined, Ticks

FLUSH_S = 60.0
FLUSH_TICKS = 2_000_000
WAIT_S = 0.5
RETRY_S = 5.0


class MarketFollower:
    """One archive's way through the market stream. ``step`` is called again and again.

    What waits to be flushed is bounded by ``flush_ticks`` and one read: while the archive cannot
    be written nothing more is read.
    """

    def __init__(
        self,
        reader: Reader,
        archive: TickArchive,
        alarm: Callable[[str], None],
        *,
        flush_s: float = FLUSH_S,
        flush_ticks: int = FLUSH_TICKS,
    ) -> None:
        self._reader = reader
        self._archive = archive
        self._alarm = alarm
        self._codec = LogCodec()
        self._flush_s = flush_s
        self._flush_ticks = flush_ticks
        self._offset = archive.kept().offset
        self._waiting_ticks = 0
        self._waiting_since: float | None = None
        self._retry_s: float | None = None

    @property
    def offset(self) -> int:
        """The last record it has read."""
        return self._offset

    @property
    def is_stalled(self) -> bool:
        """Whether the archive could not be written when it was last tried."""
        return self._retry_s is not None

    def step(self, now_s: float) -> bool:
        """Flush when it is time, and read what is there; False: nothing was read.

        ``now_s`` never falls. Raises what the reader raises.
        """
        if self._is_due(now_s):
            self.flush(now_s)
        if self.is_stalled:
            return False
        records = self._reader.read(MARKET, self._offset)
        for record in records:
            self._take(record.offset, record.body)
        if records and self._waiting_since is None:
            self._waiting_since = now_s
        return bool(records)

    def flush(self, now_s: float) -> None:
        """Make what was read durable, or tell the alarm that it could not be done."""
        if self._waiting_since is None:
            return
        try:
            self._archive.flush(self._offset)
        except ArchiveError as error:
            self._alarm(f"archive: nothing more is read until it can be written: {error}")
            self._retry_s = now_s + RETRY_S
            return
        self._waiting_since, self._waiting_ticks, self._retry_s = None, 0, None

    def _is_due(self, now_s: float) -> bool:
        if self._waiting_since is None:
            return False
        if self._retry_s is not None:
            return now_s >= self._retry_s
        is_old = now_s - self._waiting_since >= self._flush_s
        return is_old or self._waiting_ticks >= self._flush_ticks

    def _take(self, offset: int, body: bytes) -> None:
        try:
            record = self._codec.decode(body)
            if isinstance(record, SymbolDefined):
                self._archive.define(record)
            elif isinstance(record, Ticks | BackFilled):
                # What was back-filled is kept where its number stands: behind what came before it.
                ticks = record.ticks if isinstance(record, BackFilled) else record
                self._archive.add(ticks)
                self._waiting_ticks += len(ticks.at)
            else:
                self._alarm(f"archive: market record {offset} is none of the market's")
        except (LogCodecError, KeyError) as error:
            self._alarm(f"archive: market record {offset} is passed over: {error}")
        self._offset = offset


def archive_market(
    reader: Reader,
    archive: TickArchive,
    alarm: Callable[[str], None],
    *,
    clock_s: Callable[[], float],
    over: threading.Event,
    flush_s: float = FLUSH_S,
    flush_ticks: int = FLUSH_TICKS,
) -> None:
    """Follow the market until ``over`` is set, and flush at the end. Raises what the reader
    raises; called again with the archive opened anew it goes on from what was kept."""
    follower = MarketFollower(reader, archive, alarm, flush_s=flush_s, flush_ticks=flush_ticks)
    while not over.is_set():
        if follower.step(clock_s()):
            continue
        if follower.is_stalled:
            over.wait(WAIT_S)
        else:
            reader.wait({MARKET: follower.offset}, min(WAIT_S, flush_s))
    follower.flush(clock_s())
