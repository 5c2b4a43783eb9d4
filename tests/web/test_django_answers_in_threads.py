"""The bridge between a server that speaks ASGI and Django, which answers in threads."""

import threading
from collections.abc import Iterable
from typing import Any

import pytest

from propdesk.web.wsgi_threads import MEMORY_BYTES_MAX, InThreads
from tests.web.apart import run_apart

START = [("Content-Type", "text/plain"), ("X-Kept", "yes")]


class Line:
    """A connection: brings its body in pieces, keeps what it is sent."""

    def __init__(self, *pieces: bytes, leaves: bool = False) -> None:
        self._pieces = list(pieces) or [b""]
        self._leaves = leaves
        self.sent: list[dict[str, Any]] = []
        self.received = 0

    async def receive(self) -> dict[str, Any]:
        self.received += 1
        if not self._pieces:
            return {"type": "http.disconnect"}
        body = self._pieces.pop(0)
        more = bool(self._pieces) or self._leaves
        return {"type": "http.request", "body": body, "more_body": more}

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))

    @property
    def body(self) -> bytes:
        return b"".join(each.get("body", b"") for each in self.sent)


def asked(application: Any, line: Line, most: int = 1_000_000, **more: Any) -> None:
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/judge",
        "query_string": b"a=1&b=%20",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.7", 4711),
        "headers": [],
        **more,
    }
    threads = InThreads(application, threads=2, body_bytes_max=most)
    run_apart(threads(scope, line.receive, line.send))
    threads.close()


class Application:
    """Keeps its environ and body, answers with ``chunks``."""

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.environ: dict[str, Any] = {}
        self.read = b""
        self.threads: list[int] = []
        self.closed = False

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.environ = environ
        self.read = environ["wsgi.input"].read()
        self.threads.append(threading.get_ident())
        start("201 Created", START)
        return self

    def __iter__(self) -> Any:
        for each in self.chunks:
            self.threads.append(threading.get_ident())
            yield each

    def close(self) -> None:
        self.closed = True
        self.threads.append(threading.get_ident())


def test_a_request_is_what_was_sent_and_so_is_the_answer():
    application, line = Application(b"so ", b"said"), Line(b"one ", b"two ", b"three")
    asked(
        application,
        line,
        path="/rechner/ä",
        headers=[
            (b"host", b"localhost"),
            (b"content-type", b"text/csv"),
            (b"content-length", b"13"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
            (b"accept", b"text/html"),
            (b"accept", b"text/plain"),
        ],
    )
    environ = application.environ
    assert application.read == b"one two three"
    assert environ["REQUEST_METHOD"] == "POST"
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/rechner/ä"
    assert environ["QUERY_STRING"] == "a=1&b=%20"
    assert environ["CONTENT_TYPE"] == "text/csv"
    assert environ["CONTENT_LENGTH"] == "13"
    assert environ["HTTP_HOST"] == "localhost"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_ACCEPT"] == "text/html,text/plain"
    assert environ["REMOTE_ADDR"] == "192.0.2.7"
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("127.0.0.1", "8000")
    assert line.sent[0]["status"] == 201
    assert line.sent[0]["headers"] == [(b"content-type", b"text/plain"), (b"x-kept", b"yes")]
    assert line.body == b"so said"
    assert [each["more_body"] for each in line.sent[1:]] == [False]


def test_a_header_cannot_be_forged_by_an_underscore():
    application = Application(b"")
    headers = [(b"x-forwarded-for", b"192.0.2.1"), (b"x_forwarded_for", b"203.0.113.9")]
    asked(application, Line(), headers=headers)
    assert application.environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.1"


@pytest.mark.parametrize(("length", "reads"), [(b"10", True), (b"11", False)])
def test_a_body_that_is_too_long_is_refused_unread(length, reads):
    application, line = Application(b"refused"), Line(b"0123456789")
    asked(application, line, most=10, headers=[(b"content-length", length)])
    assert (line.received > 0) == reads
    assert application.read == (b"0123456789" if reads else b"")
    assert line.body == b"refused"


def test_who_leaves_before_the_body_is_there_starts_nothing():
    application, line = Application(b"late"), Line(b"half", leaves=True)
    asked(application, line)
    assert application.environ == {}
    assert line.sent == []


def test_a_large_answer_is_handed_on_as_it_comes_and_whole():
    chunk = b"x" * (MEMORY_BYTES_MAX // 2 + 1)
    application, line = Application(chunk, chunk, chunk, b"end"), Line()
    asked(application, line)
    assert line.body == chunk * 3 + b"end"
    assert [each["type"] for each in line.sent].count("http.response.start") == 1
    assert [each["more_body"] for each in line.sent[1:]] == [True, False]
    assert len(line.sent[1]["body"]) == 2 * len(chunk)


def test_one_thread_does_a_request_from_its_first_byte_to_its_close():
    application = Application(b"a", b"b")
    asked(application, Line())
    assert application.closed
    assert len(set(application.threads)) == 1
    assert application.threads[0] != threading.get_ident()


def test_what_fails_is_closed_and_raised():
    class Failing(Application):
        def __iter__(self) -> Any:
            yield self.chunks[0]

    application = Failing()
    with pytest.raises(IndexError):
        asked(application, Line())
    assert application.closed
