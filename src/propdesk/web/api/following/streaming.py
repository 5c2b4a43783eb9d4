"""The address of the stream: Django says who may follow what, and this sends it.

It must not decide who may: the same address is asked of Django first, and again while it lasts.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from propdesk.ports.event_log import EventLogError, OffsetGone
from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.web.api.following import telling
from propdesk.web.api.following.places import (
    PERMIT_HEADER,
    Permit,
    event_id_of,
    places_of,
)
from propdesk.web.api.following.tail import Tail
from propdesk.web.api.problems import Refused, answer_of
from propdesk.web.live.stream import SEND_S_MAX, TooSlow
from propdesk.web.wsgi_threads import Answered, InThreads, Receive, Scope, Send

PATH = "/api/v1/stream"
LOOK_EVERY_S = 0.25
EQUITY_EVERY_S = 1.0
EQUITIES_MAX = 20
"""Of whose equity one client is told; verdicts are told of all he follows."""
ASKED_AGAIN_EVERY_S = 30.0
BEAT_EVERY_S = 10.0
CLIENTS_MAX = 200
OF_PERSON_MAX = 5
RETRY_AFTER_S = 15

Result = TypeVar("Result")
log = logging.getLogger(__name__)


class ApiStream:
    """The ASGI application of ``PATH``."""

    def __init__(
        self,
        pages: InThreads,
        tail: Tail,
        accounts: Callable[[], LiveAccounts],
        *,
        look_every_s: float = LOOK_EVERY_S,
        asked_again_every_s: float = ASKED_AGAIN_EVERY_S,
    ) -> None:
        self._pages = pages
        self._tail = tail
        self._accounts = accounts
        self._look_every_s = look_every_s
        self._asked_again_every_s = asked_again_every_s
        self._log_thread = ThreadPoolExecutor(1, "api-tail")
        self._engine_thread = ThreadPoolExecutor(1, "api-equity")
        self._followers: Counter[str] = Counter()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End every stream: the server waits for them."""
        self._stopping.set()

    def close(self) -> None:
        self._log_thread.submit(self._tail.close)
        self._log_thread.shutdown(wait=False)
        self._engine_thread.shutdown(wait=False, cancel_futures=True)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = await self._pages.collected(scope)
        permit = _permit_of(answered)
        if permit is None or scope["method"] != "GET":
            await _whole(send, answered)
            return
        refused = self._full(permit)
        if refused is not None:
            await _whole(send, _as_answered(refused))
            return
        self._followers[permit.person] += 1
        gone: asyncio.Future[Any] = asyncio.ensure_future(_gone(receive))
        try:
            await _Following(self, scope, permit, send).run(gone)
        except TooSlow:
            log.warning("api stream: a client is dropped: it takes nothing any more")
        finally:
            self._followers[permit.person] -= 1
            gone.cancel()

    def _full(self, permit: Permit) -> Refused | None:
        wait = {"Retry-After": str(RETRY_AFTER_S)}
        if self._stopping.is_set() or self._followers.total() >= CLIENTS_MAX:
            return Refused(503, "too_many_streams", "No further stream is served.", headers=wait)
        if self._followers[permit.person] >= OF_PERSON_MAX:
            says = f"At most {OF_PERSON_MAX} streams at a time."
            return Refused(429, "too_many_streams", says, headers=wait)
        return None

    async def read_log(self, read: Callable[[Tail], Result]) -> Result:
        """In the tail's own thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._log_thread, read, self._tail)

    async def equities(self, followed: Mapping[str, str]) -> list[dict[str, Any]]:
        """Of the accounts the engine holds; none while it is away."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._engine_thread, self._asked, followed)

    def _asked(self, followed: Mapping[str, str]) -> list[dict[str, Any]]:
        found = []
        try:
            for name, account in list(followed.items())[:EQUITIES_MAX]:
                live = self._accounts().account(name)
                if live is not None:
                    found.append(telling.equity(live, account))
        except EngineAway:
            return found
        return found

    async def permitted_still(self, scope: Scope) -> Permit | None:
        return _permit_of(await self._pages.collected(scope))

    @property
    def paces(self) -> tuple[float, float]:
        """How often is looked, and how often Django is asked again, in seconds."""
        return self._look_every_s, self._asked_again_every_s

    @property
    def is_stopping(self) -> asyncio.Event:
        return self._stopping


class _Following:
    """One client: where it is in the log, and what it was told last."""

    def __init__(self, stream: ApiStream, scope: Scope, permit: Permit, send: Send) -> None:
        self._stream = stream
        self._scope = scope
        self._permit = permit
        self._send = send
        self._places: dict[str, int] = {}
        self._streams: tuple[str, ...] = ()
        self._equity: dict[str, dict[str, Any]] = {}
        now = time.monotonic()
        self._equity_at, self._sent_at, self._asked_at = 0.0, now, now

    async def run(self, gone: "asyncio.Future[Any]") -> None:
        """Until the client has gone, may follow no more, or the server stops."""
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await self._send({"type": "http.response.start", "status": 200, "headers": headers})
        look_every_s, _ = self._stream.paces
        stopping: asyncio.Future[Any] = asyncio.ensure_future(self._stream.is_stopping.wait())
        try:
            while not gone.done() and not stopping.done() and await self._may_still():
                await self._look()
                await asyncio.wait(
                    {gone, stopping}, timeout=look_every_s, return_when=asyncio.FIRST_COMPLETED
                )
        finally:
            stopping.cancel()
        if not gone.done():
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _may_still(self) -> bool:
        _, every_s = self._stream.paces
        now = time.monotonic()
        if now - self._asked_at < every_s:
            return True
        self._asked_at = now
        permit = await self._stream.permitted_still(self._scope)
        if permit is not None:
            self._permit = permit
        return permit is not None

    async def _look(self) -> None:
        await self._tell_what_was_said()
        now = time.monotonic()
        if self._permit.accounts and now - self._equity_at >= EQUITY_EVERY_S:
            self._equity_at = now
            for told in await self._stream.equities(self._permit.accounts):
                if self._equity.get(told["name"]) != told:
                    self._equity[told["name"]] = told
                    await self._say(telling.event("equity", told))
        if now - self._sent_at >= BEAT_EVERY_S:
            await self._say(telling.BEAT)

    async def _tell_what_was_said(self) -> None:
        """Everything behind the client's place. The place is told with each event, and after
        records of others: who comes back goes on there, and nothing is lost or told twice."""
        try:
            if not self._places:
                await self._begin()
            told = await self._stream.read_log(lambda tail: tail.behind(self._places))
        except OffsetGone:
            self._places = await self._stream.read_log(lambda tail: tail.oldest())
            says = "What came behind this place is kept no more. Read the accounts anew."
            await self._say(telling.event("gone", {"sentence": says}, self._id()))
            return
        except EventLogError as error:
            log.warning("api stream: the log does not answer: %s", error)
            return
        for each in told:
            self._places[each.stream] = each.offset
            if each.said is not None and self._permit.concerns(each.said.account):
                account = self._permit.accounts.get(each.said.account)
                await self._say(telling.said_event(each.said, account, self._id()))

    async def _begin(self) -> None:
        """At the id the client brought; without one, behind everything said so far."""
        tail_streams = await self._stream.read_log(lambda tail: tail.streams)
        behind = self._permit.behind
        places = places_of(behind, tail_streams) if behind else None
        newest = await self._stream.read_log(lambda tail: tail.newest())
        if places is None or any(places[each] > newest[each] for each in tail_streams):
            places = newest
        self._places = places
        self._streams = tail_streams
        await self._say(telling.event("place", {"follows": len(self._permit.accounts)}, self._id()))

    def _id(self) -> str:
        return event_id_of(self._places, self._streams)

    async def _say(self, message: bytes) -> None:
        async def sending() -> None:
            await self._send({"type": "http.response.body", "body": message, "more_body": True})

        self._sent_at = time.monotonic()
        try:
            await asyncio.wait_for(sending(), SEND_S_MAX)
        except TimeoutError:
            raise TooSlow from None


def _permit_of(answered: Answered) -> Permit | None:
    said = dict(answered.headers or []).get(PERMIT_HEADER.lower().encode())
    return None if answered.status != 200 or said is None else Permit.read(said.decode())


def _as_answered(refused: Refused) -> Answered:
    response = answer_of(refused)
    headers = [(name.lower().encode(), value.encode()) for name, value in response.items()]
    return Answered(status=response.status_code, headers=headers, body=response.content)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _whole(send: Send, answered: Answered) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": answered.status,
            "headers": answered.headers or [],
        }
    )
    await send({"type": "http.response.body", "body": answered.body, "more_body": False})
