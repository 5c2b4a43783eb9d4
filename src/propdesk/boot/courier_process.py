"""The courier as a process: ``python -m propdesk.boot.courier_process``.

It carries the firm's commands from the outbox to the intake until it is stopped. Where the
database fails it ends; whoever started it begins it again.
"""

import os
import signal
import sys
import threading
from datetime import UTC, datetime

import django
import structlog

from propdesk.boot.parent_death import end_with_parent
from propdesk.boot.settings import Settings, load
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient

_log = structlog.get_logger(__name__)


def main() -> None:
    end_with_parent()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    settings = load(os.environ)
    if settings.database_url is None:
        sys.exit("PROPDESK_DATABASE_URL: the courier needs the database that holds the outbox")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "propdesk.web.settings")
    django.setup()
    run(settings, over)


def run(settings: Settings, over: threading.Event) -> None:
    """Deliver until ``over`` is set. Raises what the database raises."""
    from propdesk.boot.courier import Courier  # noqa: PLC0415 - its models need Django set up

    with IntakeClient(settings.home / SOCKET_NAME) as intake:
        name = f"{os.uname().nodename}/{os.getpid()}"
        Courier(name, intake, alarm, lambda: datetime.now(UTC)).run(over)


def alarm(sentence: str) -> None:
    """Something a person must look at."""
    _log.error("alarm", sentence=sentence)


if __name__ == "__main__":
    main()
