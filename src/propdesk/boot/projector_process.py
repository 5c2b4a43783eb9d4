"""The projector as a process: ``python -m propdesk.boot.projector_process``.

It reads what the engine says into the firm's tables until it is stopped. Where the log or the
database fails it ends; whoever started it begins it again, and it goes on from its offsets.
"""

import os
import signal
import sys
import threading
from datetime import UTC, datetime

import django
import structlog

from propdesk.boot.carriers import ENFORCING
from propdesk.boot.parent_death import end_with_parent
from propdesk.boot.settings import load
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.log_records import verdicts_of

PARTITIONS = 1

_log = structlog.get_logger(__name__)


def main() -> None:
    """As a child of ``propdesk up``: it ends with its parent."""
    end_with_parent()
    os.nice(ENFORCING)
    alone()


def alone() -> None:
    """As a process of its own. Raises ``SettingsError``."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    settings = load(os.environ)
    if settings.database_url is None:
        sys.exit("PROPDESK_DATABASE_URL: the projector needs the database that holds the log")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "propdesk.web.settings")
    django.setup()
    run(settings.database_url, over)


def run(url: str, over: threading.Event) -> None:
    """Take in until ``over`` is set. Raises what the log and the database raise."""
    # Their models need Django set up.
    from propdesk.boot.followers import FOLLOWERS  # noqa: PLC0415
    from propdesk.boot.projector import Projector  # noqa: PLC0415

    reader = PostgresLog(url).reader()
    try:
        streams = [verdicts_of(number) for number in range(PARTITIONS)]
        Projector(reader, streams, alarm, now, FOLLOWERS).run(over)
    finally:
        reader.close()


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def alarm(sentence: str) -> None:
    """Something a person must look at."""
    _log.error("alarm", sentence=sentence)


if __name__ == "__main__":
    main()
