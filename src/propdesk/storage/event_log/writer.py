"""Appends to the streams it took over: one statement and one round trip for each ``append``.

It must not read, and must not take a stream over again after it was fenced.
"""

from collections.abc import Mapping, Sequence

import psycopg
from psycopg.rows import TupleRow

from propdesk.ports.event_log import (
    Batch,
    Entry,
    EventLogError,
    Fenced,
    KeyReused,
    Uncertain,
    Writer,
    batches_of,
)
from propdesk.storage.event_log.meanings import FENCED, KEY_REUSED, unavailable
from propdesk.storage.postgres_link import Link

APPEND = "log.append_to(%b::integer, %b::bigint, %b::text[], %b::bytea[])"
WEAK = ("off", "local")
"""Settings of ``synchronous_commit`` under which an answer may come before the record is safe."""


class PostgresWriter(Writer):
    """The writer of its streams until another takes one over. It belongs to one thread."""

    def __init__(self, link: Link, streams: Mapping[str, int], epoch: int) -> None:
        self._link = link
        self._streams = streams
        self._epoch = epoch
        self._fenced: str | None = None
        self._asserted = 0

    @property
    def epoch(self) -> int:
        return self._epoch

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        batches, places = batches_of(entries, self._streams)
        if self._fenced is not None:
            raise Fenced(self._fenced)
        if not batches:
            return []
        # Everybody locks streams in the order of their numbers, so nobody waits in a circle.
        names = sorted(batches, key=self._streams.__getitem__)
        answers = self._send([(name, batches[name]) for name in names])
        offsets = {
            name: _offsets(answer, len(batches[name].keys))
            for name, answer in zip(names, answers, strict=True)
        }
        return [offsets[name][place] for name, place in places]

    def close(self) -> None:
        self._link.close()

    def _send(self, batches: Sequence[tuple[str, Batch]]) -> TupleRow:
        connection = self._connection()
        values: list[object] = []
        for name, batch in batches:
            values += (self._streams[name], self._epoch, batch.keys, batch.bodies)
        try:
            cursor = connection.cursor(binary=True)
            query = f"SELECT {', '.join([APPEND] * len(batches))}"
            cursor.execute(query.encode(), values, prepare=True)
            answer = cursor.fetchone()
        except psycopg.Error as error:
            raise self._meaning(error, batches) from error
        if answer is None:
            raise Uncertain("the event log gave no answer to an append")
        return answer

    def _connection(self) -> psycopg.Connection[TupleRow]:
        try:
            connection = self._link.connection()
            if self._asserted != self._link.made:
                assert_durable(connection)
                self._asserted = self._link.made
        except psycopg.Error as error:
            raise unavailable(error) from error
        return connection

    def _meaning(
        self, error: psycopg.Error, batches: Sequence[tuple[str, Batch]]
    ) -> EventLogError | psycopg.Error:
        if error.sqlstate == FENCED:
            self._fenced = str(error.diag.message_primary)
            return Fenced(self._fenced)
        if error.sqlstate == KEY_REUSED:
            key = str(error.diag.message_detail)
            return KeyReused(next((n for n, batch in batches if key in batch.keys), ""), key)
        # The statement commits itself: once it was sent, a lost connection leaves it open.
        if self._link.is_lost_after(error):
            return Uncertain(f"the connection was lost during an append: {error}")
        return unavailable(error)


def assert_durable(connection: psycopg.Connection[TupleRow]) -> None:
    """Let a commit of this session answer only when it is on disk, whatever the defaults say."""
    row = connection.execute("SHOW synchronous_commit").fetchone()
    if row is None or row[0] in WEAK:
        connection.execute("SET synchronous_commit = on")


def _offsets(answer: Sequence[int], count: int) -> list[int]:
    """The offsets of a batch: the tail before it, then those known already and their offsets."""
    tail, *rest = answer
    if not rest:
        return list(range(tail + 1, tail + 1 + count))
    known = dict(zip(rest[: len(rest) // 2], rest[len(rest) // 2 :], strict=True))
    offsets = []
    for place in range(1, count + 1):
        if place not in known:
            tail += 1
        offsets.append(known.get(place, tail))
    return offsets
