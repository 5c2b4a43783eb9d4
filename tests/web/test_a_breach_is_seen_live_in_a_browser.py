"""In a real browser, before the server that is shipped and an engine on its socket."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect
from psycopg.conninfo import make_conninfo

from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.connectors.engine_queries.server import QueryServer
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.domain.instants import micros_of
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.received import received_at
from tests.soon import SOON
from tests.web.test_every_page_is_accessible_and_light import violations

pytestmark = pytest.mark.browser
MINUTE = 60_000_000
MIGRATE = """
import django
from django.core.management import call_command
django.setup()
call_command("migrate", interactive=False, verbosity=0)
"""
START_S_MAX = 60
STOP_S_MAX = 8

SERVE = """
import os, sys
from granian.constants import Interfaces
from granian.server import Server
Server("propdesk.boot.pages_and_streams:application", port=int(sys.argv[1]),
       interface=Interfaces.ASGI, websockets=False, workers_kill_timeout=30).serve()
"""


class Engine:
    """A loop that owns made-up accounts, moves them when told to and answers questions."""

    def __init__(self, home: Path) -> None:
        self.accounts = MadeUpAccounts(8, at=micros_of(received_at()) - 20 * MINUTE)
        for minute in range(20, 0, -1):
            self.accounts.move(micros_of(received_at()) - minute * MINUTE, ticks=5)
        self.moving = threading.Event()
        self.moving.set()
        self._hand_over = HandOver()
        self._socket = socket_path(home)
        self.server = QueryServer(self._socket, self._hand_over)
        self._todo: list[tuple[str, Decimal]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self.server.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.server.stop()

    def _run(self) -> None:
        while not self._over.is_set():
            if self._todo:
                symbol, price = self._todo.pop()
                self.accounts.quote(symbol, price, micros_of(received_at()))
            elif self.moving.is_set():
                self.accounts.move(micros_of(received_at()))
            self._hand_over.answer(self.accounts, at_most=10)
            time.sleep(0.01)

    def breach(self, name: str) -> None:
        found: Any = self.accounts.account(name)
        held = found.positions[0]
        step = Decimal("0.00100") if held.side == "sell" else Decimal("-0.00100")
        self._todo.append((held.symbol, Decimal(held.failing_price) + step))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("live")


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    with Engine(home) as running:
        yield running


def settings_of(home: Path, database_url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "propdesk.web.settings",
        "PROPDESK_HOME": str(home),
        "PROPDESK_DATABASE_URL": database_url,
        "PROPDESK_SECRET_KEY": "a key for tests only, of no worth to anybody",
    }


@contextmanager
def served(home: Path, database_url: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = settings_of(home, database_url)
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(port)], env=environment)
    try:
        until = time.monotonic() + START_S_MAX
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


@pytest.fixture(scope="module")
def pages_url(home: Path, database_url: str) -> str:
    """A database of the pages' own: who may open one stands in it."""
    name = "live_pages"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name}")
        connection.execute(f"CREATE DATABASE {name}")
    url = make_conninfo(database_url, dbname=name)
    environment = settings_of(home, url)
    subprocess.run([sys.executable, "-c", MIGRATE], env=environment, check=True)
    return url


@pytest.fixture(scope="module")
def site(home: Path, pages_url: str) -> Iterator[str]:
    with served(home, pages_url) as (address, _):
        yield address


def test_a_page_that_was_opened_before_the_engine_began_shows_it(
    site: str, home: Path, browser_page: Page
) -> None:
    page = browser_page
    page.goto(f"{site}/live/?q=A00")
    expect(page.get_by_role("heading", name="No engine answers")).to_be_visible()
    with Engine(home):
        expect(page.locator("#row-A001")).to_be_visible(timeout=15_000)
        page.goto("about:blank")


@pytest.mark.parametrize("within_s", SOON)
def test_a_breach_is_seen_within_a_second(
    site: str, engine: Engine, browser_page: Page, within_s: float
) -> None:
    page = browser_page
    page.goto(f"{site}/live/?q=A001")
    row = page.locator("#row-A001")
    figures = row.locator("[data-cell='A001.at']")
    before = figures.inner_text()
    expect(figures).not_to_have_text(before, timeout=15_000)
    page.evaluate("window.stayed = true")
    judged = time.monotonic()
    engine.breach("A001")
    page.wait_for_selector("#row-A001[data-now=breached]", timeout=15_000)
    banner = page.locator(".live-alarm", has_text="A001 is breached")
    banner.wait_for(timeout=15_000)
    assert time.monotonic() - judged < within_s
    expect(row).to_contain_text("Breached")
    expect(banner).to_contain_text("equity")
    assert page.locator("ul.live-alarms").get_attribute("aria-live") == "polite"
    colour = row.locator("td").first.evaluate("each => getComputedStyle(each).backgroundColor")
    assert colour not in {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    assert page.evaluate("window.stayed"), "no reload"


def test_an_account_shows_its_own_breach_and_keeps_its_curve_going(
    site: str, engine: Engine, browser_page: Page
) -> None:
    page = browser_page
    page.goto(f"{site}/live/A004/")
    expect(page.locator("[data-live-chart] canvas")).to_be_visible()
    equity = page.locator("[data-cell='equity']")
    before = equity.inner_text()
    expect(equity).not_to_have_text(before, timeout=15_000)
    engine.breach("A004")
    expect(page.locator("[data-state='status']")).to_have_text("Breached", timeout=15_000)
    expect(page.locator(".live-alarm")).to_contain_text("A004 is breached")
    expect(page.get_by_text("No position is open.")).to_be_visible()
    expect(page.locator("[data-part='verdicts'] tr")).to_contain_text("Fail")


def test_an_engine_that_is_away_is_said_and_its_figures_stay_until_it_is_back(
    site: str, home: Path, browser_page: Page
) -> None:
    page = browser_page
    line = page.locator("[data-live-age]")
    with Engine(home):
        page.goto(f"{site}/live/A005/")
        expect(line).to_have_attribute("data-now", "fresh", timeout=15_000)
    expect(line).to_have_attribute("data-now", "away", timeout=15_000)
    expect(line).to_contain_text("the engine is away")
    stood = page.locator("[data-cell='equity']").inner_text()
    assert Decimal(stood.replace(",", "")) > 0
    ago = line.locator("[data-ago]").inner_text()
    expect(line.locator("[data-ago]")).not_to_have_text(ago, timeout=15_000)
    with Engine(home):
        expect(line).to_have_attribute("data-now", "fresh", timeout=15_000)


def test_figures_grey_out_when_nothing_new_comes(
    site: str, engine: Engine, browser_page: Page
) -> None:
    page = browser_page
    page.goto(f"{site}/live/")
    line = page.locator("[data-live-age]")
    expect(line).to_have_attribute("data-now", "fresh", timeout=15_000)
    engine.moving.clear()
    expect(line).to_have_attribute("data-now", "stale", timeout=15_000)
    expect(page.locator(".live-page")).to_have_attribute("data-fresh", "no")
    expect(line).to_have_attribute("data-now", "old", timeout=15_000)
    expect(line).to_contain_text("no newer price or event has come")
    engine.moving.set()
    expect(line).to_have_attribute("data-now", "fresh", timeout=15_000)


def test_a_stop_with_open_pages_ends_at_once_and_a_new_start_is_found(
    home: Path, engine: Engine, pages_url: str, browser: Browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    with served(home, pages_url) as (address, process):
        page.goto(f"{address}/live/")
        line = page.locator("[data-live-age]")
        expect(line).to_have_attribute("data-now", "fresh", timeout=15_000)
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_S_MAX)
        assert time.monotonic() - begun < 5
        expect(line).to_have_attribute("data-now", "lost", timeout=15_000)
        expect(line).to_contain_text("the connection is lost")
    context.close()


@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 1280), ("dark", 360)])
def test_the_live_pages_are_accessible(
    site: str, engine: Engine, browser: Browser, theme: Any, width: int
) -> None:
    engine.moving.clear()
    engine.breach("A001")
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    page = context.new_page()
    for address in ("/live/", "/live/A001/", "/live/A005/", "/live/?q=nobody"):
        page.goto(site + address)
        page.locator("[data-live-age]").wait_for()
        assert violations(page) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    context.close()


def test_a_board_is_read_without_a_script(site: str, engine: Engine, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/live/")
    expect(page.locator("tr.live-row")).to_have_count(8)
    page.get_by_role("link", name="A005", exact=True).click()
    expect(page.get_by_text("may still be lost").first).to_be_visible()
    expect(page.locator("svg path.equity_low")).to_be_visible()
    page.get_by_role("link", name="Look again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("A005")
    context.close()
