"""The benchmark of the pages: a large firm, a running server, and so many requests a second.

Each page is asked for alone, at moments that do not wait for answers, so that a slow answer makes
the next ones late as it would for people. Cold: the database was begun anew and what the system
remembers of its files was let go. What the engine says is made up: its own cost is measured by
``bench engine``. It must not touch an installation: everything is in a throw-away home.
"""

import http.client
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import django
from django.core.management import call_command
from django.db import connections

from propdesk.boot.bench_cpu import spent_s
from propdesk.boot.bench_house import BenchFailed
from propdesk.boot.benchmarks import machine
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.connectors.engine_queries.server import QueryServer
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.storage.embedded_postgres import EmbeddedPostgres

PER_S = 50
P95_MS_MAX = 150
IN_FLIGHT_MAX = 32
ENGINE_ACCOUNTS = 300
"""So many accounts the made-up engine has, by the names of the firm's first; the pages ask it for
one page of them."""
START_S_MAX = 60.0
ANSWER_S_MAX = 30.0
Page: TypeAlias = Callable[[random.Random], str]
"""Draws an address of a page."""
SECRET_KEY = "a key of a benchmark, of no worth to anybody at all"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Asked:
    """How large the firm is, and for how long each page is asked."""

    traders: int
    accounts: int
    lines: int
    seconds: float


def web_bench(asked: Asked) -> dict[str, Any]:
    """Makes the firm, runs the server, and asks for every page. Raises ``BenchFailed``."""
    home = Path(tempfile.mkdtemp(prefix="propdesk-bench-"))
    try:
        return _measured(home, asked)
    finally:
        connections.close_all()
        shutil.rmtree(home, ignore_errors=True)


def _measured(home: Path, asked: Asked) -> dict[str, Any]:
    database = EmbeddedPostgres(home)
    begun = time.monotonic()
    with database:
        _set_up(home, database.url)
        firm, session = _filled(asked)
        made_s = time.monotonic() - begun
        connections.close_all()
    pages = _pages(firm)
    with _engine(home):
        found = {name: _asked_for(home, page, session, asked) for name, page in pages.items()}
    return {
        "bench": "web",
        "book": {
            "traders": asked.traders,
            "accounts": asked.accounts,
            "lines_of_time_lines": asked.lines,
            "requests_per_s": PER_S,
            "seconds_of_each": asked.seconds,
            "made_in_s": round(made_s, 1),
            "engine": "made up",
        },
        "figures": {name: each for name, each in found.items() if name != "healthz"},
        "baselines": {"a_page_without_rows": found["healthz"], "wanted_p95_ms": P95_MS_MAX},
        "machine": machine(),
    }


# --- the firm and what serves it -------------------------------------------------------------
def _set_up(home: Path, url: str) -> None:
    os.environ.update(
        PROPDESK_HOME=str(home),
        PROPDESK_DATABASE_URL=url,
        PROPDESK_SECRET_KEY=SECRET_KEY,
        DJANGO_SETTINGS_MODULE="propdesk.web.settings",
    )
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)


def _filled(asked: Asked) -> tuple[Any, str]:
    from propdesk.boot.bench_web_rows import Counts, fill, settle  # noqa: PLC0415
    from propdesk.boot.bench_web_session import owner_session  # noqa: PLC0415

    now = datetime.now(UTC)
    session = owner_session(now)
    firm = fill(Counts(asked.traders, asked.accounts, asked.lines), now)
    settle()
    return firm, session


def _pages(firm: Any) -> dict[str, Page]:
    from propdesk.boot.bench_web_pages import PAGES  # noqa: PLC0415 - imports models

    found = {name: _about(address, firm) for name, address in PAGES.items()}
    return {"healthz": lambda _: "/healthz", **found}


def _about(address: Callable[[random.Random, Any], str], firm: Any) -> Page:
    return lambda draw: address(draw, firm)


@contextmanager
def _engine(home: Path) -> Iterator[None]:
    """Answers about made-up accounts where the pages look for the engine."""
    wake, over = threading.Event(), threading.Event()
    questions = HandOver(wake=wake.set)

    def answer() -> None:
        accounts = MadeUpAccounts(ENGINE_ACCOUNTS, at=time.time_ns() // 1_000)
        while not over.is_set():
            wake.wait()
            wake.clear()
            while questions.answer(accounts):
                pass

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        with QueryServer(socket_path(home), questions):
            yield
    finally:
        over.set()
        wake.set()
        thread.join()


@contextmanager
def _server() -> Iterator[tuple[int, int]]:
    """The web server as an installation runs it: its port, which was free, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--no-ws"),
        *("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"),
        "propdesk.boot.pages_and_streams:application",
    ]
    server = subprocess.Popen(command)  # noqa: S603 - our own program
    try:
        _wait_for(port, server)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until and server.poll() is None:
        try:
            with closing(_connection(port)) as connection:
                if _answer(connection, "/readyz", "").status == http.client.OK:
                    return
        except OSError:
            time.sleep(0.1)
    raise BenchFailed("the web server did not begin to answer")


# --- asking ----------------------------------------------------------------------------------
def _asked_for(home: Path, page: Page, session: str, asked: Asked) -> dict[str, Any]:
    """Cold first: of what was read before, neither the database nor the system has anything."""
    _forget(home)
    with EmbeddedPostgres(home), _server() as (port, server):
        roots = (server, _database_process(home))
        draw = random.Random(1)  # noqa: S311 - a load, not a secret
        for _ in range(8):  # the program itself is loaded; the page's own template is not
            with closing(_connection(port)) as connection:
                _answer(connection, "/staff/roles/", session)
        count = max(1, round(asked.seconds * PER_S))
        return {
            "cold": _told(port, [page(draw) for _ in range(count)], session, roots),
            "warm": _told(port, [page(draw) for _ in range(count)], session, roots),
        }


def _forget(home: Path) -> None:
    """Let the system forget the files of the database, which does not run. A hint: what the disk
    itself remembers stays."""
    for path in home.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _load(port: int, addresses: Sequence[str], session: str) -> list[float]:
    """Milliseconds from the moment each was due to its whole answer."""
    kept, opened = threading.local(), ExitStack()
    begun = time.perf_counter() + 0.1

    def ask(number: int) -> float:
        due = begun + number / PER_S
        time.sleep(max(0.0, due - time.perf_counter()))
        connection = getattr(kept, "connection", None)
        if connection is None:
            connection = kept.connection = opened.enter_context(closing(_connection(port)))
        answer = _answer(connection, addresses[number], session)
        if answer.status != http.client.OK:
            raise BenchFailed(f"{addresses[number]} was answered by {answer.status}")
        return 1000 * (time.perf_counter() - due)

    with opened, ThreadPoolExecutor(IN_FLIGHT_MAX) as asking:
        return list(asking.map(ask, range(len(addresses))))


def _connection(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S_MAX)


def _answer(
    connection: http.client.HTTPConnection, address: str, session: str
) -> http.client.HTTPResponse:
    headers = {"Accept-Encoding": "gzip"} | ({"Cookie": f"sessionid={session}"} if session else {})
    connection.request("GET", address, headers=headers)
    answer = connection.getresponse()
    answer.read()
    return answer


def _database_process(home: Path) -> int:
    """The first line of the file that PostgreSQL keeps for whoever looks for it."""
    return int((home / "postgresql" / "data" / "postmaster.pid").read_text().split()[0])


def _told(
    port: int, addresses: Sequence[str], session: str, roots: tuple[int, int]
) -> dict[str, Any]:
    """How long the answers took, and how much processor time each cost the server and the
    database: what is left of the machine by others changes the first alone."""
    before = [spent_s(each) for each in roots]
    took_ms = _load(port, addresses, session)
    server, database = (
        1000 * (spent_s(each) - spent) / len(took_ms)
        for each, spent in zip(roots, before, strict=True)
    )
    cuts = statistics.quantiles(took_ms, n=100, method="inclusive") if len(took_ms) > 1 else []
    told = {f"p{each}_ms": round(cuts[each - 1], 1) for each in (50, 95, 99) if cuts}
    return {
        **told,
        "most_ms": round(max(took_ms), 1),
        "answers": len(took_ms),
        "server_cpu_ms": round(server, 1),
        "database_cpu_ms": round(database, 1),
    }
