"""The engine as a process: ``python -m propdesk.boot.engine_process``.

It waits for the lease of its partition, goes on from the newest snapshot, and judges until it is
stopped or another holds the lease. A second one started beside it is its stand-by.
"""

import gc
import os
import signal
import sys
import threading
import time
from functools import cache

import structlog

from propdesk.boot.engine_worker import EngineWorker, Firm
from propdesk.boot.lease_keeping import LeaseKept
from propdesk.boot.parent_death import end_with_parent
from propdesk.boot.settings import Settings, load
from propdesk.boot.warming import warm
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.connectors.engine_queries.server import QueryServer
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.engine.builds import build_kernel
from propdesk.ports.event_log import Fenced, LogUnavailable, Uncertain
from propdesk.ports.lease import Lease, LeaseUnknown
from propdesk.storage.event_log import PostgresLog
from propdesk.storage.leases import PostgresLeases
from propdesk.storage.snapshot_files.store import FileSnapshots
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_records import AccountEnrolled, verdicts_of
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, presets, with_add_ons
from propdesk.wire.unreadable import Unreadable

LEASE_HOLD_S = 1.5
LEASE_RENEW_S = 0.4
LEASE_WAIT_S = 1.0
STEP_WAIT_S = 0.2
RETRY_S = 0.2
SNAPSHOTS_SPACED = ((5, 30), (60, 120))
"""Where one is written a minute: some of the last half hour, and of the last two hours. What
comes late is judged again from the newest that is older; without one, from the log's beginning."""
SWITCH_S = 0.0005
"""So long the judging keeps what is said from its way to the log, not ten times as long."""
YOUNG_MAX = 2_000
YOUNG_LOOKS = 5
"""So many new things, and so many looks at them before one at those that stayed: a millisecond."""
NEVER = 2**31 - 1

_log = structlog.get_logger(__name__)


def main() -> None:
    """As a child of ``propdesk up``: it ends with its parent."""
    end_with_parent()
    alone()


def alone() -> None:
    """As a process of its own. Raises ``SettingsError``."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    sys.exit(run(load(os.environ), over))


def run(settings: Settings, over: threading.Event, *, partition: int = 0) -> int:
    """Judge until ``over`` is set. Returns 0, or 1 where somebody else judges now."""
    url = settings.database_url
    if url is None:
        sys.exit("PROPDESK_DATABASE_URL: the engine needs the database that holds its log")
    firm = Firm(
        build_kernel(home=settings.home), load_catalogue(None), rulebook_of, CelConditions()
    )
    warm(firm, alarm)
    name, owner = f"engine/{partition}", f"{os.uname().nodename}/{os.getpid()}"
    lease: Lease | None = None
    while lease is None and not over.is_set():
        try:
            lease = PostgresLeases(url).acquire(
                name, owner, hold_s=LEASE_HOLD_S, wait_s=LEASE_WAIT_S
            )
        except LeaseUnknown as error:
            _log.warning("lease_unknown", error=str(error))
            over.wait(RETRY_S)
    if lease is None:
        return 0
    with LeaseKept(lease, every_s=LEASE_RENEW_S) as kept:
        try:
            return _judge(settings, url, firm, kept, owner, over, partition)
        except LogUnavailable as error:
            _log.warning("log_unavailable", error=str(error))
            return 1


def _judge(  # noqa: PLR0917 - each is one thing the process was started with
    settings: Settings,
    url: str,
    firm: Firm,
    kept: LeaseKept,
    owner: str,
    over: threading.Event,
    partition: int,
) -> int:
    questions = HandOver()
    log = PostgresLog(url)
    writer, reader = log.writer([verdicts_of(partition)], owner), log.reader()
    snapshots = FileSnapshots(settings.home, alarm, spaced=SNAPSHOTS_SPACED)
    begun = time.monotonic()
    worker = EngineWorker(
        partition,
        firm,
        reader=reader,
        writer=writer,
        snapshots=snapshots,
        questions=questions,
        alarm=alarm,
        says_beside=True,
    )
    sys.setswitchinterval(SWITCH_S)
    look_through_the_young_only()
    set_aside_what_stays()
    _log.info(
        "engine_begins",
        offset=worker.partition.place.offset,
        accounts=len(worker.partition.desk.seats),
        seconds=round(time.monotonic() - begun, 3),
    )
    with QueryServer(socket_path(settings.home), questions, takes_over=True):
        return _go_on(worker, kept, over, settings.snapshot_every_ms / 1000)


def _go_on(
    worker: EngineWorker, kept: LeaseKept, over: threading.Event, snapshot_every_s: float
) -> int:
    """Step by step, until stopped (0) or no longer the one to judge (1)."""
    saved = time.monotonic()
    while not over.is_set():
        kept.step()
        if kept.lost.is_set():
            _log.error("lease_lost")
            return 1
        try:
            if time.monotonic() - saved >= snapshot_every_s and not worker.owes:
                set_aside_what_stays()
                worker.save_aside()
                saved = time.monotonic()
            worker.step(STEP_WAIT_S)
        except Fenced:
            _log.error("fenced")
            return 1
        except (LogUnavailable, Uncertain) as error:
            _log.warning("log_unavailable", error=str(error))
            over.wait(RETRY_S)
    worker.save()
    return 0


def look_through_the_young_only() -> None:
    """Let the collector never look through everything by itself, which takes half a second for
    every few thousand accounts: what grows old is set aside with the next snapshot."""
    gc.set_threshold(YOUNG_MAX, YOUNG_LOOKS, NEVER)


def set_aside_what_stays() -> None:
    """Keep the collector from what is held now: accounts stay as long as the process does, and
    to look through a hundred thousand of them for rubbish would silence the engine for seconds.
    """
    gc.collect(1)  # what is young and dead already is not to stay
    gc.freeze()


def alarm(sentence: str) -> None:
    """Something a person must look at."""
    _log.error("alarm", sentence=sentence)


def rulebook_of(command: AccountEnrolled) -> LoadedRulebook:
    """The preset an account may be judged by where the log published no such rulebook.

    Raises ``Unreadable`` where there is none such. A name in the log never opens another file.
    """
    return _rulebook(command.rulebook, command.version, command.add_ons)


@cache
def _rulebook(name: str, version: str, add_ons: tuple[str, ...]) -> LoadedRulebook:
    if name not in presets():
        raise Unreadable(name, None, "there is no such preset")
    loaded = load_rulebook(f"{name}@{version}")
    return with_add_ons(loaded, add_ons) if add_ons else loaded


if __name__ == "__main__":
    main()
