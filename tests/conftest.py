"""Fixtures of the whole suite: the throw-away database and the browser."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pgtrigger
import pytest
from django.conf import settings
from django.db import connections
from django.db.backends.base.operations import BaseDatabaseOperations
from playwright.sync_api import Browser, Page, sync_playwright
from psycopg.conninfo import conninfo_to_dict

from propdesk.boot.settings import default_home
from propdesk.storage.embedded_postgres import EmbeddedPostgres

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def short_home() -> Iterator[Path]:
    """A throw-away PROPDESK_HOME, with a path short enough for a socket."""
    home = Path(tempfile.mkdtemp(prefix="propdesk-test-"))
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def database_url(short_home: Path) -> Iterator[str]:
    """A PostgreSQL of the session's own (of each worker's own under xdist)."""
    given = os.environ.get("PROPDESK_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with EmbeddedPostgres(short_home) as database:
        yield database.url


@pytest.fixture(scope="session")
def django_db_modify_db_settings(database_url: str) -> None:
    """Points Django at the session's database before pytest-django creates its own in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROPDESK_DATABASE_URL", database_url)
        _point_django_at(database_url)


@pytest.fixture(scope="session", autouse=True)
def passwords_are_cheap() -> None:
    """A hash that takes its time takes the tests' time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def audit_may_be_emptied_by_tests() -> Iterator[None]:
    """Django empties every table after a test with transactions of its own; the audit refuses
    that, as it must. Only that one statement is let through."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def without_the_trigger(operations: BaseDatabaseOperations, statements: list[str]) -> None:
        with pgtrigger.ignore("audit.AuditRow:never_emptied"):
            flush(operations, statements)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", without_the_trigger)
        yield


def _point_django_at(url: str) -> None:
    parts = conninfo_to_dict(url)
    settings = connections["default"].settings_dict
    settings["NAME"] = parts.pop("dbname")
    settings["OPTIONS"] = parts


@pytest.fixture(scope="session")
def kernels() -> Path:
    """Where this user's compiled kernels are kept: to compile them takes a busy machine minutes.

    ``make setup`` did it already; otherwise one of the workers does, and the others wait.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PROPDESK_")}
    home = default_home(environment)
    home.mkdir(parents=True, exist_ok=True)
    with (home / "kernels.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(
            [sys.executable, "-m", "propdesk.boot.kernel_cache"], env=environment, check=True
        )
    return home / "kernels"


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The Chromium of this machine; the test skips where there is none, and fails in CI."""
    for name in CHROMIUM_NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    reason = f"no Chromium on the PATH (looked for {', '.join(CHROMIUM_NAMES)})"
    if os.environ.get("CI") == "true":
        pytest.fail(f"{reason}; CI must not skip the browser tests")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """One Chromium for the session, with nothing of its own to say to the network."""
    # Django refuses its ORM in a thread with a running event loop, and the sync API runs one.
    os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=str(chromium), args=list(CHROMIUM_FLAGS)
        )
        yield running
        running.close()


@pytest.fixture
def browser_page(browser: Browser) -> Iterator[Page]:
    """A page in a fresh context; an error in its console fails the test."""
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert not errors, f"the page's console holds errors: {errors}"
