"""Leases in PostgreSQL, by the clock of the database alone.

It must not ask the machine what time it is: two machines' clocks differ, and both would act.
"""

import select
import time

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from propdesk.ports.event_log import LogUnavailable
from propdesk.ports.lease import Lease, Leases, LeaseUnknown
from propdesk.storage.event_log.meanings import unavailable
from propdesk.storage.event_log.postgres_log import prepare
from propdesk.storage.postgres_link import Link

TAKE = """
INSERT INTO log.lease AS held (name, owner, epoch, held_until)
VALUES (%(name)s, %(owner)s, nextval('log.epoch'),
        clock_timestamp() + make_interval(secs => %(hold_s)s))
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, epoch = nextval('log.epoch'),
    held_until = clock_timestamp() + make_interval(secs => %(hold_s)s)
WHERE held.held_until <= clock_timestamp()
RETURNING epoch
"""
LEFT = """
SELECT extract(epoch FROM held_until - clock_timestamp())::float8 FROM log.lease WHERE name = %s
"""
RENEW = """
UPDATE log.lease SET held_until = clock_timestamp() + make_interval(secs => %s)
WHERE name = %s AND epoch = %s AND held_until > to_timestamp(0)
AND set_config('synchronous_commit', 'off', true) = 'off'
"""
# It waits for no disk: a busy one would cost the holder its lease. One forgotten in a crash of the
# server ends the hold sooner, no more.
RELEASE = """
UPDATE log.lease SET held_until = to_timestamp(0) WHERE name = %s AND epoch = %s
"""
CHANNEL = "lease/"


class PostgresLeases(Leases):
    """Leases kept in the database at ``url``. It may be used from several threads."""

    def __init__(self, url: str) -> None:
        self._url = url

    def acquire(
        self, name: str, owner: str, *, hold_s: float, wait_s: float
    ) -> "PostgresLease | None":
        link = Link(self._url)
        try:
            epoch = _acquired(link, name, owner, hold_s, wait_s)
        except (psycopg.Error, LogUnavailable) as error:
            link.close()
            raise _meaning(name, error) from error
        except BaseException:
            link.close()
            raise
        if epoch is None:
            link.close()
            return None
        return PostgresLease(link, name, hold_s, epoch)


class PostgresLease(Lease):
    """A held name, with a connection of its own."""

    def __init__(self, link: Link, name: str, hold_s: float, epoch: int) -> None:
        self._link = link
        self._name = name
        self._hold_s = hold_s
        self._epoch = epoch

    @property
    def epoch(self) -> int:
        return self._epoch

    def renew(self) -> bool:
        # Run out but not taken counts as held: nobody has acted in between.
        return self._changed(RENEW.encode(), [self._hold_s, self._name, self._epoch])

    def release(self) -> None:
        if self._changed(RELEASE.encode(), [self._name, self._epoch]):
            self._changed(b"SELECT pg_notify(%s, '')", [CHANNEL + self._name])
        self._link.close()

    def _changed(self, query: bytes, values: list[object]) -> bool:
        try:
            return self._link.connection().execute(query, values).rowcount == 1
        except psycopg.Error as error:
            self._link.is_lost_after(error)
            raise _meaning(self._name, error) from error


def _acquired(link: Link, name: str, owner: str, hold_s: float, wait_s: float) -> int | None:
    """The epoch, or None after ``wait_s``. Sleeps until the hold ends or is given up."""
    deadline = time.monotonic() + wait_s
    prepare(link)
    connection = link.connection()
    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL + name)))
    told: list[psycopg.Notify] = []
    connection.add_notify_handler(told.append)
    wanted = {"name": name, "owner": owner, "hold_s": hold_s}
    while True:
        told.clear()
        row = connection.execute(TAKE.encode(), wanted).fetchone()
        if row is not None:
            return int(row[0])
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        held_for_s = _held_for_s(connection, name)
        if not told:
            _sleep(connection, min(left, held_for_s))


def _meaning(name: str, error: psycopg.Error | LogUnavailable) -> Exception:
    """``LeaseUnknown`` where the database is away, busy or a stand-by; else the error itself."""
    if isinstance(error, psycopg.Error) and not isinstance(unavailable(error), LogUnavailable):
        return error
    return LeaseUnknown(f"lease {name}: {error}")


def _held_for_s(connection: psycopg.Connection[TupleRow], name: str) -> float:
    row = connection.execute(LEFT.encode(), [name]).fetchone()
    return max(0.0, float(row[0])) if row else 0.0


def _sleep(connection: psycopg.Connection[TupleRow], timeout_s: float) -> None:
    session = connection.pgconn
    poll = select.poll()
    poll.register(session.socket, select.POLLIN)
    if poll.poll(timeout_s * 1000 + 1):
        session.consume_input()
        while session.notifies() is not None:
            continue  # each says the same: look again
