"""The courier as a process: ``python -m propdesk.boot.courier_process``.

It carries what the firm commands from the outbox to the engine's intake and to the platforms, and
commands what is due by the clock, until it is stopped. Where the database fails it ends; whoever
started it begins it again.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import django
import structlog
from django.db import connections

from propdesk.boot.parent_death import end_with_parent
from propdesk.boot.settings import Settings, load
from propdesk.connectors.engine_queries.client import EngineClient
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME as PLATFORM_SOCKET
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.log_records import events_of

SIMULATED = "simulated"
"""The server of the platform that ships with the firm."""
CALLS_AT_ONCE = 4

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
    """Deliver until ``over`` is set. Raises what the database raises, whoever meets it."""

    def carry(carrier: Callable[[Settings, threading.Event], None]) -> None:
        try:
            carrier(settings, over)
        finally:
            over.set()  # where one fails, all end
            connections.close_all()

    with ThreadPoolExecutor(len(WORK)) as carriers:
        carrying = [carriers.submit(carry, each) for each in WORK]
    for each in carrying:
        each.result()


def to_engine(settings: Settings, over: threading.Event) -> None:
    """Carry commands to the engine until ``over`` is set."""
    # Their models need Django set up.
    from propdesk.boot.courier import Courier  # noqa: PLC0415
    from propdesk.boot.outbox_bell import outbox_bell  # noqa: PLC0415

    with (
        IntakeClient(settings.home / SOCKET_NAME) as intake,
        outbox_bell(str(settings.database_url), "engine") as bell,
    ):
        Courier(_name(), intake, alarm, now).run(over, bell)


def to_platforms(settings: Settings, over: threading.Event) -> None:
    """Carry commands to the platforms until ``over`` is set."""
    from propdesk.boot.courier_to_platforms import CourierToPlatforms  # noqa: PLC0415
    from propdesk.boot.outbox_bell import outbox_bell  # noqa: PLC0415

    with (
        closing(PlatformClient(settings.home / PLATFORM_SOCKET)) as simulated,
        ThreadPoolExecutor(CALLS_AT_ONCE) as executor,
        outbox_bell(str(settings.database_url), "platform") as bell,
    ):
        platforms = {SIMULATED: simulated}
        CourierToPlatforms(_name(), platforms, executor, alarm, now).run(over, bell)


def by_the_clock(_settings: Settings, over: threading.Event) -> None:
    """Command what is due at a moment, until ``over`` is set."""
    from propdesk.boot.firm_clock import FirmClock  # noqa: PLC0415

    FirmClock(alarm, now).run(over)


def to_payment_providers(_settings: Settings, over: threading.Event) -> None:
    """Ask for refunds until ``over`` is set."""
    from propdesk.boot.refunds import carry_refunds  # noqa: PLC0415
    from propdesk.web.payment_providers import providers  # noqa: PLC0415

    carry_refunds(providers(), now, over)


def to_people(settings: Settings, over: threading.Event) -> None:
    """Tell people what there is to tell until ``over`` is set."""
    from propdesk.boot.courier_of_notices import SENT_AT_ONCE, NoticeCourier  # noqa: PLC0415
    from propdesk.boot.messengers import messengers  # noqa: PLC0415
    from propdesk.boot.outbox_bell import outbox_bell  # noqa: PLC0415

    with (
        ThreadPoolExecutor(SENT_AT_ONCE) as executor,
        outbox_bell(str(settings.database_url), "notice") as bell,
    ):
        NoticeCourier(_name(), messengers(), executor, alarm, now).run(over, bell)


def watching_room(settings: Settings, over: threading.Event) -> None:
    """Have traders warned of what they may still lose until ``over`` is set."""
    from propdesk.boot.room_watch import RoomWatch  # noqa: PLC0415

    RoomWatch(EngineClient(socket_path(settings.home)), now).run(over)


def watching_feeds(settings: Settings, over: threading.Event) -> None:
    """Have the desk alerted of symbols without prices until ``over`` is set."""
    from propdesk.boot.feed_gap_watch import FeedGapWatch  # noqa: PLC0415

    with closing(PostgresLog(str(settings.database_url)).reader()) as reader:
        FeedGapWatch(reader, events_of(0), now).run(over)


def by_own_limits(settings: Settings, over: threading.Event) -> None:
    """Lock who reaches a daily limit of his own, until ``over`` is set."""
    from propdesk.boot.own_limit_watch import watch_own_limits  # noqa: PLC0415

    with closing(EngineClient(socket_path(settings.home))) as engine:
        watch_own_limits(engine, now, over)


WORK = (
    to_engine,
    to_platforms,
    to_payment_providers,
    by_the_clock,
    to_people,
    watching_room,
    watching_feeds,
    by_own_limits,
)


def _name() -> str:
    return f"{os.uname().nodename}/{os.getpid()}"


def now() -> datetime:
    """The present moment."""
    return datetime.now(UTC)


def alarm(sentence: str) -> None:
    """Something a person must look at."""
    _log.error("alarm", sentence=sentence)


if __name__ == "__main__":
    main()
