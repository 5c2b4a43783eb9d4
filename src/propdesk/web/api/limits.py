"""How often somebody may call: so many requests in a minute, counted in this process's memory.

Several processes count each for itself, so together they let through as often more. It must not
grow with those who call: whose minute is over is forgotten.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 60
OF_KEY = 300
"""Requests in a minute by one key, or by one person's sessions."""
OF_STRANGER = 60
"""By one address, of whoever is not known."""
OF_ADDRESS = 1_200
"""By one address altogether: whoever tries keys is stopped here."""
COUNTED_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Count:
    """Where somebody stands after a request."""

    limit: int
    remaining: int
    reset_s: int
    is_over: bool

    @property
    def headers(self) -> dict[str, str]:
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
            "RateLimit-Policy": f"{self.limit};w={WINDOW_S}",
        }
        return {**told, "Retry-After": str(self.reset_s)} if self.is_over else told


class Limits:
    """Counts by name, each in a window that begins with its first request."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, counted_max: int = COUNTED_MAX
    ) -> None:
        self._clock = clock
        self._counted_max = counted_max
        self._lock = threading.Lock()
        self._counts: dict[str, tuple[float, int]] = {}

    def count(self, name: str, limit: int) -> Count:
        """One more request of ``name``."""
        now = self._clock()
        with self._lock:
            began, made = self._counts.get(name, (now, 0))
            if now - began >= WINDOW_S:
                began, made = now, 0
            if name not in self._counts and len(self._counts) >= self._counted_max:
                self._forget(now)
            self._counts[name] = (began, made + 1)
        left = max(1, round(began + WINDOW_S - now))
        return Count(limit, max(0, limit - made - 1), left, made >= limit)

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._counts.clear()

    def _forget(self, now: float) -> None:
        """Those whose minute is over; the oldest tenth, where none is."""
        over = [name for name, (began, _) in self._counts.items() if now - began >= WINDOW_S]
        for name in over or list(self._counts)[: self._counted_max // 10 + 1]:
            del self._counts[name]


LIMITS = Limits()
"""Of this process."""
