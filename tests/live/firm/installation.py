"""A whole installation as processes, on a database of its own: begun, killed and begun again.

It must not know what the people of the firm do.
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from propdesk.storage.embedded_postgres import EmbeddedPostgres
from tests.live.recovery.processes import ENGINE, INTAKE, Firm, Ran
from tests.web.life.house import write_market
from tests.web.test_a_breach_is_seen_live_in_a_browser import MIGRATE

SECRET = "a key for tests only, of no worth to anybody"


@contextmanager
def firm_on(database: EmbeddedPostgres, kernels: Path) -> Iterator[tuple[Firm, str]]:
    """An installation on a database of its own, not begun yet, and where its pages will be."""
    name = "a_lived_firm"
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    home = Path(tempfile.mkdtemp(prefix="propdesk-drill-"))
    (home / "kernels").symlink_to(kernels)
    market = home / "market.jsonl"
    write_market(market)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    children = [
        Ran("intake", INTAKE),
        Ran("engine", ENGINE),
        Ran("projector", "propdesk.boot.projector_process"),
        Ran("courier", "propdesk.boot.courier_process"),
        Ran("clerk", "propdesk.boot.clerk_process"),
        Ran("platform", "propdesk.boot.cli", ("platform", str(market))),
        Ran("pages", "tests.live.firm.pages", (str(port),)),
    ]
    settings = {
        "DJANGO_SETTINGS_MODULE": "propdesk.web.settings",
        "PROPDESK_SECRET_KEY": SECRET,
        "PROPDESK_TEST_PAYMENTS": "yes",
    }
    url = urlunsplit(urlsplit(database.url)._replace(path=f"/{name}"))
    firm = Firm(database, home, children, url, settings)
    try:
        yield firm, f"http://127.0.0.1:{port}"
    finally:
        firm.end()
        if database.server_pid is None:
            database.start()
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        shutil.rmtree(home)


def told_by(firm: Firm, *words: str) -> Any:
    """The last line of JSON that a program of the firm's says."""
    done = subprocess.run(
        [sys.executable, *words], env=firm.environment(), check=True, stdout=subprocess.PIPE
    )
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def tended(firm: Firm, victims: Sequence[tuple[float, str]] = ()) -> Iterator[threading.Event]:
    """Begins everything, looks after all until it is left, and kills: after so many seconds whom.
    The event is set after the last kill."""
    done, over, failed = threading.Event(), threading.Event(), list[BaseException]()

    def look_after(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            firm.look_after()
            over.wait(0.05)

    def run() -> None:
        try:
            for pause_s, victim in victims:
                look_after(pause_s)
                firm.kill(victim)
            done.set()
            while not over.is_set():
                look_after(0.05)
        except BaseException as error:
            failed.append(error)
            raise

    # The kernel ends a child with the thread that began it: it lives until all is compared.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()
    assert not failed


def peopled(firm: Firm, people: int) -> list[tuple[str, str]]:
    """A programme to buy, and so many to buy it: the key and the session of each."""
    subprocess.run([sys.executable, "-c", MIGRATE], env=firm.environment(), check=True)
    told_by(firm, "-m", "tests.web.life.firm")
    return [
        (key, session)
        for key, session in told_by(firm, "-m", "tests.live.firm.people", str(people))
    ]
