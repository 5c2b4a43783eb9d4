"""Who may act now: a name held by one owner for a short time, renewed while he lives."""

from typing import Protocol


class Lease(Protocol):
    """A held name. ``epoch`` rises with each new holder."""

    @property
    def epoch(self) -> int: ...

    def renew(self) -> bool:
        """Hold it for another while; False where somebody else holds it now."""

    def release(self) -> None: ...


class Leases(Protocol):
    """Where leases are asked for."""

    def acquire(self, name: str, owner: str, *, hold_s: float, wait_s: float) -> Lease | None:
        """The lease, waiting for it at most ``wait_s``; None where another keeps it."""
