"""The stream: verdicts from the log, none lost and none twice, and only of what one may follow."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from propdesk.domain.instants import micros_of
from propdesk.ports.event_log import Entry
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.ports.memory_log import MemoryLog
from propdesk.web.api.following import tail as tail_module
from propdesk.web.api.following.places import EVENT_ID, event_id_of, places_of
from propdesk.web.api.following.streaming import OF_PERSON_MAX, ApiStream
from propdesk.web.api.following.tail import Tail
from propdesk.web.received import received_at
from propdesk.web.wsgi_threads import Answered, InThreads
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import StatusChanged, VerdictSaid, verdicts_of
from tests.web.apart import run_apart

STREAM = verdicts_of(0)
OWN, FOREIGN = "7000001", "7000002"


class Log:
    """An engine's words in a log."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self._writer = self.log.writer([STREAM], "engine")
        self.said = 0

    def verdict(self, account: str) -> str:
        self.said += 1
        name = f"verdict-{self.said}"
        said = VerdictSaid(
            id=name, account=account, phase="challenge", rule="daily_loss", outcome="fail",
            at=1_000_000 * self.said, observed="94000.00", limit="95000.00", comparison="touch",
            basis="equity", offset=self.said, tick=0, evidence={},
        )  # fmt: skip
        self._writer.append([Entry(STREAM, name, encode(said))])
        return name

    def status(self, account: str, status: str) -> None:
        self.said += 1
        said = StatusChanged(account, "challenge", status, 1_000_000 * self.said, self.said, 0)
        self._writer.append([Entry(STREAM, f"status-{self.said}", encode(said))])

    def tail(self) -> Tail:
        return Tail(self.log.reader, [STREAM], time.monotonic, every_s=0)


@dataclass
class Pages:
    """Django's answer to who asks for the stream."""

    accounts: dict[str, str] = field(default_factory=lambda: {OWN: "an-id"})
    behind: str = ""
    everything: bool = False
    status: int = 200

    async def collected(self, scope: Any) -> Answered:
        del scope
        permit = {
            "person": "p", "everything": self.everything, "accounts": self.accounts,
            "behind": self.behind,
        }  # fmt: skip
        headers = [(b"x-api-stream", json.dumps(permit).encode())]
        return Answered(status=self.status, headers=headers, body=b"")


@dataclass
class Client:
    """What one client of the stream took, until it left."""

    events: list[dict[str, Any]] = field(default_factory=list)
    status: int = 0
    enough: Callable[[list[dict[str, Any]]], bool] = bool
    left: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            return
        for part in message["body"].decode().split("\n\n"):
            lines = dict(each.split(": ", 1) for each in part.splitlines() if ": " in each)
            if "event" in lines:
                told = {"event": lines["event"], "id": lines.get("id")}
                self.events.append({**told, **json.loads(lines["data"])})
        if self.said("place"):
            self.begun.set()
        if self.enough(self.events):
            self.left.set()

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    def said(self, kind: str) -> list[Any]:
        return [each for each in self.events if each["event"] == kind]


def served(log: Log, pages: Pages, engine: Any = None, **paces: float) -> ApiStream:
    accounts = engine or MadeUpAccounts(1, at=micros_of(received_at()))
    return ApiStream(
        cast("InThreads", pages), log.tail(), lambda: accounts,
        **{"look_every_s": 0.01, "asked_again_every_s": 60.0, **paces},
    )  # fmt: skip


async def followed(stream: ApiStream, client: Client) -> Client:
    scope = {"type": "http", "method": "GET", "path": "/api/v1/stream", "headers": []}
    await asyncio.wait_for(stream(scope, client.receive, client.send), 20)
    stream.close()
    return client


def verdicts_until(count: int) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda events: sum(each["event"] == "verdict" for each in events) >= count


def test_who_comes_back_is_told_what_came_since_once() -> None:
    log = Log()
    log.verdict(OWN)  # before anybody follows

    async def first() -> Client:
        client = Client(enough=verdicts_until(2))
        told = asyncio.ensure_future(followed(served(log, Pages()), client))
        await client.begun.wait()
        log.verdict(FOREIGN)
        log.verdict(OWN)
        log.verdict(OWN)
        return await told

    told = run_apart(first()).said("verdict")
    assert [each["id"] for each in told] == ["verdict-3", "verdict-4"]
    assert told[0]["account"] == "an-id"
    log.verdict(OWN)

    async def again(behind: str, count: int) -> list[str]:
        client = Client(enough=verdicts_until(count))
        await followed(served(log, Pages(behind=behind)), client)
        return [each["id"] for each in client.said("verdict")]

    # The id of an event is the place behind it: v1.3 is behind the third record.
    assert run_apart(again("v1.3", 2)) == ["verdict-4", "verdict-5"]
    assert run_apart(again("v1.0", 4)) == ["verdict-1", "verdict-3", "verdict-4", "verdict-5"]


def test_an_event_bears_the_place_behind_it_and_equity_bears_none() -> None:
    log = Log()
    engine = MadeUpAccounts(1, at=micros_of(received_at()))
    name = engine.board().rows[0].account

    async def follow() -> Client:
        client = Client()
        client.enough = lambda _all: bool(client.said("equity") and client.said("status"))
        told = asyncio.ensure_future(
            followed(served(log, Pages(accounts={name: "an-id"}), engine), client)
        )
        await client.begun.wait()
        log.verdict(FOREIGN)
        log.status(name, "breached")
        return await told

    client = run_apart(follow())
    raw = client.events
    assert client.said("status")[0]["status"] == "breached"
    (equity,) = client.said("equity")
    assert (equity["account"], equity["id"]) == ("an-id", None)
    assert {"equity", "room", "floor", "rule"} <= equity.keys()
    assert raw[0]["event"] == "place"
    assert raw[0]["id"] == "v1.0"


def test_staff_follow_the_verdicts_of_everybody() -> None:
    log = Log()
    log.verdict(FOREIGN)
    client = Client(enough=verdicts_until(1))
    pages = Pages(accounts={}, behind="v1.0", everything=True)
    told = run_apart(followed(served(log, pages), client)).said("verdict")
    assert [(each["name"], each["account"]) for each in told] == [(FOREIGN, None)]


def test_whose_leave_ends_is_told_no_more() -> None:
    log = Log()
    pages = Pages()

    async def follow() -> Client:
        client = Client(enough=lambda _events: False)
        told = asyncio.ensure_future(followed(served(log, pages, asked_again_every_s=0.05), client))
        await client.begun.wait()
        pages.status = 401
        return await told

    assert run_apart(follow()).status == 200


def test_the_server_stops_without_waiting_for_its_clients() -> None:
    log = Log()

    async def follow() -> Client:
        stream, client = served(log, Pages()), Client(enough=lambda _events: False)
        told = asyncio.ensure_future(followed(stream, client))
        await client.begun.wait()
        stream.stop()
        return await told

    assert run_apart(follow()).said("place")


def test_one_person_follows_a_few_streams_at_a_time() -> None:
    log = Log()

    async def follow() -> int:
        stream = served(log, Pages())
        scope = {"type": "http", "method": "GET", "path": "/api/v1/stream", "headers": []}
        clients = [Client(enough=lambda _events: False) for _ in range(OF_PERSON_MAX)]
        running = [
            asyncio.ensure_future(stream(scope, each.receive, each.send)) for each in clients
        ]
        for each in clients:
            await each.begun.wait()
        late = Client()
        await stream(scope, late.receive, late.send)
        stream.stop()
        await asyncio.gather(*running)
        stream.close()
        return late.status

    assert run_apart(follow()) == 429


@pytest.mark.parametrize("kept", [1, 3, 100])
def test_what_is_kept_of_the_log_changes_nothing(
    kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read by one who is always in front, one who is behind, and one who comes late."""
    monkeypatch.setattr(tail_module, "KEPT_MAX", kept)
    log, places = Log(), {"front": 0, "slow": 0, "late": 0}
    tail = log.tail()
    told: dict[str, list[int]] = {name: [] for name in places}

    def read(name: str) -> None:
        for each in tail.behind({STREAM: places[name]}):
            places[name] = each.offset
            told[name].append(each.offset)

    for round_ in range(1, 13):
        log.verdict(OWN)
        log.verdict(FOREIGN)
        read("front")
        if round_ % 5 == 0:
            read("slow")
    for _ in range(30):
        for name in places:
            read(name)
    assert all(each == list(range(1, 25)) for each in told.values())


def test_an_id_names_a_place_in_each_stream() -> None:
    assert EVENT_ID.fullmatch("v1.12")
    for none in ("12", "v1", "v1.", "v1.x", "v2.1", "v1.1234567890123456789"):
        assert not EVENT_ID.fullmatch(none)
    places = {"a": 3, "b": 0}
    assert places_of(event_id_of(places, ("a", "b")), ("a", "b")) == places
    assert places_of("v1.3", ("a", "b")) is None
