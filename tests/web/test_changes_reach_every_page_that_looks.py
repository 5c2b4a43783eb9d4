"""The asker and its stream: one question however many look, only changes, and bounds that hold."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, cast

import pytest

from propdesk.domain.instants import micros_of
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live.asker import WAITING_MAX, Asker, Listener, TooManyLook
from propdesk.web.live.stream import Stream
from propdesk.web.live.topic import Topic
from propdesk.web.received import received_at
from propdesk.web.wsgi_threads import Answered, InThreads
from tests.soon import SOON
from tests.web.apart import run_apart

BOARD = Topic(None)
EVERY_S = 0.01


class Counted(MadeUpAccounts):
    """Counts what it is asked."""

    boards = 0
    accounts_asked = 0

    def board(self, **asked: Any) -> Any:
        self.boards += 1
        return super().board(**asked)

    def account(self, account: str) -> Any:
        self.accounts_asked += 1
        return super().account(account)


def made_up() -> Counted:
    return Counted(8, at=micros_of(received_at()))


def asker_of(engine: MadeUpAccounts, **bounds: Any) -> Asker:
    return Asker(lambda: engine, received_at, **{"every_s": EVERY_S, **bounds})


async def told(listener: Listener) -> dict[str, Any]:
    message = await asyncio.wait_for(listener.next(), 5)
    assert message is not None
    return dict(json.loads(message.removeprefix(b"data: ")))


async def told_until(listener: Listener, fits: Callable[[dict[str, Any]], object]) -> Any:
    while True:
        said = await told(listener)
        if fits(said):
            return said


def test_many_look_and_the_engine_is_asked_once_a_round():
    async def many() -> None:
        engine = made_up()
        begun = time.monotonic()
        asker = asker_of(engine, every_s=0.05)
        listeners = [asker.join(BOARD) for _ in range(300)]
        for each in listeners:
            assert "A001.equity" in (await told(each))["cells"]
        await asyncio.sleep(0.5)
        rounds = (time.monotonic() - begun) / 0.05 + 1
        assert 2 <= engine.boards <= rounds, "one question a round, not three hundred"
        assert asker.clients == 300
        asker.stop()

    run_apart(many())


def test_only_what_changed_is_sent():
    async def changed() -> None:
        engine = made_up()
        asker = asker_of(engine)
        listener = asker.join(Topic("A001"))
        whole = await told(listener)
        assert whole["parts"].keys() >= {"positions", "limits", "goals", "verdicts"}
        held = engine.account("A001").positions[0]
        engine.quote(held.symbol, Decimal(held.price) + 1, micros_of(received_at()))
        said = await told_until(listener, lambda each: each.get("cells"))
        assert f"position.{held.position}.price" in said["cells"]
        assert "size" not in said["cells"]
        assert "position.P11.price" not in said["cells"]
        assert not said.get("parts", {}).keys() & {"positions", "goals"}
        asker.stop()

    run_apart(changed())


def test_a_new_order_of_the_board_sends_the_order_and_draws_no_row_anew():
    async def ordered() -> None:
        engine = made_up()
        asker = asker_of(engine)
        listener = asker.join(BOARD)
        whole = await told(listener)
        assert set(whole["orders"]["rows"]) == {f"row-A00{number}" for number in range(1, 9)}
        first = engine.board().rows[0].account
        held = engine.account("A001").positions[0]
        fails, price = Decimal(held.failing_price), Decimal(held.price)
        engine.quote(held.symbol, fails + (price - fails) / 50, micros_of(received_at()))
        assert engine.board().rows[0].account != first
        said = await told_until(listener, lambda each: each.get("orders"))
        assert said["orders"]["rows"] == [f"row-{row.account}" for row in engine.board().rows]
        assert "rows" not in said.get("parts", {})
        asker.stop()

    run_apart(ordered())


def test_a_quiet_market_is_told_by_heartbeats_alone(monkeypatch):
    monkeypatch.setattr("propdesk.web.live.asker.BEAT_EVERY_S", 0.1)

    async def quiet() -> None:
        asker = asker_of(made_up())
        listener = asker.join(BOARD)
        await told(listener)
        begun = time.monotonic()
        beats = [await told(listener) for _ in range(3)]
        assert time.monotonic() - begun > 0.15
        assert all(set(beat) == {"away", "asof", "age_ms"} for beat in beats)
        assert [beat["age_ms"] for beat in beats] == sorted(beat["age_ms"] for beat in beats)
        asker.stop()

    run_apart(quiet())


@pytest.mark.parametrize("within_s", SOON)
def test_a_breach_is_told_to_the_board_within_a_second(within_s):
    async def breached() -> None:
        engine = made_up()
        asker = asker_of(engine, every_s=0.25)
        listener = asker.join(Topic(None, search="A008"))
        await told(listener)
        held = engine.account("A001").positions[0]
        begun = time.monotonic()
        engine.quote(held.symbol, Decimal(held.failing_price), micros_of(received_at()))
        said = await told_until(listener, lambda each: each.get("parts", {}).get("alarms"))
        assert time.monotonic() - begun < within_s
        assert "A001" in said["parts"]["alarms"]
        assert said["cells"]["A001.status"] == "breached"
        asker.stop()

    run_apart(breached())


def test_the_engine_goes_away_and_comes_back():
    async def away() -> None:
        engine = made_up()
        asker = asker_of(engine)
        one, other = asker.join(BOARD), asker.join(Topic("A001"))
        await told(one)
        engine.away = "it reads its snapshot"
        for each in (one, other):
            said = await told_until(each, lambda told: told["away"])
            assert said["away"] == "it reads its snapshot"
            assert said["asof"], "the figures stay, with their moment"
        engine.away = None
        for each in (one, other):
            await told_until(each, lambda told: told["away"] is None)
        asker.stop()

    run_apart(away())


def test_who_comes_while_the_engine_is_away_is_told_so_and_gets_everything_later():
    async def late() -> None:
        engine = made_up()
        engine.away = "it is not there"
        asker = asker_of(engine)
        listener = asker.join(BOARD)
        assert (await told(listener))["away"] == "it is not there"
        engine.away = None
        said = await told_until(listener, lambda each: each.get("cells"))
        assert "A001.equity" in said["cells"]
        assert said["parts"]["rows"]
        asker.stop()

    run_apart(late())


def test_a_failing_look_is_told_and_ends_nothing(monkeypatch):
    async def failing() -> None:
        engine = made_up()
        asker = asker_of(engine)
        monkeypatch.setattr(engine, "account", None)
        broken, board = asker.join(Topic("A001")), asker.join(BOARD)
        assert "could not be shown" in (await told(broken))["away"]
        assert (await told(board))["cells"]
        asker.stop()

    run_apart(failing())


def test_a_change_that_cannot_be_told_ends_its_pages_alone(monkeypatch):
    async def failing() -> None:
        asker = asker_of(made_up())
        board, account = asker.join(BOARD), asker.join(Topic("A001"))
        await told(board)
        untold = asker._tell

        def fails_for_accounts(watched: Any, *more: Any) -> None:
            if watched.topic.account:
                raise RuntimeError
            untold(watched, *more)

        monkeypatch.setattr(asker, "_tell", fails_for_accounts)
        await account.next()
        while await account.next():
            pass
        assert account.why == "a change could not be told"
        assert not board.is_ended
        asker.stop()

    run_apart(failing())


def test_nobody_looks_and_nothing_is_asked():
    async def nobody() -> None:
        engine = made_up()
        asker = asker_of(engine)
        listener = asker.join(BOARD)
        await told(listener)
        asker.leave(BOARD, listener)
        await asyncio.sleep(0.1)
        asked = engine.boards
        await asyncio.sleep(0.1)
        assert engine.boards == asked
        assert await told(asker.join(BOARD)), "and the next who comes is served again"
        asker.stop()

    run_apart(nobody())


def test_who_takes_nothing_is_dropped_with_the_reason_and_others_are_not():
    async def slow() -> None:
        engine = made_up()
        asker = asker_of(engine, every_s=0.001)
        slow, quick = asker.join(BOARD), asker.join(BOARD)
        price = Decimal("1.1")
        taken = 0
        while not slow.is_ended:
            price += Decimal("0.00001")
            engine.quote("EURUSD", price, micros_of(received_at()))
            await told(quick)
            taken += 1
            assert taken <= WAITING_MAX + 5
        assert await slow.next() is None
        assert "did not take its changes in time" in str(slow.why)
        assert not quick.is_ended
        asker.stop()

    run_apart(slow())


def test_clients_and_topics_are_bounded():
    async def bounded() -> None:
        asker = asker_of(made_up(), clients_max=3, topics_max=2)
        asker.join(BOARD)
        asker.join(Topic("A001"))
        with pytest.raises(TooManyLook, match="2 different pages are followed live already"):
            asker.join(Topic("A002"))
        asker.join(BOARD)
        with pytest.raises(TooManyLook, match="3 pages are followed live already"):
            asker.join(BOARD)
        asker.stop()
        with pytest.raises(TooManyLook, match="stopping"):
            asker.join(BOARD)

    run_apart(bounded())


# -- the stream -------------------------------------------------------------------------------
class Permitting:
    """Stands for the pages: says of every request what it was made to say."""

    def __init__(self, status: int = 200, topic: bytes | None = b"board") -> None:
        headers = [(b"content-type", b"text/plain")]
        if topic is not None:
            headers.append((b"x-live-topic", topic))
        self.answer = Answered(status=status, headers=headers, body=b"so said")

    async def collected(self, _scope: Any) -> Answered:
        return self.answer


class Client:
    """One connection: keeps what it is sent, and takes it or not."""

    def __init__(self, takes: bool = True) -> None:
        self.sent: list[dict[str, Any]] = []
        self.takes = takes
        self.left = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        if not self.takes and message["type"] == "http.response.body":
            await asyncio.Event().wait()
        self.sent.append(dict(message))

    @property
    def body(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.sent)

    async def until(self, fits: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            while not fits():  # noqa: ASYNC110 (what it waits for is any condition)
                await asyncio.sleep(0.005)


def streamed(client: Client, asker: Asker, pages: Any = None, **bounds: Any) -> Awaitable[None]:
    stream = Stream(cast(InThreads, pages or Permitting()), asker, **bounds)
    scope = {"type": "http", "method": "GET", "path": "/live/events", "headers": []}
    return asyncio.ensure_future(stream(scope, client.receive, client.send))


def test_a_stream_tells_until_its_client_leaves():
    async def leaves() -> None:
        asker, client = asker_of(made_up()), Client()
        running = streamed(client, asker)
        await client.until(lambda: b"A001.equity" in client.body)
        start = dict(client.sent[0]["headers"])
        assert start[b"content-type"].startswith(b"text/event-stream")
        assert start[b"cache-control"] == b"no-store"
        client.left.set()
        await asyncio.wait_for(running, 5)
        assert asker.clients == 0

    run_apart(leaves())


@pytest.mark.parametrize(("status", "topic"), [(403, b"board"), (302, None), (200, None)])
def test_who_may_not_see_the_page_gets_the_pages_own_answer_and_no_stream(status, topic):
    async def refused() -> None:
        engine = made_up()
        asker, client = asker_of(engine), Client()
        await streamed(client, asker, Permitting(status, topic))
        assert client.sent[0]["status"] == status
        assert client.body == b"so said"
        assert engine.boards == 0

    run_apart(refused())


def test_one_too_many_is_refused_with_the_reason():
    async def too_many() -> None:
        asker, client = asker_of(made_up(), clients_max=0), Client()
        await streamed(client, asker)
        assert client.sent[0]["status"] == 503
        assert dict(client.sent[0]["headers"])[b"retry-after"] == b"15"
        assert client.body == b"0 pages are followed live already."

    run_apart(too_many())


def test_a_client_that_takes_nothing_is_given_up_and_leaves_no_trace():
    async def stuck() -> None:
        asker, client = asker_of(made_up()), Client(takes=False)
        await asyncio.wait_for(streamed(client, asker, send_s_max=0.1), 5)
        assert asker.clients == 0

    run_apart(stuck())


def test_a_dropped_client_is_told_why():
    async def dropped() -> None:
        asker, client = asker_of(made_up()), Client()
        running = streamed(client, asker)
        await client.until(lambda: client.body)
        asker.stop()
        await asyncio.wait_for(running, 5)
        assert client.body.endswith(b'data: {"bye": "the server is stopping"}\n\n')
        assert client.sent[-1] == {"type": "http.response.body", "body": b"", "more_body": False}

    run_apart(dropped())
