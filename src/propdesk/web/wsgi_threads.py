"""Django, which answers in threads, behind a server that speaks ASGI.

It must not hold a thread for a slow line: a body is read before, and an answer sent after, the
thread's work, except for an answer too large to be kept.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import IO, Any, TypeAlias

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Wsgi: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
Headers: TypeAlias = list[tuple[bytes, bytes]]

MEMORY_BYTES_MAX = 1_000_000


class ClientLeft(Exception):
    """The client has gone before its body was there. Nothing is answered."""


@dataclass(slots=True)
class Answered:
    """What the application said; ``body`` is what was not sent already."""

    status: int = 0
    headers: Headers | None = None
    body: bytes = b""
    is_begun: bool = False


class InThreads:
    """Runs ``application`` in at most ``threads`` threads.

    A body longer than ``body_bytes_max`` is not read: the application refuses it by the length
    that the request states.
    """

    def __init__(self, application: Wsgi, *, threads: int, body_bytes_max: int) -> None:
        self._application = application
        self._body_bytes_max = body_bytes_max
        self._threads = ThreadPoolExecutor(threads, "view")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with tempfile.SpooledTemporaryFile(MEMORY_BYTES_MAX) as body, suppress(ClientLeft):
            if stated_length(scope) <= self._body_bytes_max:
                await _read(receive, body)
            body.seek(0)
            loop = asyncio.get_running_loop()

            def stream(message: Message) -> None:
                asyncio.run_coroutine_threadsafe(_sent(send, message), loop).result()

            answered = await loop.run_in_executor(
                self._threads, self._run, _environ(scope, body), stream
            )
            await _finish(answered, send)

    async def collected(self, scope: Scope) -> Answered:
        """The whole answer to a request without a body."""
        loop = asyncio.get_running_loop()
        with tempfile.SpooledTemporaryFile() as nothing:
            return await loop.run_in_executor(
                self._threads, self._run, _environ(scope, nothing), None
            )

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _run(self, environ: dict[str, Any], stream: Callable[[Message], None] | None) -> Answered:
        """In a thread, from the first byte to the last: what Django keeps of a request is the
        thread's. What grows beyond memory is handed on as it comes."""
        answered = Answered()
        kept: list[bytes] = []
        size = 0

        def start(status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
            answered.status = int(status.split(" ", 1)[0])
            answered.headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers
            ]

        chunks = self._application(environ, start)
        try:
            for chunk in chunks:
                kept.append(chunk)
                size += len(chunk)
                if stream is not None and size > MEMORY_BYTES_MAX:
                    if not answered.is_begun:
                        answered.is_begun = True
                        stream(_start(answered))
                    stream(_part(b"".join(kept), more=True))
                    kept, size = [], 0
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()
        answered.body = b"".join(kept)
        return answered


def stated_length(scope: Scope) -> int:
    """What the request says its body is long; 0 where it says nothing that can be read."""
    for name, value in scope["headers"]:
        if name.lower() == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


async def _read(receive: Receive, body: IO[bytes]) -> None:
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientLeft
        body.write(message.get("body", b""))
        more = message.get("more_body", False)


async def _finish(answered: Answered, send: Send) -> None:
    if not answered.is_begun:
        await send(_start(answered))
    await send(_part(answered.body, more=False))


async def _sent(send: Send, message: Message) -> None:
    await send(message)


def _start(answered: Answered) -> Message:
    return {
        "type": "http.response.start",
        "status": answered.status,
        "headers": answered.headers or [],
    }


def _part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


def _environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw, value in scope["headers"]:
        name = raw.decode("latin-1")
        if "_" in name:  # X_Name and X-Name would be one: a way to forge what a proxy sets
            continue
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        text = value.decode("latin-1")
        joint = "; " if key == "HTTP_COOKIE" else ","
        environ[key] = f"{environ[key]}{joint}{text}" if key in environ else text
    return environ
