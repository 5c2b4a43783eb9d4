"""Leases in memory, for tests and trials: one process, gone with it.

It must not be used where two processes could both act.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition

from propdesk.ports.lease import Lease, Leases


@dataclass(slots=True)
class _Held:
    epoch: int
    until_s: float


class MemoryLeases(Leases):
    """Leases in a dictionary behind one lock; safe to use from several threads."""

    def __init__(self, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._held: dict[str, _Held] = {}
        self._epoch = 0
        self._changed = Condition()

    def acquire(
        self,
        name: str,
        owner: str,  # noqa: ARG002 - who holds it is told to nobody here
        *,
        hold_s: float,
        wait_s: float,
    ) -> "MemoryLease | None":
        deadline_s = self._clock_s() + wait_s
        with self._changed:
            while (free_in_s := self._free_in_s(name)) > 0:
                left_s = deadline_s - self._clock_s()
                if left_s <= 0:
                    return None
                self._changed.wait(min(left_s, free_in_s))
            self._epoch += 1
            self._held[name] = _Held(self._epoch, self._clock_s() + hold_s)
            return MemoryLease(self, name, hold_s, self._epoch)

    def renew(self, name: str, epoch: int, hold_s: float) -> bool:
        """Hold it on, where it was not released or taken since."""
        with self._changed:
            held = self._held.get(name)
            if held is None or held.epoch != epoch:
                return False
            held.until_s = self._clock_s() + hold_s
            return True

    def release(self, name: str, epoch: int) -> None:
        """Give it up, where it is still held in this epoch."""
        with self._changed:
            held = self._held.get(name)
            if held is not None and held.epoch == epoch:
                del self._held[name]
                self._changed.notify_all()

    def _free_in_s(self, name: str) -> float:
        held = self._held.get(name)
        return 0.0 if held is None else held.until_s - self._clock_s()


class MemoryLease(Lease):
    """A lease of ``MemoryLeases``."""

    def __init__(self, leases: MemoryLeases, name: str, hold_s: float, epoch: int) -> None:
        self._leases = leases
        self._name = name
        self._hold_s = hold_s
        self._epoch = epoch

    @property
    def epoch(self) -> int:
        return self._epoch

    def renew(self) -> bool:
        return self._leases.renew(self._name, self._epoch, self._hold_s)

    def release(self) -> None:
        self._leases.release(self._name, self._epoch)
