"""An answer that is costly to find, kept for a moment and found by one asker at a time.

Whoever shows it shows of which moment it is. It must not keep what differs by who asks.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.core.cache import cache

Found = TypeVar("Found")
_turns: dict[str, threading.Lock] = {}
_turns_change = threading.Lock()


@dataclass(frozen=True, slots=True)
class Kept(Generic[Found]):
    """What was found, and when."""

    found: Found
    at: datetime


def remembered_for(
    seconds: int, what: str, key: str, at: datetime, find: Callable[[], Found]
) -> Kept[Found]:
    """What ``find`` says, or said no more than ``seconds`` ago for the same ``what`` and ``key``.

    Of those who ask for one ``what`` at once, one finds and the others wait for it. What ``find``
    raises is raised, and kept for nobody.
    """
    name = f"remembered/{what}/{hashlib.sha256(key.encode()).hexdigest()}"
    kept = cache.get(name)
    if kept is None:
        with _turn(what):
            kept = cache.get(name)
            if kept is None:
                kept = Kept(find(), at)
                cache.set(name, kept, seconds)
    return kept  # type: ignore[no-any-return]


def _turn(what: str) -> threading.Lock:
    with _turns_change:
        return _turns.setdefault(what, threading.Lock())
