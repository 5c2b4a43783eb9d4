"""Reads streams, and sleeps on the connection's socket until the log says that there is more.

It must not poll: between two records it sends nothing.
"""

import select
import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import psycopg
from psycopg import sql

from propdesk.ports.event_log import LogUnavailable, OffsetGone, Reader, Record
from propdesk.storage.event_log.meanings import unavailable
from propdesk.storage.postgres_link import Link

CHANNEL = "log/"
RECORDS_MAX = 8192
"""A read looks at no more records than this, however small their bodies are."""
RECONNECT_PAUSE_S = 0.05
READ = """
SELECT record_offset, key, body, appended_at FROM (
    SELECT *, sum(length(body)) OVER (
        ORDER BY record_offset ROWS UNBOUNDED PRECEDING
    ) AS bytes
    FROM (
        SELECT * FROM {} WHERE record_offset > %b::bigint ORDER BY record_offset LIMIT %b::bigint
    ) AS ahead
) AS counted
WHERE bytes <= %b::bigint OR record_offset = %b::bigint ORDER BY record_offset
"""


@dataclass(frozen=True, slots=True)
class _Segments:
    """A stream's segments as last seen."""

    firsts: tuple[int, ...]
    queries: tuple[bytes, ...]

    def holding(self, offset: int) -> int:
        """Which of them an offset is in; -1 where it lies before the first."""
        return bisect_right(self.firsts, offset) - 1


class PostgresReader(Reader):
    """A reader with a connection of its own."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._segments: dict[str, _Segments] = {}
        self._heard: dict[str, int] = {}
        """The newest offset of each stream that this session listens to."""
        self._listening = 0

    def read(self, stream: str, after: int, *, bytes_max: int = 4_194_304) -> Sequence[Record]:
        try:
            return self._read(stream, after, bytes_max)
        except psycopg.Error as error:
            self._link.is_lost_after(error)
            raise unavailable(error) from error

    def wait(self, tails: Mapping[str, int], timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        while True:
            try:
                return self._wait(tails, deadline)
            except psycopg.Error as error:
                # A lost connection is made again; listening anew looks at the tails first.
                self._link.is_lost_after(error)
                left = deadline - time.monotonic()
                meaning = unavailable(error)
                if left <= 0 or not isinstance(meaning, LogUnavailable):
                    raise meaning from error
                time.sleep(min(left, RECONNECT_PAUSE_S))

    def last(self, stream: str) -> int:
        return self._ask(b"SELECT log.last_offset(%s)", stream)

    def first(self, stream: str) -> int:
        return self._ask(
            b"SELECT coalesce(min(g.first_offset), 0) FROM log.segment g"
            b" JOIN log.stream s ON s.id = g.stream WHERE s.name = %s AND NOT g.is_removed",
            stream,
        )

    def close(self) -> None:
        self._link.close()

    def _ask(self, query: bytes, stream: str) -> int:
        try:
            row = self._link.connection().execute(query, [stream]).fetchone()
        except psycopg.Error as error:
            self._link.is_lost_after(error)
            raise unavailable(error) from error
        return int(row[0]) if row else 0

    # --- reading --------------------------------------------------------------------------
    def _read(self, stream: str, after: int, bytes_max: int) -> list[Record]:
        segments = self._segments.get(stream)
        place = -1 if segments is None else segments.holding(after + 1)
        if segments is not None and place >= 0:
            records = self._of_segment(stream, segments.queries[place], after, bytes_max)
            if records:
                return records
        # Nothing behind it in what is known: a new segment, a dropped one, or truly nothing.
        known, segments = segments, self._look_up(stream)
        if not segments.firsts:
            return []
        place = segments.holding(after + 1)
        if place < 0:
            raise OffsetGone(f"{stream}: {after + 1} is gone, {segments.firsts[0]} is the oldest")
        if known == segments and place == len(segments.firsts) - 1:
            return []
        return self._of_segment(stream, segments.queries[place], after, bytes_max) or []

    def _of_segment(
        self, stream: str, query: bytes, after: int, bytes_max: int
    ) -> list[Record] | None:
        """The records of one segment; None where its table was dropped."""
        limit = min(RECORDS_MAX, max(64, bytes_max // 64))
        cursor = self._link.connection().cursor(binary=True)
        try:
            cursor.execute(query, [after, limit, bytes_max, after + 1], prepare=True)
        except psycopg.errors.UndefinedTable:
            return None
        return [Record(stream, *row) for row in cursor]

    def _look_up(self, stream: str) -> _Segments:
        rows = (
            self._link.connection()
            .execute(
                "SELECT g.first_offset, g.stream, g.number FROM log.segment g"
                " JOIN log.stream s ON s.id = g.stream"
                " WHERE s.name = %s AND NOT g.is_removed ORDER BY g.number",
                [stream],
            )
            .fetchall()
        )
        found = _Segments(
            firsts=tuple(row[0] for row in rows),
            queries=tuple(_read_query(row[1], row[2]) for row in rows),
        )
        self._segments[stream] = found
        return found

    # --- waiting --------------------------------------------------------------------------
    def _wait(self, tails: Mapping[str, int], deadline: float) -> bool:
        self._listen(tails)
        while not any(self._heard[stream] > tail for stream, tail in tails.items()):
            left = deadline - time.monotonic()
            if left <= 0:
                # Looked at once more: a connection that died without a word is found out here.
                self._look_at_tails(tails)
                return any(self._heard[stream] > tail for stream, tail in tails.items())
            self._sleep(left)
        return True

    def _listen(self, tails: Mapping[str, int]) -> None:
        connection = self._link.connection()
        if self._listening != self._link.made:
            self._heard.clear()
            connection.add_notify_handler(self._on_notify)
            self._listening = self._link.made
        new = [stream for stream in tails if stream not in self._heard]
        if not new:
            return
        for stream in new:
            connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL + stream)))
        # Only behind LISTEN: what is appended from here on is told, what was before is seen now.
        self._look_at_tails(new)

    def _look_at_tails(self, streams: Mapping[str, int] | Sequence[str]) -> None:
        rows = (
            self._link.connection()
            .execute(
                "SELECT name, log.last_offset(name) FROM unnest(%s::text[]) AS name",
                [list(streams)],
            )
            .fetchall()
        )
        for stream, last in rows:
            self._heard[stream] = max(last, self._heard.get(stream, 0))

    def _on_notify(self, notify: psycopg.Notify) -> None:
        stream = notify.channel.removeprefix(CHANNEL)
        self._heard[stream] = max(int(notify.payload), self._heard.get(stream, 0))

    def _sleep(self, timeout_s: float) -> None:
        """Until something was heard or the time is over. Raises where the connection is lost."""
        session = self._link.connection().pgconn
        if self._take(session):
            return
        poll = select.poll()
        poll.register(session.socket, select.POLLIN)
        if poll.poll(max(1.0, timeout_s * 1000)):
            self._take(session)

    def _take(self, session: psycopg.pq.abc.PGconn) -> bool:
        session.consume_input()
        taken = False
        while (told := session.notifies()) is not None:
            name, payload = told.relname.decode(), told.extra.decode()
            self._on_notify(psycopg.Notify(name, payload, told.be_pid))
            taken = True
        return taken


def _read_query(stream: int, number: int) -> bytes:
    table = sql.Identifier("log", f"segment_{stream}_{number}")
    return sql.SQL(READ).format(table).as_bytes(None)
