"""Becomes a PostgreSQL program: gives up root, ties its life to its parent's, and executes it.

It runs as a script of its own so that no Python code runs between fork and exec in a process
with threads. It must not import anything but the standard library.

Usage: child.py PARENT_PID UID GID PROGRAM ARGUMENT…   (UID -1: stay who we are)
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
FAST_SHUTDOWN = signal.SIGINT  # PostgreSQL's word for: end the sessions, write a checkpoint, go


def main() -> None:
    parent, uid, gid = (int(word) for word in sys.argv[1:4])
    program = sys.argv[4:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of user, which clears it. Elsewhere than on Linux there is no such thing:
    # there an application killed outright leaves its server behind.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, FAST_SHUTDOWN, 0, 0, 0)
        if os.getppid() != parent:
            sys.exit("the application ended while its database was starting")
    os.umask(0o077)
    os.execv(program[0], program)  # noqa: S606 (no shell is wanted)


if __name__ == "__main__":
    main()
