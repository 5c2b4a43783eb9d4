"""A connection that sleeps until the database says that the outbox has new rows for somebody.

It must not read them.
"""

import contextlib
import math
import select
import time
from collections.abc import Iterator
from typing import Protocol

import psycopg

from propdesk.crm.outbox.models import BELL


class Bell(Protocol):
    """Rings when rows were added."""

    def wait(self, timeout_s: float) -> bool:
        """Sleep until it rings; False: it did not."""


class OutboxBell(Bell):
    """The bell of one destination. What rang since the last ``wait`` is heard by the next."""

    def __init__(self, connection: psycopg.Connection, destination: str) -> None:
        self._connection = connection
        self._destination = destination

    def wait(self, timeout_s: float) -> bool:
        until = time.monotonic() + timeout_s
        poll = select.poll()
        poll.register(self._connection.fileno(), select.POLLIN)
        while not self._rang():  # it hears what rings for others too
            left_s = until - time.monotonic()
            if left_s <= 0:
                return False
            poll.poll(math.ceil(left_s * 1000))
        return True

    def _rang(self) -> bool:
        told = self._connection.notifies(timeout=0)
        return self._destination in [each.payload for each in told]


@contextlib.contextmanager
def outbox_bell(url: str, destination: str) -> Iterator[OutboxBell]:
    """A bell while the block lasts. Raises ``psycopg.OperationalError``."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"LISTEN {BELL}")
        yield OutboxBell(connection, destination)
