"""The clerk as a process: ``python -m propdesk.boot.clerk_process``.

What the firm does that may come a little later than a command: it tells people, asks for refunds,
does what is due by the clock, and watches rooms, feeds and traders' own limits. It steps back
behind everybody who judges, enforces or shows. Where the database fails it ends; whoever started it
begins it again.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from propdesk.boot.carriers import ASIDE, alarm, carry_as_a_process, name_of_process, now
from propdesk.boot.settings import Settings
from propdesk.connectors.engine_queries.client import EngineClient
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.log_records import events_of


def main() -> None:
    carry_as_a_process(WORK, "the clerk", ASIDE)


def by_the_clock(settings: Settings, over: threading.Event) -> None:
    """Command what is due at a moment, until ``over`` is set."""
    from propdesk.boot.firm_clock import FirmClock  # noqa: PLC0415

    with closing(EngineClient(socket_path(settings.home))) as engine:
        FirmClock(alarm, now, engine).run(over)


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
        NoticeCourier(name_of_process(), messengers(), executor, alarm, now).run(over, bell)


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
    to_payment_providers,
    by_the_clock,
    to_people,
    watching_room,
    watching_feeds,
    by_own_limits,
)


if __name__ == "__main__":
    main()
