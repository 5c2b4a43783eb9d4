"""The sender of the end-to-end benchmark: a process that keeps to a timetable and ends by itself.

It sends what is due whether or not earlier messages were answered, so that a slow answer makes
nothing wait but itself. It must not measure a verdict: whoever reads the log does.
"""

import socket
import statistics
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread

from propdesk.boot.bench_load import (
    FEED,
    SLOTS_PER_S,
    Crowd,
    Load,
    Walks,
)
from propdesk.domain.events import Deal, Event, Paused, Resumed
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.intake_frames import (
    LENGTH_BYTES,
    Answer,
    ByeSent,
    QuotesSent,
    answer_in,
    events_message,
    framed,
    length_in,
)

SLOT_US = 1_000_000 // SLOTS_PER_S
BEGIN_PAUSE_US = 500_000
FLAT_DEALS_OF_A_MESSAGE = 100
FLAT_TICKS_OF_A_MESSAGE = 1_000
SENTINEL = "C000000"
"""The account whose pause says that everything before it was judged."""


@dataclass(frozen=True, slots=True)
class Sent:
    """Moments in microseconds. ``late_us``: how far behind its timetable each slot was sent."""

    begun: int
    late_us_p50: float
    late_us_p99: float
    deals: int
    refused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlatOut:
    """So many deals or ticks were sent as fast as they were taken, from this moment on; the
    last of them was answered, and so was in the log, at ``logged``."""

    begun: int
    count: int
    logged: int


def send(load: Load, path: Path, sequence: int, flat: tuple[int, int], pipe: Connection) -> None:
    """The process: tells ``Sent`` after the timetable, then ``FlatOut`` for the deals and, when
    it is told that these were judged, for the ticks. ``sequence`` is the feed's last number."""
    sender = _Sender(load, path, sequence)
    pipe.send(sender.by_timetable())
    pipe.recv()
    pipe.send(sender.deals_flat_out(flat[0]))
    pipe.recv()
    pipe.send(sender.ticks_flat_out(flat[1]))
    sender.end()


class _Line:
    """A connection on which messages are sent without waiting for the answers before."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(str(path))
        self._sent = 0
        self._answered = 0
        self.refused: deque[str] = deque(maxlen=100)
        Thread(target=self._hear, daemon=True).start()

    def send(self, frame: bytes) -> None:
        self._sent += 1
        self._socket.sendall(frame)

    def settle(self) -> None:
        """Wait until everything was answered."""
        while self._answered < self._sent:
            time.sleep(0.001)

    def end(self) -> None:
        self.settle()
        self._socket.sendall(framed(ByeSent()))
        self._socket.close()

    def _hear(self) -> None:
        with self._socket.makefile("rb") as answers:
            while head := answers.read(LENGTH_BYTES):
                answer: Answer = answer_in(answers.read(length_in(head)))
                self.refused.extend((*answer.refused, *filter(None, [answer.away])))
                self._answered += 1


class _Sender:
    def __init__(self, load: Load, path: Path, sequence: int) -> None:
        self._load = load
        self._crowd = Crowd(load, load_catalogue(None))
        self._walks = Walks(self._crowd, sequence)
        self._feed, self._platform = _Line(path), _Line(path)
        self._deals = self._messages = 0

    def by_timetable(self) -> Sent:
        load = self._load
        late = []
        deals = load.deals_of_slots()
        begun = _now() + BEGIN_PAUSE_US
        for slot in range(load.slots):
            due = begun + slot * SLOT_US
            _sleep_until(due)
            late.append(_now() - due)
            self._feed.send(framed(QuotesSent(FEED, self._walks.slot(slot, due))))
            self._send_deals(deals[slot], due)
        self._feed.settle()
        self._platform.settle()
        cuts = statistics.quantiles(late, n=100, method="inclusive")
        refused = (*self._feed.refused, *self._platform.refused)
        return Sent(begun, cuts[49], cuts[98], self._deals, refused)

    def deals_flat_out(self, count: int) -> FlatOut:
        begun = _now()
        for _ in range(0, count, FLAT_DEALS_OF_A_MESSAGE):
            self._send_deals(FLAT_DEALS_OF_A_MESSAGE, _now())
        self._platform.settle()
        logged = _now()
        self._tell([Paused(SENTINEL, logged)])
        sent = -(-count // FLAT_DEALS_OF_A_MESSAGE) * FLAT_DEALS_OF_A_MESSAGE
        return FlatOut(begun, sent, logged)

    def ticks_flat_out(self, count: int) -> FlatOut:
        load, at = self._load, _now()
        ticks = [q for n in range(count * SLOTS_PER_S // load.ticks_per_s + 1)
                 for q in self._walks.slot(load.slots + n, at)][:count]  # fmt: skip
        size = FLAT_TICKS_OF_A_MESSAGE
        frames = [framed(QuotesSent(FEED, ticks[n : n + size])) for n in range(0, count, size)]
        begun = _now()
        for frame in frames:
            self._feed.send(frame)
        self._feed.settle()
        logged = _now()
        self._tell([Resumed(SENTINEL, logged)])
        return FlatOut(begun, len(ticks), logged)

    def end(self) -> None:
        self._feed.end()
        self._platform.end()

    def _send_deals(self, count: int, at: int) -> None:
        if count > 0:
            self._tell(self._crowd.trades(self._deals, count, at))
            self._deals += count

    def _tell(self, events: Sequence[Deal | Event]) -> None:
        self._messages += 1
        self._platform.send(framed(events_message("bench", str(self._messages), events)))


def _sleep_until(due: int) -> None:
    wait_us = due - _now()
    if wait_us > 0:
        time.sleep(wait_us / 1e6)


def _now() -> int:
    return time.time_ns() // 1_000
