"""Who may act now: a name held by one owner for a short time, renewed while he lives."""

from typing import Protocol


class LeaseUnknown(Exception):
    """Who keeps the leases does not answer. A holder goes on only until its hold has run out."""


class Lease(Protocol):
    """A held name. ``epoch`` rises with each new holder. It belongs to one thread."""

    @property
    def epoch(self) -> int: ...

    def renew(self) -> bool:
        """Hold it for another while; False where it was released or somebody else has had it
        since. Raises ``LeaseUnknown``."""

    def release(self) -> None:
        """Let somebody else have it at once. Does nothing where it is lost already."""


class Leases(Protocol):
    """Where leases are asked for."""

    def acquire(self, name: str, owner: str, *, hold_s: float, wait_s: float) -> Lease | None:
        """The lease, waiting for it at most ``wait_s``; None where another keeps it.

        Raises ``LeaseUnknown``.
        """
