"""Starts PostgreSQL's programs through ``child.py``: own session, own user, our life is theirs.

It must be called from a thread that outlives the program: the parent-death signal is sent when
the *thread* that started it ends, not the process.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from propdesk.storage.embedded_postgres.errors import DatabaseFailed
from propdesk.storage.embedded_postgres.identity import ServerUser

CHILD = Path(__file__).with_name("child.py")
# Nothing of ours: a PGDATA or a PGPORT meant for another server must not reach this one.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def spawn(
    command: Sequence[str], *, user: ServerUser, output: IO[bytes] | int, root_descriptor: int
) -> subprocess.Popen[bytes]:
    """Starts one program, detached from our terminal, with nothing open but its directory."""
    who = (user.uid, user.gid) if user.is_switched else (-1, -1)
    return subprocess.Popen(  # noqa: S603 (our own words, no shell)
        [sys.executable, "-I", "-S", str(CHILD), str(os.getpid()), *map(str, who), *command],
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        cwd="/",
        env=ENVIRONMENT,
        start_new_session=True,
        pass_fds=[root_descriptor],
    )


def run(command: Sequence[str], *, user: ServerUser, root_descriptor: int) -> None:
    """Runs one program to its end; raises DatabaseFailed with its output when it fails."""
    process = spawn(command, user=user, output=subprocess.PIPE, root_descriptor=root_descriptor)
    output, _ = process.communicate()
    if process.returncode:
        name = Path(command[0]).name
        text = output.decode(errors="replace").strip()
        raise DatabaseFailed(f"{name} ended with status {process.returncode}: {text}")
