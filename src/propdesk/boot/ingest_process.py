"""The intake as a process: ``python -m propdesk.boot.ingest_process``.

It holds the sequencer of the log and listens for feeds and platforms until it is stopped.
"""

import asyncio
import os
import signal
import sys
import time
from contextlib import closing

import structlog

from propdesk.boot.parent_death import end_with_parent
from propdesk.boot.settings import Settings, load
from propdesk.connectors.feeds.group_commit import GroupCommit
from propdesk.connectors.feeds.quote_policy import QuotePolicy
from propdesk.connectors.feeds.sequencer import Sequencer
from propdesk.connectors.feeds.standing import Standing, recover, streams_of
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.server import IntakeServer
from propdesk.ports.event_log import EventLog, LogUnavailable, Writer
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.catalogue import load_catalogue

PARTITIONS = 1
LOOK_S = 0.2

_log = structlog.get_logger(__name__)


def main() -> None:
    """As a child of ``propdesk up``: it ends with its parent."""
    end_with_parent()
    alone()


def alone() -> None:
    """As a process of its own. Raises ``SettingsError``."""
    sys.exit(asyncio.run(run(load(os.environ))))


async def run(settings: Settings) -> int:
    """Take in until stopped. Returns 0, or 1 where the sequencer failed or was fenced."""
    url = settings.database_url
    if url is None:
        sys.exit("PROPDESK_DATABASE_URL: the intake needs the database that holds the log")
    over = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    taken = None
    while taken is None and not over.is_set():
        try:
            taken = take_over(PostgresLog(url))
        except LogUnavailable as error:
            _log.warning("log_unavailable", error=str(error))
            await asyncio.sleep(LOOK_S)
    if taken is None:
        return 0
    writer, standing = taken
    sequencer = Sequencer(standing, catalogue=load_catalogue(None), policy=QuotePolicy(), now=now())
    commit = GroupCommit(sequencer, writer, clock=now)
    commit.start()
    path = settings.home / SOCKET_NAME
    path.unlink(missing_ok=True)  # of a process that was killed; the streams are ours already
    async with IntakeServer(path, commit, clock=now):
        _log.info("intake_listens", tick=standing.stood.tick)
        while not over.is_set() and not commit.join(0):
            try:
                await asyncio.wait_for(over.wait(), LOOK_S)
            except TimeoutError:
                continue
    commit.stop()
    writer.close()
    if commit.failure is not None:
        _log.error("intake_failed", error=str(commit.failure))
        return 1
    return 0


def take_over(log: EventLog) -> tuple[Writer, Standing]:
    """The streams, and where their last writer was. Raises ``LogUnavailable``."""
    # Taken over first: nobody appends behind what is read now.
    writer = log.writer(streams_of(PARTITIONS), f"ingest/{os.getpid()}")
    try:
        with closing(log.reader()) as reader:
            return writer, recover(reader, PARTITIONS)
    except BaseException:
        writer.close()
        raise


def now() -> int:
    """The present moment in microseconds."""
    return time.time_ns() // 1_000


if __name__ == "__main__":
    main()
