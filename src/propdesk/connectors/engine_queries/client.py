"""Asks the engine over its query socket and waits, for a bounded time.

It must not remember an answer: what is known while the engine is away is the caller's to keep.
"""

import contextlib
import socket
import threading
import time
from pathlib import Path

from propdesk.connectors.engine_queries.frames import (
    ANSWER_BYTES_MAX,
    LENGTH_BYTES,
    QUESTION_BYTES_MAX,
    AccountIs,
    Answer,
    AskAccount,
    AskBoard,
    AskCurve,
    AskExposure,
    AskFigures,
    AskOrderCheck,
    BoardIs,
    CurveIs,
    ExposureIs,
    FiguresAre,
    NotAFrame,
    OrderChecked,
    Question,
    Unanswered,
    answer_of,
    framed,
    length_of,
)
from propdesk.connectors.engine_queries.socket_place import reachable
from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.wire.account_figures import AccountFigures, OrderAsked, OrderCheck
from propdesk.wire.live_exposure import ExposurePart
from propdesk.wire.live_state import Board, Curve, LiveAccount

TIMEOUT_S = 1.5


class EngineClient(LiveAccounts):
    """The accounts of the engine that listens on ``path``; one question at a time.

    Any number of threads may ask. A question waits for its turn and for its answer, each for
    ``timeout_s`` at most.
    """

    def __init__(self, path: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._turn = threading.Lock()
        self._connection: socket.socket | None = None

    def board(self, *, limit: int = 50, after: str | None = None, search: str = "") -> Board:
        answer = self._asked(AskBoard(limit=limit, after=after, search=search))
        if isinstance(answer, BoardIs):
            return answer.board
        raise _not_an_answer(answer)

    def account(self, account: str) -> LiveAccount | None:
        answer = self._asked(AskAccount(account=account))
        if isinstance(answer, AccountIs):
            return answer.account
        raise _not_an_answer(answer)

    def curve(self, account: str, *, since: int = 0) -> Curve | None:
        answer = self._asked(AskCurve(account=account, since=since))
        if isinstance(answer, CurveIs):
            return answer.curve
        raise _not_an_answer(answer)

    def figures(self, account: str) -> AccountFigures | None:
        answer = self._asked(AskFigures(account=account))
        if isinstance(answer, FiguresAre):
            return answer.figures
        raise _not_an_answer(answer)

    def check_order(self, account: str, order: OrderAsked) -> OrderCheck | None:
        answer = self._asked(AskOrderCheck(account=account, order=order))
        if isinstance(answer, OrderChecked):
            return answer.check
        raise _not_an_answer(answer)

    def exposure(self, *, begin: int = 0, reporting: str = "USD") -> ExposurePart:
        answer = self._asked(AskExposure(begin=begin, reporting=reporting))
        if isinstance(answer, ExposureIs):
            return answer.part
        raise _not_an_answer(answer)

    def close(self) -> None:
        with self._turn:
            self._hang_up()

    def _asked(self, question: Question) -> Answer:
        try:
            frame = framed(question, QUESTION_BYTES_MAX)
        except NotAFrame as too_long:
            raise ValueError(f"the question is too long: {too_long}") from too_long
        if not self._turn.acquire(timeout=self._timeout_s):
            raise EngineAway(f"other questions had no answer within {self._timeout_s:g} s")
        try:
            return self._exchanged(frame, time.monotonic() + self._timeout_s)
        except TimeoutError as late:
            self._hang_up()
            raise EngineAway(f"no answer within {self._timeout_s:g} s") from late
        except (OSError, NotAFrame) as broken:
            self._hang_up()
            raise EngineAway(_why(broken)) from broken
        finally:
            self._turn.release()

    def _exchanged(self, frame: bytes, until: float) -> Answer:
        """Over the kept connection, or over a new one where the engine was started again."""
        if self._connection is not None:
            with contextlib.suppress(ConnectionError):
                return _exchange(self._connection, frame, until)
            self._hang_up()
        self._connection = self._connect(until)
        return _exchange(self._connection, frame, until)

    def _connect(self, until: float) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _bound(connection, until)
            with reachable(self._path) as name:
                connection.connect(name)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _exchange(connection: socket.socket, frame: bytes, until: float) -> Answer:
    _bound(connection, until)
    connection.sendall(frame)
    head = _received(connection, LENGTH_BYTES, until)
    return answer_of(_received(connection, length_of(head, ANSWER_BYTES_MAX), until))


def _received(connection: socket.socket, length: int, until: float) -> bytes:
    content = bytearray()
    while len(content) < length:
        _bound(connection, until)
        part = connection.recv(min(length - len(content), 1 << 20))
        if not part:
            raise ConnectionResetError("the engine hung up")
        content += part
    return bytes(content)


def _bound(connection: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    connection.settimeout(left)


def _why(broken: Exception) -> str:
    """In words that who reads a page understands; the exception itself is chained."""
    if isinstance(broken, FileNotFoundError | ConnectionRefusedError):
        return "no engine answers: it is still starting, or it is not running"
    return f"no engine answers: the connection to it broke ({type(broken).__name__})"


def _not_an_answer(answer: Answer) -> EngineAway:
    if isinstance(answer, Unanswered):
        return EngineAway(answer.why)
    return EngineAway("the engine answered another question")
