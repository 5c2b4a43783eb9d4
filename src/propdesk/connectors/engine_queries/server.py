"""Hears questions on a unix socket, in a thread of the engine's process.

It must not touch an account: what it hears goes through the hand-over to the loop that owns them.
"""

import asyncio
import contextlib
import errno
import logging
import socket
import threading
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

from propdesk.connectors.engine_queries.frames import (
    ANSWER_BYTES_MAX,
    LENGTH_BYTES,
    QUESTION_BYTES_MAX,
    Answer,
    NotAFrame,
    Question,
    Unanswered,
    framed,
    length_of,
    question_of,
)
from propdesk.connectors.engine_queries.hand_over import HandOver, TooManyQuestions
from propdesk.connectors.engine_queries.socket_place import identity, reachable
from propdesk.ports.live_accounts import EngineAway

CONNECTIONS_MAX = 64
PATIENCE_S = 1.0
STOP_S_MAX = 5.0
SETTLING_STEPS = 10

log = logging.getLogger(__name__)


class SocketTaken(Exception):
    """Another engine answers on this socket. The caller does not start."""


class QueryServer:
    """Serves ``hand_over`` on ``path`` from ``start`` to ``stop``; readable by its owner only.

    A question the engine has not answered within ``patience_s`` is withdrawn. ``takes_over``: the
    caller holds the lease, so whoever still answers on the socket (it may be frozen) is another
    that has lost it, and the socket is taken from it.
    """

    def __init__(
        self,
        path: Path,
        hand_over: HandOver,
        *,
        connections_max: int = CONNECTIONS_MAX,
        patience_s: float = PATIENCE_S,
        takes_over: bool = False,
    ) -> None:
        self._path = path
        self._takes_over = takes_over
        self._made: tuple[int, int] | None = None
        self._hand_over = hand_over
        self._connections_max = connections_max
        self._patience_s = patience_s
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._over: asyncio.Event | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listens when it returns. Raises ``SocketTaken`` or ``OSError``."""
        listening = _listening(self._path, takes_over=self._takes_over)
        self._made = identity(self._path)
        ready: Future[None] = Future()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(listening, ready)),
            name="engine-queries",
            daemon=True,
        )
        self._thread.start()
        ready.result()

    def stop(self) -> None:
        """Ends every connection and takes the socket away."""
        if self._thread is None or self._loop is None or self._over is None:
            return
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(STOP_S_MAX)
        self._thread = None

    async def _serve(self, listening: socket.socket, ready: Future[None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        server = await asyncio.start_unix_server(self._connected, sock=listening)
        ready.set_result(None)
        async with server:
            await self._over.wait()
            # The name first: whoever comes now finds no engine, not one that does not answer.
            # Unless it is another's by now, who took over from this one.
            if identity(self._path) == self._made:
                self._path.unlink(missing_ok=True)
            # Who is being accepted meets `_connected` before the server is closed: asyncio loses
            # a connection that is made after it.
            await _settled()
            server.close()
            for each in self._connections:
                each.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            await _settled()

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Not a coroutine: one that is cancelled before its first step would close nothing."""
        is_over = self._over is None or self._over.is_set()
        if is_over or len(self._connections) >= self._connections_max:
            log.warning("engine queries: no more than %d connections", self._connections_max)
            writer.close()
            return
        task = asyncio.ensure_future(self._served(reader, writer))
        self._connections[task] = writer
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._connections.pop(task).close()

    async def _served(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (question := await _heard(reader)) is not None:
                writer.write(_written(await self._answered(question)))
                await writer.drain()
        except NotAFrame as wrong:
            log.warning("engine queries: a connection is given up: %s", wrong)
        except ConnectionError:
            return

    async def _answered(self, question: Question) -> Answer:
        try:
            asked = asyncio.wrap_future(self._hand_over.ask(question))
            # A question that is withdrawn in time is never looked at by the engine.
            return await asyncio.wait_for(asked, self._patience_s)
        except TooManyQuestions:
            return Unanswered("too many questions wait for the engine")
        except TimeoutError:
            return Unanswered(f"the engine had no moment within {self._patience_s:g} s")
        except EngineAway as away:
            return Unanswered(str(away) or "the engine is away")
        except Exception:
            log.exception("engine queries: no answer to %r", question)
            return Unanswered("the engine could not answer; its log says why")


async def _settled() -> None:
    """What is ready in the loop has its steps."""
    for _ in range(SETTLING_STEPS):
        await asyncio.sleep(0)


async def _heard(reader: asyncio.StreamReader) -> Question | None:
    """The next question, or None at the end. Raises ``NotAFrame``."""
    try:
        head = await reader.readexactly(LENGTH_BYTES)
        content = await reader.readexactly(length_of(head, QUESTION_BYTES_MAX))
    except asyncio.IncompleteReadError:
        return None
    return question_of(content)


def _written(answer: Answer) -> bytes:
    try:
        return framed(answer, ANSWER_BYTES_MAX)
    except NotAFrame as too_long:
        return framed(Unanswered(f"the answer is too long: {too_long}"), ANSWER_BYTES_MAX)


def _listening(path: Path, *, takes_over: bool) -> socket.socket:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not takes_over:
        _refuse_if_answered(path)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with reachable(path) as name:
            listening.bind(name)
        path.chmod(0o600)
        listening.listen()
        listening.setblocking(False)
    except OSError:
        listening.close()
        raise
    return listening


def _refuse_if_answered(path: Path) -> None:
    """A socket nobody answers on is what a killed engine left behind."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PATIENCE_S)
        with contextlib.suppress(FileNotFoundError):
            try:
                with reachable(path) as name:
                    probe.connect(name)
            except OSError as refused:
                if refused.errno not in {errno.ECONNREFUSED, errno.ENOENT}:
                    raise
                return
            raise SocketTaken(f"another engine answers on {path}")
