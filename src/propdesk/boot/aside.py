"""Work done aside: in a forked child that has this moment's state, while the parent goes on.

The kernel gives the child the memory as it is and copies a page only where one of the two writes:
a state of gigabytes is held still at the price of some milliseconds. A thread could not: the
interpreter runs one at a time. The child has one thread, the one that forked, so it must not wait
for another, nor use the parent's connections: its descriptors are closed, and it leaves without
tidying up what is the parent's. One that does not come to an end is killed.
"""

import gc
import os
import signal
import time
from collections.abc import Callable

from propdesk.boot.parent_death import end_with_parent

ANSWER_BYTES_MAX = 65_536
NICE = 10
"""What is done aside is done when the parent, and whoever it works with, need no processor."""


class AsideFailed(Exception):
    """The child ended without an answer; what it did is undone or was never there."""


class Aside:
    """One piece of work in a child. ``work`` returns what it has to say."""

    def __init__(self, work: Callable[[], str], *, seconds_max: float) -> None:
        self._until = time.monotonic() + seconds_max
        self._read, write = os.pipe()
        self._heard = b""
        self._pid = os.fork()
        if self._pid == 0:
            _work_and_leave(work, write)
        os.close(write)
        os.set_blocking(self._read, False)

    def answer(self) -> str | None:
        """What the child said at its end; None while it works. Raises ``AsideFailed``."""
        try:
            while more := os.read(self._read, ANSWER_BYTES_MAX):
                self._heard += more
        except BlockingIOError:
            if time.monotonic() < self._until:
                return None
            self.end()
            raise AsideFailed("it did not come to an end") from None
        os.close(self._read)
        _, status = os.waitpid(self._pid, 0)
        if status:
            raise AsideFailed(f"it ended with {os.waitstatus_to_exitcode(status)}")
        return self._heard.decode()

    def end(self) -> None:
        """Give it up."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._read)


def _work_and_leave(work: Callable[[], str], write: int) -> None:
    """The whole life of the child."""
    code = 1
    try:
        gc.disable()  # it would write to every page, and there is nothing to gain
        os.nice(NICE)
        os.closerange(3, write)
        os.closerange(write + 1, os.sysconf("SC_OPEN_MAX"))
        end_with_parent()
        os.write(write, work().encode())
        code = 0
    finally:
        os._exit(code)
