"""Two hundred traders follow their accounts: one moment of the engine serves all who look at it."""

import asyncio
import json

import pytest

from propdesk.domain.instants import micros_of
from propdesk.web.live.asker import TOPICS_MAX, Asker
from propdesk.web.live.stream import is_stream
from propdesk.web.live.topic import Topic
from propdesk.web.received import received_at
from tests.web.apart import run_apart
from tests.web.test_changes_reach_every_page_that_looks import Counted

CLIENTS = 200


def asker_of(engine: Counted, rounds_s: float) -> Asker:
    return Asker(lambda: engine, received_at, every_s=rounds_s)


def test_one_question_serves_all_who_follow_one_account() -> None:
    async def follow() -> None:
        engine = Counted(8, at=micros_of(received_at()))
        asker = asker_of(engine, 60)  # one round: one moment of the engine
        listeners = [asker.join(Topic("A001")) for _ in range(CLIENTS)]
        told = {await asyncio.wait_for(each.next(), 20) for each in listeners}
        assert len(told) == 1, "the same bytes for all"
        said = json.loads((told.pop() or b"").removeprefix(b"data: "))
        assert "may still be lost today" in said["cells"]["today.room.says"]
        assert engine.accounts_asked == 1
        asker.stop()

    run_apart(follow())


def test_every_trader_is_served_in_one_round_and_asks_once() -> None:
    async def follow() -> None:
        engine = Counted(CLIENTS, at=micros_of(received_at()))
        asker = asker_of(engine, 60)
        listeners = {f"A{no:03}": asker.join(Topic(f"A{no:03}")) for no in range(1, CLIENTS + 1)}
        for name, each in listeners.items():
            message = await asyncio.wait_for(each.next(), 60)
            said = json.loads((message or b"").removeprefix(b"data: "))
            account = engine.account(name)
            assert account is not None
            assert said["cells"]["open"] == str(len(account.positions)), name
        assert engine.accounts_asked == 2 * CLIENTS, "once for each, and once by this test"
        assert CLIENTS < TOPICS_MAX
        asker.stop()

    run_apart(follow())


@pytest.mark.parametrize(
    ("path", "streams"),
    [
        ("/live/events", True),
        ("/me/accounts/01935a00-0000-7000-8000-000000000001/events", True),
        ("/me/accounts/01935a00-0000-7000-8000-000000000001/", False),
        ("/me/events", False),
        ("/live/events/", False),
    ],
)
def test_which_addresses_are_streams(path: str, streams: bool) -> None:
    assert is_stream(path) is streams
