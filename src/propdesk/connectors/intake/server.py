"""The intake's socket: each message is answered when it is durable, in the order of its sender.

How many senders there are is bounded, how many messages of one are in flight, and what waits for
the log: then nothing more is read, and the sender waits. It must not order or judge anything.
"""

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from propdesk.connectors.engine_queries.socket_place import identity, reachable
from propdesk.connectors.feeds.deliveries import (
    BackFillCame,
    Delivery,
    EventsCame,
    FeedLost,
    QuotesCame,
)
from propdesk.connectors.feeds.group_commit import GroupCommit
from propdesk.ports.intake import REFUSALS_NAMED_MAX, Accepted, IntakeAway
from propdesk.wire.intake_frames import (
    LENGTH_BYTES,
    Answer,
    BackFillSent,
    ByeSent,
    EventsSent,
    FeedLostSent,
    FrameError,
    QuotesSent,
    event_in,
    framed,
    length_in,
    request_in,
)
from propdesk.wire.log_records import Delivered

CONNECTIONS_MAX = 256
"""Feeds, platforms and couriers of one machine are some dozens."""
IN_FLIGHT_MAX = 64
END_S_MAX = 5.0

_log = structlog.get_logger(__name__)


class IntakeServer:
    """Listens at ``path``, which only this user may open, while it is entered.

    A sender beyond ``connections_max`` is told that the intake is away, and comes again.
    """

    def __init__(
        self,
        path: Path,
        commit: GroupCommit,
        *,
        clock: Callable[[], int],
        connections_max: int = CONNECTIONS_MAX,
    ) -> None:
        self._path, self._commit, self._clock = path, commit, clock
        self._connections_max = connections_max
        self._made: tuple[int, int] | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], _Connection] = {}

    async def __aenter__(self) -> Self:
        listening = _listening(self._path)
        self._made = identity(self._path)
        self._server = await asyncio.start_unix_server(self._accept, sock=listening)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
        for connection in self._connections.values():
            connection.end()
        if self._connections:
            # What was read is answered; a log that does not answer is not waited for.
            await asyncio.wait(self._connections, timeout=END_S_MAX)
        if identity(self._path) == self._made:  # not where a successor listens by now
            self._path.unlink(missing_ok=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._connections) >= self._connections_max:
            _log.warning("intake_connection_refused", connections=len(self._connections))
            await _turned_away(writer, f"{self._connections_max} senders are connected already")
            return
        connection = _Connection(self._commit, self._clock, reader, writer)
        task = asyncio.current_task()
        if task is not None:
            self._connections[task] = connection
        try:
            await connection.serve()
        finally:
            writer.close()
            if task is not None:
                del self._connections[task]


async def _turned_away(writer: asyncio.StreamWriter, why: str) -> None:
    with suppress(ConnectionError):
        writer.write(framed(Answer(away=why)))
        await writer.drain()
    writer.close()


def _listening(path: Path) -> socket.socket:
    """A socket in the place of one that nobody listens at any more. Raises ``OSError``."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with reachable(path) as name:
            listening.bind(name)
        path.chmod(0o600)
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


@dataclass(frozen=True, slots=True)
class _Pending:
    """What is to be answered next: once ``accepted`` is there, and what was refused before it."""

    accepted: "Future[Accepted]"
    refused: tuple[str, ...] = ()


class _Connection:
    """One sender."""

    def __init__(
        self,
        commit: GroupCommit,
        clock: Callable[[], int],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._commit, self._clock = commit, clock
        self._reader, self._writer = reader, writer
        self._pending: asyncio.Queue[_Pending | None] = asyncio.Queue(IN_FLIGHT_MAX)
        self._feeds: set[str] = set()
        self._is_ending = False

    def end(self) -> None:
        """Read nothing more. The sender is not gone, so its feeds are not lost."""
        self._is_ending = True
        self._reader.feed_eof()

    async def serve(self) -> None:
        """Until the sender ends; its feeds are lost unless it said that it would."""
        answering = asyncio.create_task(self._answer_all())
        try:
            is_bye = await self._read_all()
        finally:
            await self._pending.put(None)
            await answering
        for feed in () if is_bye else sorted(self._feeds):
            await self._submitted(FeedLost(feed, self._clock()))

    async def _read_all(self) -> bool:
        """Hand in what is sent, in its order; True: the end is meant, on either side."""
        while True:
            try:
                head = await self._reader.readexactly(LENGTH_BYTES)
                request = request_in(await self._reader.readexactly(length_in(head)))
            except (asyncio.IncompleteReadError, ConnectionError):
                return self._is_ending
            except FrameError as error:
                # What follows a message nobody can read is no message either.
                _log.warning("intake_message_refused", error=str(error))
                await self._pending.put(_Pending(_done(Accepted()), (str(error),)))
                return False
            if isinstance(request, ByeSent):
                return True
            delivery, refused = self._delivery(request)
            await self._pending.put(_Pending(await self._submitted(delivery), refused))

    def _delivery(
        self, request: QuotesSent | BackFillSent | EventsSent | FeedLostSent
    ) -> tuple[Delivery, tuple[str, ...]]:
        now = self._clock()
        match request:
            case QuotesSent():
                self._feeds.add(request.feed)
                return QuotesCame(request.feed, request.quotes, now), ()
            case BackFillSent():
                return BackFillCame(request.feed, request.quotes, request.whole, now), ()
            case FeedLostSent():
                return FeedLost(request.feed, now), ()
            case EventsSent():
                events, refused = _read_each(request)
                return EventsCame(request.source, request.key, events, now), refused

    async def _submitted(self, delivery: Delivery) -> "Future[Accepted]":
        """Handed in; where the queue is full this sender waits, and no other."""
        try:
            future = self._commit.try_submit(delivery)
            if future is None:
                future = await asyncio.to_thread(self._commit.submit, delivery)
            return future  # noqa: TRY300
        except IntakeAway as error:
            away: Future[Accepted] = Future()
            away.set_exception(error)
            return away

    async def _answer_all(self) -> None:
        is_there = True
        while (pending := await self._pending.get()) is not None:
            answer = await _answer(pending)
            # A sender that is gone needs no answer; what it sent is handed in all the same.
            with suppress(ConnectionError):
                if is_there:
                    is_there = False
                    self._writer.write(framed(answer))
                    await self._writer.drain()
                    is_there = True


async def _answer(pending: _Pending) -> Answer:
    try:
        accepted = await asyncio.wrap_future(pending.accepted)
    except IntakeAway as error:
        return Answer(away=str(error) or "away")
    refused = (*pending.refused, *accepted.refused)[:REFUSALS_NAMED_MAX]
    return Answer(accepted.quotes, accepted.events, refused)


def _read_each(request: EventsSent) -> tuple[list[Delivered], tuple[str, ...]]:
    """The events that can be read, and which cannot."""
    events: list[Delivered] = []
    refused: list[str] = []
    for number, raw in enumerate(request.events):
        try:
            events.append(event_in(raw))
        except ValueError as error:
            refused.append(f"event {number}: {error}")
    return events, tuple(refused)


def _done(accepted: Accepted) -> "Future[Accepted]":
    future: Future[Accepted] = Future()
    future.set_result(accepted)
    return future
