"""The simulated platform as another process on this machine sees it: the port over its socket.

Deltas have a connection of their own, so that waiting for some holds no command up. It must not
remember anything: a command whose answer did not come is sent again by the caller.
"""

import socket
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from propdesk.connectors.engine_queries.socket_place import reachable
from propdesk.connectors.simulated_platform.deltas import deltas_of
from propdesk.connectors.simulated_platform.facts import NoFacts, facts_in
from propdesk.connectors.simulated_platform.frames import (
    COMMANDS_MAX,
    LENGTH_BYTES,
    AskFor,
    AskFrames,
    AskSnapshot,
    FramesAre,
    NotAFrame,
    Question,
    Reply,
    Said,
    Wrong,
    act_message,
    framed,
    length_of,
    reply_of,
    trade_message,
    turns_message,
    value_in,
)
from propdesk.connectors.simulated_platform.platform import frame_of, point_of
from propdesk.connectors.simulated_platform.server import received
from propdesk.domain.events import InstrumentDefined
from propdesk.ports.platform import (
    AccountCard,
    AccountSnapshot,
    Answer,
    Batch,
    Capabilities,
    Command,
    Deltas,
    GroupCard,
    Platform,
    PlatformAway,
    ResumeLost,
    ResumePoint,
    UnknownAccount,
)
from propdesk.ports.platform_trading import PlatformTrading, TradeAnswer, TradeRequest

TIMEOUT_S = 30.0


class PlatformClient(Platform, PlatformTrading):
    """Any number of threads may ask; those that act take turns, and so do those that read deltas.

    Raises ``PlatformAway`` where nobody answers within ``timeout_s``, and ``NotAFrame`` for what no
    message can hold.
    """

    def __init__(self, path: Path, *, timeout_s: float = TIMEOUT_S) -> None:
        self._acting = _Connection(path, timeout_s)
        self._reading = _Connection(path, timeout_s)

    def capabilities(self) -> Capabilities:
        found: Capabilities = self._said(AskFor("capabilities"), Capabilities)
        return found

    def groups(self) -> Sequence[GroupCard]:
        found: list[GroupCard] = self._said(AskFor("groups"), list[GroupCard])
        return found

    def instruments(self) -> Sequence[InstrumentDefined]:
        found: list[InstrumentDefined] = self._said(AskFor("instruments"), list[InstrumentDefined])
        return found

    def accounts(self) -> Sequence[AccountCard]:
        found: list[AccountCard] = self._said(AskFor("accounts"), list[AccountCard])
        return found

    def snapshot(self, account: str) -> AccountSnapshot:
        found: AccountSnapshot = self._said(AskSnapshot(account), AccountSnapshot)
        return found

    def deltas(self, after: ResumePoint, *, wait_s: float = 0.0) -> Deltas:
        number = frame_of(after)
        reply = _right(self._reading.asked(AskFrames(number, wait_s), wait_s))
        if not isinstance(reply, FramesAre):
            raise PlatformAway("the platform answered another question")
        try:
            batches = tuple(
                Batch(point_of(frame), tuple(deltas_of(facts_in(body))))
                for frame, body in reply.frames
            )
        except NoFacts as error:
            raise PlatformAway(f"the platform is of another version: {error}") from error
        upto = batches[-1].upto if batches else after
        return Deltas(batches, upto, is_synced=frame_of(upto) >= reply.last)

    def act(self, commands: Sequence[Command]) -> Sequence[Answer]:
        answers: list[Answer] = []
        for begun in range(0, len(commands), COMMANDS_MAX):
            part = commands[begun : begun + COMMANDS_MAX]
            answers += self._said(act_message(part), list[Answer])
        return answers

    def act_in_turn(self, turns: Sequence[Sequence[Command]]) -> Sequence[Sequence[Answer]]:
        """Raises ``NotAFrame`` for more than ``COMMANDS_MAX`` commands."""
        found: list[list[Answer]] = self._said(turns_message(turns), list[list[Answer]])
        return found

    def trade(self, request: TradeRequest) -> TradeAnswer:
        found: TradeAnswer = self._said(trade_message(request), TradeAnswer)
        return found

    def close(self) -> None:
        """Hang up; the next call begins anew."""
        self._acting.close()
        self._reading.close()

    def _said(self, question: Question, kind: Any) -> Any:
        reply = _right(self._acting.asked(question))
        if not isinstance(reply, Said):
            raise PlatformAway("the platform answered another question")
        return value_in(reply.body, kind)


class _Connection:
    """One connection, made when it is needed; one question at a time."""

    def __init__(self, path: Path, timeout_s: float) -> None:
        self._path, self._timeout_s = path, timeout_s
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()

    def asked(self, question: Question, wait_s: float = 0.0) -> Reply:
        """Raises ``PlatformAway``; whether it was done is not known then."""
        frame = framed(question)
        with self._lock:
            try:
                return self._exchanged(frame, self._timeout_s + wait_s)
            except (OSError, EOFError, NotAFrame) as error:
                self._drop()
                raise PlatformAway(f"{self._path.name}: {error}") from error

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _exchanged(self, frame: bytes, timeout_s: float) -> Reply:
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            with reachable(self._path) as name:
                self._socket.connect(name)
        self._socket.settimeout(timeout_s)
        self._socket.sendall(frame)
        head = received(self._socket, LENGTH_BYTES)
        body = None if head is None else received(self._socket, length_of(head))
        if body is None:
            raise EOFError("the platform hung up")
        return reply_of(body)

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _right(reply: Reply) -> Said | FramesAre:
    """The reply, or the port's error that it is."""
    if not isinstance(reply, Wrong):
        return reply
    if reply.error == "resume_lost":
        raise ResumeLost(reply.why)
    if reply.error == "unknown_account":
        raise UnknownAccount(reply.why)
    raise PlatformAway(reply.why)
