"""Carriers: loops of one process that go on until it is stopped, each in a thread of its own.

Where one fails all end, and the process with them; whoever started it begins it again.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TypeAlias

import django
import structlog
from django.db import connections

from propdesk.boot.parent_death import end_with_parent
from propdesk.boot.settings import Settings, load

Carrier: TypeAlias = Callable[[Settings, threading.Event], None]
"""Goes on until the event is set."""

ENFORCING, PAGES, ASIDE = 2, 5, 10
"""Nice values of what runs beside the engine and its intake, which have 0: whoever commands what
the engine said, whoever shows it, and what may come later."""

_log = structlog.get_logger(__name__)


def carry_as_a_process(work: Sequence[Carrier], what: str, nice: int) -> None:
    """The whole life of a process that carries ``work``. Raises ``SettingsError``, and what the
    carriers raise."""
    end_with_parent()
    os.nice(nice)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    settings = load(os.environ)
    if settings.database_url is None:
        sys.exit(f"PROPDESK_DATABASE_URL: {what} needs the database that holds the outbox")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "propdesk.web.settings")
    django.setup()
    carry(work, settings, over)


def carry(work: Sequence[Carrier], settings: Settings, over: threading.Event) -> None:
    """Carry until ``over`` is set. Raises what the carriers raise, whoever meets it."""

    def until_over(carrier: Carrier) -> None:
        try:
            carrier(settings, over)
        finally:
            over.set()  # where one fails, all end
            connections.close_all()

    with ThreadPoolExecutor(len(work)) as threads:
        carrying = [threads.submit(until_over, each) for each in work]
    for each in carrying:
        each.result()


def name_of_process() -> str:
    """By which its claims in the database are known."""
    return f"{os.uname().nodename}/{os.getpid()}"


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def alarm(sentence: str) -> None:
    """Something a person must look at."""
    _log.error("alarm", sentence=sentence)
