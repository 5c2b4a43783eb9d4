"""Where the query socket lies, and how a path that is too long for a socket is reached.

It must not create anything but the directory of the socket.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

PATH_BYTES_MAX = 107  # sun_path of Linux, less the closing zero


def socket_path(home: Path) -> Path:
    """The query socket of the engine whose state lies under ``home``."""
    return home / "run" / "engine-queries.sock"


def identity(path: Path) -> tuple[int, int] | None:
    """Which file a path names now; None: none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_ctime_ns  # a number alone is given again at once


@contextlib.contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name of ``path`` that is short enough while the block runs. Raises ``OSError``."""
    if len(os.fsencode(path)) <= PATH_BYTES_MAX:
        yield str(path)
        return
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)
