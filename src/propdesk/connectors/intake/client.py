"""The intake as a sender on this machine sees it: a socket that blocks until it is answered.

It must not keep what it could not deliver; the sender sends it again.
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from propdesk.connectors.engine_queries.socket_place import reachable
from propdesk.ports.intake import Accepted, FeedQuote, Intake, IntakeAway
from propdesk.wire.intake_frames import (
    LENGTH_BYTES,
    Answer,
    BackFillSent,
    ByeSent,
    EventsSent,
    FeedLostSent,
    FrameError,
    QuotesSent,
    answer_in,
    events_message,
    framed,
    length_in,
)
from propdesk.wire.log_records import Delivered

TIMEOUT_S = 30.0
QUOTES_OF_ONE_MESSAGE_MAX = 20_000


class IntakeClient(Intake):
    """One connection, made when it is needed; one message at a time, whatever the threads.

    Raises ``IntakeAway`` where nothing listens or no answer comes in ``timeout_s``, and
    ``FrameError`` for what no message can hold.
    """

    def __init__(self, path: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        self._path, self._timeout_s = path, timeout_s
        self._socket: socket.socket | None = None
        self._lock = Lock()

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        whole = Accepted()
        for begun in range(0, len(quotes), QUOTES_OF_ONE_MESSAGE_MAX):
            part = quotes[begun : begun + QUOTES_OF_ONE_MESSAGE_MAX]
            said = self._asked(QuotesSent(feed, [*part]))
            whole = Accepted(whole.quotes + said.quotes, 0, (*whole.refused, *said.refused))
        return whole

    def back_fill(
        self, feed: str, quotes: Sequence[FeedQuote], *, whole: Sequence[tuple[str, int]] = ()
    ) -> Accepted:
        found = Accepted()
        for begun in range(0, max(len(quotes), 1), QUOTES_OF_ONE_MESSAGE_MAX):
            part = quotes[begun : begun + QUOTES_OF_ONE_MESSAGE_MAX]
            is_last = begun + len(part) == len(quotes)
            said = self._asked(BackFillSent(feed, [*part], [*whole] if is_last else []))
            found = Accepted(found.quotes + said.quotes, 0, (*found.refused, *said.refused))
        return found

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        return self._asked(events_message(source, key, events))

    def feed_lost(self, feed: str) -> Accepted:
        return self._asked(FeedLostSent(feed))

    def close(self) -> None:
        """Say that the end is meant: the feeds delivered here are not lost."""
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):  # the other end was gone before
                    self._socket.sendall(framed(ByeSent()))
                self._drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _asked(self, message: QuotesSent | BackFillSent | EventsSent | FeedLostSent) -> Accepted:
        frame = framed(message)
        with self._lock:
            try:
                answer = self._answer(frame)
            except (OSError, EOFError, FrameError) as error:
                self._drop()
                raise IntakeAway(f"{self._path.name}: {error}") from error
        if answer.away:
            raise IntakeAway(answer.away)
        return Accepted(answer.quotes, answer.events, answer.refused)

    def _answer(self, frame: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.settimeout(self._timeout_s)
            with reachable(self._path) as name:
                self._socket.connect(name)
        with suppress(BrokenPipeError):  # an end that turned us away said why before it closed
            self._socket.sendall(frame)
        length = length_in(_exactly(self._socket, LENGTH_BYTES))
        return answer_in(_exactly(self._socket, length))

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _exactly(connection: socket.socket, count: int) -> bytes:
    found = bytearray()
    while len(found) < count:
        part = connection.recv(count - len(found))
        if not part:
            raise EOFError("the other end closed the connection")
        found += part
    return bytes(found)
