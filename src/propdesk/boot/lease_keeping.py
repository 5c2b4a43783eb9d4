"""A lease renewed from a thread of its own while its holder works.

One step of a large state takes longer than the hold: reading it, replaying a log, the first
account of a rulebook. Were it renewed between steps, two processes would lose it to each other in
turns. A frozen process renews nothing; nor is anything renewed for a holder that has been at the
same step for ``STEP_S_MAX``. It must not decide what a lost lease means.
"""

import threading
import time
from types import TracebackType
from typing import Self

import structlog

from propdesk.ports.lease import Lease, LeaseUnknown

STEP_S_MAX = 120.0

_log = structlog.get_logger(__name__)


class LeaseKept:
    """Holds ``lease`` on while it is entered, and releases it; ``lost`` says that it was taken."""

    def __init__(self, lease: Lease, *, every_s: float, step_s_max: float = STEP_S_MAX) -> None:
        self._lease, self._every_s, self._step_s_max = lease, every_s, step_s_max
        self._over = threading.Event()
        self.lost = threading.Event()
        self._stepped = time.monotonic()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def step(self) -> None:
        """The holder goes on: it is not stuck."""
        self._stepped = time.monotonic()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()
        try:
            self._lease.release()
        except LeaseUnknown as unknown:  # it runs out by itself
            _log.warning("lease_unknown", error=str(unknown))

    def _renew(self) -> None:
        while not self._over.wait(self._every_s):
            if time.monotonic() - self._stepped > self._step_s_max:
                continue
            try:
                if not self._lease.renew():
                    self.lost.set()
                    return
            except LeaseUnknown as error:
                # With the database away nobody else can have it either; what is said without it
                # is fenced by the log.
                _log.warning("lease_unknown", error=str(error))
