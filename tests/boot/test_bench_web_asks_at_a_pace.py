"""The benchmark of the pages asks each address once, and takes no refusal for an answer."""

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from propdesk.boot.bench_house import BenchFailed
from propdesk.boot.bench_web import _load, _told


class Pages(BaseHTTPRequestHandler):
    """``/none`` is not found; every other address is."""

    protocol_version = "HTTP/1.1"
    asked: list[tuple[str, str | None]] = []  # noqa: RUF012 - of the test's own server

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers["Cookie"]))
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def port() -> Iterator[int]:
    Pages.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_every_address_is_asked_once_with_the_session(port: int) -> None:
    addresses = [f"/{number}" for number in range(8)]
    told = _told(port, addresses, "a-key", (os.getpid(), os.getpid()))
    assert sorted(Pages.asked) == [(address, "sessionid=a-key") for address in addresses]
    assert told["answers"] == 8
    assert 0 < told["p50_ms"] <= told["p95_ms"] <= told["p99_ms"] <= told["most_ms"]


def test_another_answer_than_the_page_is_a_failure(port: int) -> None:
    with pytest.raises(BenchFailed, match="/none was answered by 404"):
        _load(port, ["/one", "/none"], "")
