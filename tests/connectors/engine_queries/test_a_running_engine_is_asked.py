"""A client asks through the socket what the engine's loop answers between two batches."""

import socket
import stat
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import pytest

from propdesk.connectors.engine_queries.client import EngineClient
from propdesk.connectors.engine_queries.frames import (
    QUESTION_BYTES_MAX,
    AskAccount,
    NotAFrame,
    framed,
    length_of,
    question_of,
)
from propdesk.connectors.engine_queries.hand_over import HandOver, TooManyQuestions
from propdesk.connectors.engine_queries.server import QueryServer, SocketTaken
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.engine.live_answers import LOOKED_AT_MAX
from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.wire.live_state import Board

MINUTE = 60_000_000


class Counted(MadeUpAccounts):
    """Counts the boards it was asked for."""

    boards = 0

    def board(self, **asked: Any) -> Board:
        self.boards += 1
        return super().board(**asked)


class Loop:
    """An engine's loop that does nothing but answer."""

    def __init__(self, accounts: Counted) -> None:
        self.accounts = accounts
        self.woken = threading.Event()
        self.hand_over = HandOver(wake=self.woken.set)
        self.paused = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.is_set():
            self.woken.wait(0.01)
            self.woken.clear()
            while not self.paused.is_set() and self.hand_over.answer(self.accounts):
                pass


def told(accounts: LiveAccounts, name: str) -> Any:
    return accounts.account(name)


@pytest.fixture
def path(short_home: Path) -> Path:
    return socket_path(short_home)


@pytest.fixture
def loop() -> Iterator[Loop]:
    with Loop(Counted(8)) as running:
        yield running


@pytest.fixture
def client(path: Path) -> Iterator[EngineClient]:
    asking = EngineClient(path)
    yield asking
    asking.close()


def test_every_question_is_answered_as_if_asked_directly(path, loop, client):
    loop.accounts.move(MINUTE, ticks=50)
    with QueryServer(path, loop.hand_over):
        assert client.board() == loop.accounts.board()
        second = client.board(limit=3, after=client.board(limit=3).next)
        assert [row.account for row in second.rows] == [
            row.account for row in loop.accounts.board().rows[3:6]
        ]
        assert [row.account for row in client.board(search="a004").rows] == ["A004"]
        assert client.account("A001") == loop.accounts.account("A001")
        assert client.account("nobody") is None
        assert client.curve("A001", since=MINUTE) == loop.accounts.curve("A001", since=MINUTE)
        assert client.curve("nobody") is None


def test_a_verdict_crosses_the_socket(path, loop, client):
    (held, _) = told(loop.accounts, "A001").positions
    loop.accounts.quote(held.symbol, Decimal(held.failing_price), MINUTE)
    with QueryServer(path, loop.hand_over):
        found = told(client, "A001")
        assert found.row.status == "breached"
        assert [each["outcome"] for each in found.verdicts] == ["fail"]
        assert "A001" in {each.account for each in client.board().latest}


def test_only_the_owner_may_ask_and_nothing_is_left_behind(path, loop):
    with QueryServer(path, loop.hand_over):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def test_without_an_engine_the_client_says_so(path, client):
    with pytest.raises(EngineAway, match="no engine answers"):
        client.board()


def test_an_engine_that_has_no_moment_is_not_waited_for(path, loop, client):
    loop.paused.set()
    with QueryServer(path, loop.hand_over, patience_s=0.1):
        before = time.monotonic()
        with pytest.raises(EngineAway, match=r"no moment within 0\.1 s"):
            client.board()
        assert time.monotonic() - before < 1
        loop.paused.clear()
        assert client.board().accounts == 8
        assert loop.accounts.boards == 1, "the withdrawn question costs the engine no work"


def test_a_server_that_says_nothing_is_given_up(path):
    with socket.socket(socket.AF_UNIX) as mute:
        path.parent.mkdir(exist_ok=True)
        mute.bind(str(path))
        mute.listen()
        asking = EngineClient(path, timeout_s=0.1)
        with pytest.raises(EngineAway, match=r"no answer within 0\.1 s"):
            asking.board()
        path.unlink()


def test_many_who_wait_for_a_mute_server_do_not_wait_for_each_other(path):
    with socket.socket(socket.AF_UNIX) as mute, ThreadPoolExecutor(8) as many:
        path.parent.mkdir(exist_ok=True)
        mute.bind(str(path))
        mute.listen()
        asking = EngineClient(path, timeout_s=0.5)
        begun = time.monotonic()
        for each in [many.submit(asking.board) for _ in range(8)]:
            with pytest.raises(EngineAway):
                each.result()
        assert time.monotonic() - begun < 3, "one after the other is 4 s"
        path.unlink()


def test_an_engine_started_again_is_found_by_the_same_client(path, loop, client):
    with QueryServer(path, loop.hand_over):
        client.board()
    with pytest.raises(EngineAway):
        client.board()
    with QueryServer(path, loop.hand_over):
        assert client.board().accounts == 8


def test_a_kept_connection_that_broke_is_made_anew_without_a_word(path, loop, client):
    with QueryServer(path, loop.hand_over):
        client.board()
    with QueryServer(path, loop.hand_over):
        assert client.board().accounts == 8


def test_what_the_engine_raises_reaches_the_asker_and_ends_nothing(path, loop, client, monkeypatch):
    with QueryServer(path, loop.hand_over):
        loop.accounts.away = "it reads its snapshot"
        with pytest.raises(EngineAway, match="it reads its snapshot"):
            client.board()
        loop.accounts.away = None
        monkeypatch.setattr(loop.accounts, "account", None)
        with pytest.raises(EngineAway, match="its log says why"):
            client.account("A001")
        assert client.board().accounts == 8


def test_a_second_engine_is_refused_and_a_killed_ones_socket_is_taken_over(path, loop, client):
    with (
        QueryServer(path, loop.hand_over),
        pytest.raises(SocketTaken),
    ):
        QueryServer(path, loop.hand_over).start()
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind(str(path))
    assert path.exists()
    with QueryServer(path, loop.hand_over):
        assert client.board().accounts == 8


def test_who_holds_the_lease_takes_the_socket_and_the_one_before_leaves_it_alone(
    path, loop, client
):
    frozen = QueryServer(path, HandOver())  # nobody answers what it hears
    frozen.start()
    with QueryServer(path, loop.hand_over, takes_over=True):
        assert client.board().accounts == 8
        frozen.stop()  # it woke, and is fenced
        client.close()
        assert client.board().accounts == 8
    assert not path.exists()


def test_a_path_too_long_for_a_socket_is_reached(tmp_path, loop):
    deep = tmp_path / ("d" * 120) / "run" / "engine-queries.sock"
    with QueryServer(deep, loop.hand_over):
        asking = EngineClient(deep)
        assert asking.board().accounts == 8
        asking.close()


@pytest.mark.parametrize(
    "sent",
    [
        (1_000_000).to_bytes(4, "big"),
        (3).to_bytes(4, "big") + b"\xc1\xc1\xc1",
        framed(AskAccount(account="x" * 201), QUESTION_BYTES_MAX),
    ],
    ids=["too long", "no message", "a name too long"],
)
def test_who_does_not_speak_the_protocol_is_hung_up_on(path, loop, client, sent):
    with QueryServer(path, loop.hand_over), socket.socket(socket.AF_UNIX) as stranger:
        stranger.settimeout(5)
        stranger.connect(str(path))
        stranger.sendall(sent)
        assert stranger.recv(1) == b""
        assert client.board().accounts == 8
    assert loop.accounts.boards == 1


def test_connections_are_bounded(path, loop):
    with QueryServer(path, loop.hand_over, connections_max=1):
        first, second = EngineClient(path), EngineClient(path)
        assert first.board().accounts == 8
        with pytest.raises(EngineAway):
            second.board()
        assert first.board().accounts == 8
        first.close()
        second.close()


def test_questions_that_wait_are_bounded_and_answered_in_order():
    hand_over = HandOver(waiting_max=2)
    first = hand_over.ask(AskAccount(account="A001"))
    second = hand_over.ask(AskAccount(account="A002"))
    with pytest.raises(TooManyQuestions):
        hand_over.ask(AskAccount(account="A003"))
    accounts = MadeUpAccounts(3)
    assert hand_over.answer(accounts) == 1
    assert first.done()
    assert not second.done()
    assert hand_over.answer(accounts, at_most=9) == 1
    assert hand_over.answer(accounts) == 0


def test_a_frame_is_refused_by_its_length_before_it_is_read():
    with pytest.raises(NotAFrame):
        length_of((QUESTION_BYTES_MAX + 1).to_bytes(4, "big"), QUESTION_BYTES_MAX)
    with pytest.raises(NotAFrame):
        framed(AskAccount(account="x" * QUESTION_BYTES_MAX), QUESTION_BYTES_MAX)
    with pytest.raises(NotAFrame):
        question_of(b"\x80")


def test_a_board_may_ask_for_all_that_the_engine_looks_at(path, loop, client):
    with QueryServer(path, loop.hand_over):
        assert len(client.board(limit=LOOKED_AT_MAX).rows) == 8
        with pytest.raises(EngineAway):
            client.board(limit=LOOKED_AT_MAX + 1)
