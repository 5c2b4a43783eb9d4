"""The platform's socket: each connection has a thread, and one question at a time.

It must not touch the books: it asks the platform, which answers any number of threads.
"""

import contextlib
import socket
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
import structlog

from propdesk.connectors.engine_queries.socket_place import reachable
from propdesk.connectors.simulated_platform.frames import (
    LENGTH_BYTES,
    WAIT_S_MAX,
    AskAct,
    AskActInTurn,
    AskFor,
    AskFrames,
    AskSnapshot,
    AskTrade,
    FramesAre,
    NotAFrame,
    Question,
    Reply,
    Said,
    Wrong,
    commands_in,
    encode,
    framed,
    length_of,
    question_of,
    request_in,
    turns_in,
)
from propdesk.connectors.simulated_platform.platform import SimulatedPlatform
from propdesk.ports.platform import PlatformAway, ResumeLost, UnknownAccount

CONNECTIONS_MAX = 64
STOP_S_MAX = 5.0

_log = structlog.get_logger(__name__)


class PlatformServer:
    """Serves ``platform`` on ``path``, which only this user may open, while it is entered.

    The journal's lock says that no other process serves this home, so a socket that lies there was
    left behind.
    """

    def __init__(self, path: Path, platform: SimulatedPlatform) -> None:
        self._path, self._platform = path, platform
        self._listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._lock = threading.Lock()
        self._is_over = False
        self._thread = threading.Thread(target=self._accept_all, name="platform", daemon=True)

    def __enter__(self) -> Self:
        self._path.unlink(missing_ok=True)
        with reachable(self._path) as name:
            self._listening.bind(name)
        self._path.chmod(0o600)
        self._listening.listen(CONNECTIONS_MAX)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._path.unlink(missing_ok=True)
        with self._lock:
            self._is_over = True
            running = dict(self._connections)
        _end(self._listening)
        for connection in running:
            _end(connection)
        for thread in (self._thread, *running.values()):
            thread.join(STOP_S_MAX)
        self._listening.close()

    def _accept_all(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                if self._is_over or len(self._connections) >= CONNECTIONS_MAX:
                    connection.close()
                    continue
                self._connections[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            with connection:
                while (question := _heard(connection)) is not None:
                    connection.sendall(framed(self._replied(question)))
        except (OSError, NotAFrame) as error:
            _log.info("platform_connection_ended", error=str(error))
        finally:
            with self._lock:
                del self._connections[connection]

    def _replied(self, question: Question) -> Reply:
        try:
            return self._reply(question)
        except ResumeLost as lost:
            return Wrong("resume_lost", str(lost))
        except UnknownAccount as unknown:
            return Wrong("unknown_account", str(unknown))
        except PlatformAway as away:
            return Wrong("away", str(away))

    def _reply(self, question: Question) -> Reply:
        platform = self._platform
        match question:
            case AskFrames():
                wait_s = min(max(question.wait_s, 0.0), WAIT_S_MAX)
                frames, last = platform.frames(question.after, wait_s=wait_s)
                return FramesAre(frames, last)
            case AskAct():
                return _said(list(platform.act(commands_in(question))))
            case AskActInTurn():
                return _said(platform.act_in_turn(turns_in(question)))
            case AskTrade():
                return _said(platform.trade(request_in(question)))
            case AskSnapshot():
                return _said(platform.snapshot(question.account))
            case AskFor():
                lists = {
                    "capabilities": platform.capabilities,
                    "groups": platform.groups,
                    "instruments": platform.instruments,
                    "accounts": platform.accounts,
                }
                return _said(lists[question.what]())


def _said(value: object) -> Said:
    return Said(msgspec.Raw(encode(value)))


def _heard(connection: socket.socket) -> Question | None:
    """The next question; None at the end. Raises ``OSError`` and ``NotAFrame``."""
    head = received(connection, LENGTH_BYTES)
    return None if head is None else question_of(received(connection, length_of(head)) or b"")


def received(connection: socket.socket, count: int) -> bytes | None:
    """So many bytes; None where the other side hung up before. Raises ``OSError``."""
    found = bytearray()
    while len(found) < count:
        part = connection.recv(min(count - len(found), 1 << 20))
        if not part:
            return None
        found += part
    return bytes(found)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it was gone before
        connection.shutdown(socket.SHUT_RDWR)
