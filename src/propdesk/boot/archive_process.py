"""The tick archive's follower as a process: ``python -m propdesk.boot.archive_process``.

It keeps every tick of the log in files until it is stopped. Where the log fails it ends; whoever
started it begins it again, and it goes on from what was kept.
"""

import os
import signal
import sys
import threading
import time

import structlog

from propdesk.boot.carriers import ASIDE
from propdesk.boot.parent_death import end_with_parent
from propdesk.boot.settings import Settings, load
from propdesk.storage.event_log import PostgresLog
from propdesk.storage.tick_archive import FileTickArchive, archive_market

_log = structlog.get_logger(__name__)


def main() -> None:
    end_with_parent()
    os.nice(ASIDE)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    run(load(os.environ), over)


def run(settings: Settings, over: threading.Event) -> None:
    """Follow the market until ``over`` is set. Raises what the log raises."""
    url = settings.database_url
    if url is None:
        sys.exit("PROPDESK_DATABASE_URL: the archive needs the database that holds the log")
    reader = PostgresLog(url).reader()
    try:
        archive = FileTickArchive(settings.home, alarm)
        archive_market(reader, archive, alarm, clock_s=time.monotonic, over=over)
    finally:
        reader.close()


def alarm(sentence: str) -> None:
    """Something a person must look at."""
    _log.error("alarm", sentence=sentence)


if __name__ == "__main__":
    main()
