"""Everything the web server serves: ``propdesk.boot.pages_and_streams:application``.

One ASGI root: changes of live pages as server-sent events, everything else by Django in threads.
It must not read settings of its own: the environment was prepared by whoever started the worker.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from django.conf import settings

from propdesk.boot.api_stream import api_stream
from propdesk.boot.pages import application as pages
from propdesk.boot.traded_platforms import provide_platforms
from propdesk.connectors.engine_queries.client import EngineClient
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.storage.event_log import PostgresLog
from propdesk.web import log_source
from propdesk.web.api.following.streaming import PATH as API_PATH
from propdesk.web.live import source
from propdesk.web.live.asker import Asker
from propdesk.web.live.stream import Stream, is_stream
from propdesk.web.protection import FORM_BYTES_MAX
from propdesk.web.received import received_at
from propdesk.web.wsgi_threads import InThreads, Receive, Scope, Send

# Threads that run views: they wait for the database and for judgings.
VIEW_THREADS = 4 * (os.cpu_count() or 1) + 4


class Root:
    """The ASGI application. The streams end when the process is asked to: the server waits for
    every answer that is under way."""

    def __init__(self, in_threads: InThreads, asker: Asker) -> None:
        self._in_threads = in_threads
        self._asker = asker
        self._stream = Stream(in_threads, asker)
        self._api_stream = api_stream(in_threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif is_stream(scope["path"]):
            await self._stream(scope, receive, send)
        elif scope["path"] == API_PATH:
            await self._api_stream(scope, receive, send)
        else:
            await self._in_threads(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        _before_the_server_stops(self._end_streams)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self._end_streams()
        self._api_stream.close()
        self._in_threads.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _end_streams(self) -> None:
        self._asker.stop()
        self._api_stream.stop()


def _before_the_server_stops(end_streams: Callable[[], None]) -> None:
    """Ends the streams on the signal itself. The server has its own handler in the loop, which
    hears of the signal by a pipe whatever is done here; it waits for answers before it tells us.
    """
    loop = asyncio.get_running_loop()

    def stop(_number: int, _frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end_streams)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
        signal.siginterrupt(number, False)


if "PROPDESK_HOME" in os.environ:
    source.provide(EngineClient(socket_path(Path(os.environ["PROPDESK_HOME"]))))
    provide_platforms(Path(os.environ["PROPDESK_HOME"]))
if "PROPDESK_DATABASE_URL" in os.environ:
    log_source.provide(PostgresLog(os.environ["PROPDESK_DATABASE_URL"]).reader)
application = Root(
    InThreads(
        pages,
        threads=VIEW_THREADS,
        body_bytes_max=settings.UPLOAD_BYTES_MAX + FORM_BYTES_MAX,
    ),
    Asker(source.accounts, received_at),
)
