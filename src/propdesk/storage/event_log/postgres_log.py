"""The door of the event log in PostgreSQL: take-over, readers, retention, durability.

It must not hold a connection itself; a writer and a reader have one each.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing

import psycopg
from psycopg import sql

from propdesk.ports.event_log import EventLog, check_names
from propdesk.storage.event_log.meanings import unavailable
from propdesk.storage.event_log.reader import PostgresReader
from propdesk.storage.event_log.writer import PostgresWriter, assert_durable
from propdesk.storage.postgres_link import Link
from propdesk.storage.schema_steps import bring_up_to_date, steps_of

SCHEMA = "log"
SEGMENT_RECORDS = 1_048_576
STEPS = steps_of("propdesk.storage.event_log")
DURABILITY = [
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "synchronous_standby_names",
    "wal_sync_method",
    "server_version",
]


def prepare(link: Link) -> None:
    """Make or complete the schema. Raises ``LogUnavailable`` and ``StepChanged``."""
    try:
        bring_up_to_date(link.connection(), SCHEMA, STEPS)
    except psycopg.Error as error:
        raise unavailable(error) from error


class PostgresLog(EventLog):
    """The log in the database at ``url``. It may be used from several threads."""

    def __init__(self, url: str, *, segment_records: int = SEGMENT_RECORDS) -> None:
        self._url = url
        self._segment_records = segment_records

    def writer(self, streams: Sequence[str], owner: str) -> PostgresWriter:
        check_names(streams)
        link = Link(self._url)
        try:
            prepare(link)
            rows = (
                link.connection()
                .execute(
                    "SELECT stream_name, stream, new_epoch FROM log.take_over(%s, %s, %s)",
                    [list(streams), owner, self._segment_records],
                )
                .fetchall()
            )
        except psycopg.Error as error:
            link.close()
            raise unavailable(error) from error
        except BaseException:
            link.close()
            raise
        return PostgresWriter(link, {name: number for name, number, _ in rows}, rows[0][2])

    def reader(self) -> PostgresReader:
        link = Link(self._url)
        try:
            prepare(link)
        except BaseException:
            link.close()
            raise
        return PostgresReader(link)

    def retain(self, stream: str, from_offset: int) -> int:
        with closing(Link(self._url)) as link:
            prepare(link)
            try:
                connection = link.connection()
                answer = connection.execute("SELECT log.retain(%s, %s)", [stream, from_offset])
                removed = answer.fetchone()
                _drop_removed(connection)
            except psycopg.Error as error:
                raise unavailable(error) from error
        return int(removed[0]) if removed else 0

    def durability(self) -> Mapping[str, str]:
        with closing(Link(self._url)) as link:
            try:
                connection = link.connection()
                assert_durable(connection)
                rows = connection.execute(
                    "SELECT name, setting FROM pg_settings WHERE name = ANY (%s)", [DURABILITY]
                ).fetchall()
            except psycopg.Error as error:
                raise unavailable(error) from error
        return {"log": "postgresql", **dict(rows)}


def _drop_removed(connection: psycopg.Connection) -> None:
    """Drop the tables of removed segments. One that somebody still reads waits for next time."""
    rows = connection.execute("SELECT stream, number FROM log.segment WHERE is_removed").fetchall()
    for stream, number in rows:
        table = sql.Identifier(SCHEMA, f"segment_{stream}_{number}")
        try:
            with connection.transaction():
                connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(table))
                connection.execute(
                    "DELETE FROM log.segment WHERE stream = %s AND number = %s", [stream, number]
                )
        except psycopg.errors.LockNotAvailable:
            return
