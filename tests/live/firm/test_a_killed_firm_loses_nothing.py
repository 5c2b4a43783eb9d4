"""A whole firm, each of its processes killed again and again while people buy, trade, pass and
breach: no purchase is lost or doubled, no account opened twice, no breach lost, no mail sent twice.
"""

import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import VerdictSaid
from tests.live.firm.customers import PRICE_MINOR, Customer
from tests.live.recovery.firm_on_a_log import said_on
from tests.live.recovery.processes import ENGINE, INTAKE, Firm, Ran, wait_until
from tests.web.life.house import write_market
from tests.web.test_a_breach_is_seen_live_in_a_browser import MIGRATE

SECRET = "a key for tests only, of no worth to anybody"
VICTIMS = ("intake", "engine", "projector", "courier", "platform", "pages", "database")


@contextmanager
def firm_on(database: EmbeddedPostgres, kernels: Path) -> Iterator[tuple[Firm, str]]:
    """An installation on a database of its own, not begun yet, and where its pages will be."""
    name = "a_killed_firm"
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
def killing(firm: Firm, seed: int, kills: int, every_s: float) -> Iterator[threading.Event]:
    """Begins everything, kills in a drawn order, and looks after all until it is left. The event
    is set after the last kill."""
    chance = random.Random(seed)
    victims = [*VICTIMS, *chance.choices(VICTIMS, k=kills - len(VICTIMS))]
    chance.shuffle(victims)
    done, over, failed = threading.Event(), threading.Event(), list[BaseException]()

    def run() -> None:
        try:
            for victim in victims:
                pause = threading.Event()
                for _ in range(round(chance.uniform(0.5, 1.5) * every_s / 0.05)):
                    firm.look_after()
                    pause.wait(0.05)
                firm.kill(victim)
            done.set()
            while not over.wait(0.05):
                firm.look_after()
        except BaseException as error:
            failed.append(error)
            raise

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join()
    assert not failed


def lived(customers: Sequence[Customer]) -> None:
    """All of them at once, to their ends."""
    failed: list[str] = []

    def live(customer: Customer) -> None:
        try:
            customer.live()
        except BaseException as error:
            failed.append(f"{customer.number}, {customer.told}: {error!r}")
            raise

    threads = [threading.Thread(target=live, args=(each,)) for each in customers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed, failed


def mails_in(home: Path) -> Counter[str]:
    """How often each mail that was sent by a key was sent."""
    found = (message_from_bytes(each.read_bytes()) for each in (home / "mail").glob("*.eml"))
    ids = (str(each["Message-ID"]).strip("<>").partition("@")[0] for each in found)
    return Counter(ids)


def failed_on(url: str) -> tuple[list[str], Counter[str]]:
    """The ids of all verdicts in the log, and how often each account failed."""
    said = (decode(body) for _, body in said_on(PostgresLog(url)))
    verdicts = [each for each in said if isinstance(each, VerdictSaid)]
    fails = Counter(each.account for each in verdicts if each.outcome == "fail")
    return sorted(each.id for each in verdicts), fails


def drill(
    database: EmbeddedPostgres, kernels: Path, seed: int, kills: int, *, people: int, every_s: float
) -> None:
    winners = people // 2
    with firm_on(database, kernels) as (firm, address):
        subprocess.run([sys.executable, "-c", MIGRATE], env=firm.environment(), check=True)
        told_by(firm, "-m", "tests.web.life.firm")
        keys = told_by(firm, "-m", "tests.live.firm.people", str(people))
        customers = [
            Customer(number, key, address, firm.home, SECRET, number < winners, 300 + kills * 10)
            for number, key in enumerate(keys)
        ]
        with killing(firm, seed, kills, every_s) as done:
            lived(customers)
            wait_until(done.is_set, 300 + kills * 10)
            books: dict[str, Any] = {}

            def is_quiet() -> bool:
                books.update(told_by(firm, "-m", "tests.live.firm.books"))
                sending = {"waiting", "sending"} & set(books["mails"].values())
                return not (books["outbox waiting"] or books["tasks waiting"] or sending)

            wait_until(is_quiet)
            platform = PlatformClient(firm.home / SOCKET_NAME)
            logins = sorted(each.account for each in platform.accounts())
            platform.close()
            ids, fails = failed_on(firm.url)
        sent = mails_in(firm.home)
        begun = {each.name: each.begun for each in firm.children}
    assert all(count > 1 for count in begun.values()), begun
    assert books["orders"] == {"provisioned": people}
    assert books["received"] == [PRICE_MINOR] * people
    assert books["payments"] == people
    assert sum(books["balances"].values()) == 0
    assert books["phases"] == {
        "phase-1: passed": winners, "phase-2: passed": winners, "phase-1: failed": people - winners
    }  # fmt: skip
    assert books["logins"] == logins, "each account there is one of ours, and the other way round"
    assert len(logins) == len(set(logins)) == people + winners
    assert books["verdicts"] == ids, "what the engine said is what the firm knows"
    assert len(ids) == len(set(ids))
    assert list(fails.values()) == [1] * (people - winners)
    assert [rights for _, rights in books["breached"]] == ["read_only"] * (people - winners)
    assert books["notices"]["breach"] == people - winners
    assert not [key for key, count in sent.items() if count > 1], "no mail twice"
    said_sent = {key for key, state in books["mails"].items() if state == "sent"}
    assert said_sent <= set(sent)
    assert set(sent) <= {key for key, state in books["mails"].items() if state != "failed"}
    assert not books["audit fault"]


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(4))
def test_a_firm_is_killed_all_day(
    drill_database: EmbeddedPostgres, kernels: Path, seed: int
) -> None:
    drill(drill_database, kernels, seed, kills=40, people=6, every_s=3.0)


def test_each_process_is_killed_once(drill_database: EmbeddedPostgres, kernels: Path) -> None:
    drill(drill_database, kernels, seed=7, kills=len(VICTIMS), people=2, every_s=3.0)
