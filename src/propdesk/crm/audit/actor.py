"""Who acts: a person in one role, a visitor, or the program itself.

It must not decide what may be done; ``people/permissions.py`` does.
"""

from dataclasses import dataclass
from uuid import UUID

SYSTEM = "system"
"""The role of the program: a command, a projector, a schedule."""
ANONYMOUS = "anonymous"
"""The role of a visitor who has not signed in."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as what and from where. The role is the one that permits what is done."""

    person: UUID | None
    role: str
    address: str = ""
    """The address the request came from; empty where there was no request."""
    process: str = ""
    """Which part of the program acts, where no person does."""


def system(process: str) -> Actor:
    """The program itself: ``process`` says which part of it."""
    return Actor(None, SYSTEM, process=process)


def anonymous(address: str = "") -> Actor:
    """A visitor of whom nothing is known but the address."""
    return Actor(None, ANONYMOUS, address=address)
