"""Where the embedded database lives under PROPDESK_HOME, and by which path each side sees it.

It must not touch what is inside the data directory.
"""

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from propdesk.storage.embedded_postgres.errors import HomeUnusable
from propdesk.storage.embedded_postgres.identity import ServerUser, can_enter

PORT = 5432  # no port is opened; it is part of the socket's name
SOCKET_NAME = f".s.PGSQL.{PORT}"
SOCKET_PATH_BYTES_MAX = 107  # sun_path of Linux, less the closing zero


@dataclass(frozen=True, slots=True)
class Places:
    """The directories of one embedded database, as we see them and as the server does."""

    root: Path
    data: Path
    sockets: Path
    log: Path
    lock: Path
    is_root_closed: bool
    """True when the server's user cannot walk to ``root``; it is then handed over open."""

    def seen_by_server(self, path: Path, root_descriptor: int) -> str:
        """The path that leads the server to ``path``.

        Below a directory that its user may not walk into (root's own home, a private temporary
        directory) it goes through the descriptor it inherits, so that nothing must be opened up.
        """
        if not self.is_root_closed or not path.is_relative_to(self.root):
            return str(path)
        return f"/proc/self/fd/{root_descriptor}/{path.relative_to(self.root)}"


def prepare_places(home: Path, user: ServerUser) -> Places:
    """Makes the directories below ``home``, owned by the server's user and closed to others.

    Raises HomeUnusable when one cannot be made or belongs to somebody else.
    """
    root = home / "postgresql"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o711 if user.is_switched else 0o700)
        sockets = _socket_directory(root)
        for directory in (root, sockets):
            _make_private(directory, user)
    except OSError as error:
        raise HomeUnusable(
            f"PROPDESK_HOME {home} cannot be used: {error.strerror or error}"
        ) from error
    return Places(
        root=root,
        data=root / "data",
        sockets=sockets,
        log=root / "server.log",
        lock=root / "owner.lock",
        is_root_closed=not can_enter(user, root),
    )


def _socket_directory(root: Path) -> Path:
    sockets = root / "run"
    if len(os.fsencode(sockets / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX:
        return sockets
    # A deep home: the socket moves to a short path that is derived from the home alone.
    digest = hashlib.sha256(os.fsencode(root)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"propdesk-{os.geteuid()}-{digest}"


def _make_private(directory: Path, user: ServerUser) -> None:
    if not os.path.lexists(directory):
        directory.mkdir(mode=0o700)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise HomeUnusable(f"{directory} is not a directory")
    if status.st_uid not in (user.uid, os.geteuid()):
        raise HomeUnusable(
            f"{directory} belongs to user id {status.st_uid}, not to {user.name}: start Propdesk "
            "as its owner, or set PROPDESK_HOME to another directory"
        )
    user.give(directory)
    directory.chmod(0o700)
