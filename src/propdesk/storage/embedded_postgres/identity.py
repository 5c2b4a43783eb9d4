"""Who the database server runs as: never root, which PostgreSQL refuses for good reason.

It must not loosen the permissions of any directory to make a path reachable.
"""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from propdesk.storage.embedded_postgres.errors import HomeUnusable

SYSTEM_USER = "propdesk-db"
"""The dedicated system user; ``nobody`` is shared with whatever else runs as nobody."""


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The operating-system user of the server process, and whether we change to it."""

    name: str
    uid: int
    gid: int
    is_switched: bool

    def give(self, path: Path) -> None:
        """Makes the user the owner of ``path``, where it is not our own user anyway."""
        if self.is_switched:
            os.chown(path, self.uid, self.gid)


def server_user() -> ServerUser:
    """Ourselves, or the dedicated system user (created on first need) when we are root."""
    if os.geteuid() != 0:
        uid = os.geteuid()
        return ServerUser(_name_of(uid), uid, os.getegid(), is_switched=False)
    try:
        entry = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        _create_system_user()
        entry = pwd.getpwnam(SYSTEM_USER)
    return ServerUser(entry.pw_name, entry.pw_uid, entry.pw_gid, is_switched=True)


def client_user_name() -> str:
    """The name under which our own connections arrive at the server's peer authentication."""
    return _name_of(os.geteuid())


def can_enter(user: ServerUser, directory: Path) -> bool:
    """Whether ``user`` may walk into ``directory``, judged by each directory on the way."""
    if not user.is_switched:
        return os.access(directory, os.X_OK)
    resolved = directory.resolve()
    return all(_may_search(user, step) for step in (resolved, *resolved.parents))


def _may_search(user: ServerUser, directory: Path) -> bool:
    status = directory.stat()
    if status.st_uid == user.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == user.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        raise HomeUnusable(
            f"user id {uid} has no name on this machine, and PostgreSQL needs one; add the user, "
            "or name a database server in PROPDESK_DATABASE_URL"
        ) from None


def _create_system_user() -> None:
    program = shutil.which("useradd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    refusal = (
        f"PostgreSQL does not run as root, and the system user {SYSTEM_USER!r} could not be made"
    )
    remedy = "make it by hand, start Propdesk as a normal user, or set PROPDESK_DATABASE_URL"
    if program is None:
        raise HomeUnusable(f"{refusal}: there is no useradd; {remedy}")
    made = subprocess.run(  # noqa: S603 (fixed words, no shell)
        [
            *(program, "--system", "--user-group", "--no-create-home"),
            *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SYSTEM_USER),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    already_exists = 9  # two first starts at once: the other one made it
    if made.returncode not in (0, already_exists):
        raise HomeUnusable(f"{refusal}: {made.stderr.strip()}; {remedy}")
