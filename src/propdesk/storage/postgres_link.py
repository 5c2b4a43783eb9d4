"""One connection to PostgreSQL that is made when needed and made again after it broke.

It must not repeat a statement: whether one may be repeated is known only to who sent it.
"""

import psycopg
from psycopg.rows import TupleRow

CONNECT_S_MAX = 3
SILENCE_MS_MAX = 10_000
"""How long a server may leave what was sent unacknowledged before the link counts as broken."""
# A plan is made once and kept while a table grows from nothing, so it must not depend on its size.
SETTINGS = b"""
SET lock_timeout = '2s'; SET statement_timeout = '30s'; SET jit = off;
SET enable_seqscan = off; SET enable_bitmapscan = off;
SET enable_hashjoin = off; SET enable_mergejoin = off
"""

SERVER_WENT = ("57P01", "57P02", "57P03", "57P04", "57P05")
"""What a server says that ends the connection with its next breath."""


class Link:
    """A connection in autocommit, for one thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: psycopg.Connection[TupleRow] | None = None
        self.made = 0
        """How often it was connected: who keeps something in the session looks at it."""

    def connection(self) -> psycopg.Connection[TupleRow]:
        """The open connection. Raises ``psycopg.OperationalError`` when none can be had."""
        connection = self._connection
        if connection is not None and not connection.closed:
            return connection
        self._connection = None
        connection = psycopg.connect(
            self._url,
            autocommit=True,
            connect_timeout=CONNECT_S_MAX,
            tcp_user_timeout=SILENCE_MS_MAX,
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )
        try:
            connection.execute(SETTINGS)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        self.made += 1
        return connection

    def is_lost_after(self, error: psycopg.Error) -> bool:
        """Whether the connection went with this error, so that its outcome is not known.

        The connection is given up then.
        """
        connection = self._connection
        lost = (
            connection is None
            or connection.closed
            or error.sqlstate in SERVER_WENT
            or (error.sqlstate is None and isinstance(error, psycopg.OperationalError))
        )
        if lost:
            self.close()
        return lost

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
