"""Starts the embedded database again when it dies while the application lives.

It must not hide a database that will not come back: then it ends the application.
"""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator

from propdesk.storage.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError

LOOK_EVERY_S = 0.25


@contextlib.contextmanager
def watched(database: EmbeddedPostgres, tell: Callable[[str], None]) -> Iterator[None]:
    """Watches a started ``database`` until the block ends."""
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.wait(LOOK_EVERY_S):
            if database.server_pid is not None:
                continue
            tell("Propdesk: the database ended unasked; starting it again")
            try:
                database.start()
            except EmbeddedPostgresError as error:
                tell(f"Propdesk: {error}")
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watcher = threading.Thread(target=watch, name="database-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        is_over.set()
        watcher.join()
