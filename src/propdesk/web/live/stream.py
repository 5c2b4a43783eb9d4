"""The address of the changes: server-sent events for whoever may see the page they belong to.

It must not decide who may: Django answers the same address first, with all that guards a page.
"""

import asyncio
import json
import logging
from urllib.parse import parse_qsl

from propdesk.web.live.asker import Asker, Listener, TooManyLook
from propdesk.web.live.topic import Topic
from propdesk.web.wsgi_threads import Answered, InThreads, Receive, Scope, Send

PATH = "/live/events"
# One's own account: ``/me/accounts/<id>/events``.
OWN_BEGINS, OWN_ENDS = "/me/accounts/", "/events"
# The header by which the view says that its reader may follow the topic.
TOPIC_HEADER = b"x-live-topic"
SEND_S_MAX = 10.0
RETRY_AFTER_S = 15

log = logging.getLogger(__name__)


def is_stream(path: str) -> bool:
    """Whether changes are sent at this address, and not a page."""
    return path == PATH or (path.startswith(OWN_BEGINS) and path.endswith(OWN_ENDS))


class TooSlow(Exception):
    """The client took nothing for ``SEND_S_MAX``. Its connection is given up."""


class Stream:
    """The ASGI application of the addresses of which ``is_stream``."""

    def __init__(self, pages: InThreads, asker: Asker, *, send_s_max: float = SEND_S_MAX) -> None:
        self._pages = pages
        self._asker = asker
        self._send_s_max = send_s_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        permitted = await self._pages.collected(scope)
        asked = dict(permitted.headers or []).get(TOPIC_HEADER)
        if permitted.status != 200 or asked is None or scope["method"] != "GET":
            await _whole(send, permitted)
            return
        topic = Topic.of(dict(parse_qsl(asked.decode())))
        try:
            listener = self._asker.join(topic)
        except TooManyLook as refused:
            await _whole(send, _refusal(str(refused)))
            return
        gone = asyncio.ensure_future(_gone(receive))
        gone.add_done_callback(lambda _done: listener.end())
        try:
            await self._tell(listener, send)
        except TooSlow:
            log.warning("live page: %s is dropped: it takes nothing any more", topic)
        finally:
            self._asker.leave(topic, listener)
            gone.cancel()

    async def _tell(self, listener: Listener, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        while (message := await listener.next()) is not None:
            await self._sent(send, message)
        if listener.why is not None:
            log.info("live page: ended: %s", listener.why)
            said = json.dumps({"bye": listener.why}).encode()
            await self._sent(send, b"data: " + said + b"\n\n")
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _sent(self, send: Send, message: bytes) -> None:
        async def sending() -> None:
            await send({"type": "http.response.body", "body": message, "more_body": True})

        try:
            await asyncio.wait_for(sending(), self._send_s_max)
        except TimeoutError:
            raise TooSlow from None


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _refusal(sentence: str) -> Answered:
    return Answered(
        status=503,
        headers=[
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"retry-after", str(RETRY_AFTER_S).encode()),
        ],
        body=sentence.encode(),
    )


async def _whole(send: Send, answered: Answered) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": answered.status,
            "headers": answered.headers or [],
        }
    )
    await send({"type": "http.response.body", "body": answered.body, "more_body": False})
