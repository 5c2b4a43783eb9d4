"""Everything on one machine: database, intake, engine, courier, archive and web server, as one.

It must not leave anything running when it ends, however it ends.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType

import django
from django.core.management import call_command
from django.db import connections
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from propdesk.boot.carriers import PAGES
from propdesk.boot.children import Children
from propdesk.boot.database_watch import watched
from propdesk.boot.port_claim import claimed_port
from propdesk.boot.secret_key import ensure_secret_key
from propdesk.boot.settings import Settings
from propdesk.storage.embedded_postgres import EmbeddedPostgres

# Above granian's 1,024 connections a worker, further ones would wait unanswered.
CONNECTIONS_MAX = 4096
STOP_WORKERS_S_MAX = 10
TEST_PAYMENTS = (
    "Payments are test payments: no money moves. PROPDESK_TEST_PAYMENTS=no switches them off."
)
LOOK_EVERY_S = 0.05
PLATFORM = ("The simulated platform", "propdesk.boot.platform_process")
BESIDE = (
    ("The intake", "propdesk.boot.ingest_process"),
    ("The engine", "propdesk.boot.engine_process"),
    ("The projector", "propdesk.boot.projector_process"),
    ("The courier", "propdesk.boot.courier_process"),
    ("The clerk", "propdesk.boot.clerk_process"),
    ("The tick archive", "propdesk.boot.archive_process"),
)


class NoDemonstration(Exception):
    """It cannot be filled with a firm to look at; the caller shows the sentence."""


def run(settings: Settings, tell: Callable[[str], None], *, is_demo: bool = False) -> None:
    """Starts everything, tells the address, and returns when asked to stop (SIGINT, SIGTERM).

    ``is_demo``: an empty installation is filled with a firm first. Raises PortTaken,
    SecretKeyError, NoDemonstration, JournalError or an EmbeddedPostgresError when it cannot start,
    and SystemExit when the web server died on its own.
    """
    with _stoppable_while_starting(), contextlib.ExitStack() as running:
        # The port first: it is the cheapest to refuse.
        running.enter_context(claimed_port(settings.host, settings.port))
        secret_key = settings.secret_key or ensure_secret_key(settings.secret_key_file)
        url = settings.database_url
        if url is None:
            database = running.enter_context(EmbeddedPostgres(settings.home))
            running.enter_context(watched(database, tell))
            url = database.url
        os.environ.update(settings.environment(database_url=url, secret_key=secret_key))
        os.environ["DJANGO_SETTINGS_MODULE"] = "propdesk.web.settings"
        _migrate()
        if is_demo:
            _demonstrate(settings, url, tell)
        ownerless = _first_owner_address(settings, secret_key)
        beside = (PLATFORM, *BESIDE) if settings.simulated_platform else BESIDE
        running.enter_context(Children(beside, tell))
        if settings.test_payments:
            tell(TEST_PAYMENTS)
        _serve(settings, tell, ownerless)
    tell("Propdesk has stopped.")


def _migrate() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    connections.close_all()


def _demonstrate(settings: Settings, url: str, tell: Callable[[str], None]) -> None:
    from propdesk.boot.demonstration import NotEmpty  # noqa: PLC0415 - needs Django
    from propdesk.boot.foundation import CannotDemonstrate, demonstrate_in  # noqa: PLC0415

    try:
        demonstrate_in(settings, url, address(settings), tell)
    except (NotEmpty, CannotDemonstrate) as refused:
        raise NoDemonstration(str(refused)) from refused
    finally:
        connections.close_all()


def _first_owner_address(settings: Settings, secret_key: str) -> str | None:
    """Where the first owner can be made; None: there is one."""
    from propdesk.boot.first_owner import first_owner_address  # noqa: PLC0415 - needs Django

    try:
        return first_owner_address(address(settings), secret_key)
    finally:
        connections.close_all()


def _serve(settings: Settings, tell: Callable[[str], None], ownerless: str | None) -> None:
    # A fork would copy the locks of threads that it does not copy: libpq's, the database keeper's.
    multiprocessing.set_start_method("spawn", force=True)
    server = Server(
        "propdesk.boot.pages_and_streams:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        websockets=False,
        backpressure=CONNECTIONS_MAX,
        workers_kill_timeout=STOP_WORKERS_S_MAX,
        log_level=LogLevels.warning,
        process_name="propdesk",
    )

    def started() -> None:
        # A closed terminal ends us as it ends any program; the server would reload instead.
        signal.signal(signal.SIGHUP, server.signal_handler_interrupt)
        announcer.start()

    # Of this thread alone, whose workers inherit it: the engine is begun by another.
    os.nice(PAGES)
    announcer = threading.Thread(target=_announce, args=(settings, tell, ownerless), daemon=True)
    server.on_startup(started)
    server.serve()


def _announce(settings: Settings, tell: Callable[[str], None], ownerless: str | None) -> None:
    """Tells the address once somebody listens on it; ends with the process if nobody ever does."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    while True:
        try:
            socket.create_connection((host, settings.port), timeout=1).close()
        except OSError:
            time.sleep(LOOK_EVERY_S)
        else:
            tell(f"Propdesk: {address(settings)} (Ctrl-C stops it)")
            if ownerless is not None:
                tell(f"It has no owner yet. Whoever has this address can be it: {ownerless}")
            return


def address(settings: Settings) -> str:
    """What a person types into the browser."""
    host = settings.host
    if host in {"127.0.0.1", "0.0.0.0", "::", "::1"}:  # noqa: S104 (compared, not bound)
        host = "localhost"
    elif ":" in host:
        host = f"[{host}]"
    return f"http://{host}:{settings.port}"


@contextlib.contextmanager
def _stoppable_while_starting() -> Iterator[None]:
    """Until the web server takes the signals over, SIGTERM and SIGHUP unwind as Ctrl-C does."""

    def stop(number: int, _frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
