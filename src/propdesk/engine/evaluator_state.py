"""An account's evaluator as bytes, and back: what a snapshot keeps of it.

What many accounts share (rulebook, terms, instruments, the market, conditions) is kept once, by
name, and put back by whoever reads. It must not be read from anywhere but a checked snapshot: even
so only classes of the domain and plain values are made.
"""

import io
import pickle
from collections.abc import Hashable, Mapping
from typing import Any

from propdesk.domain.unattended import Unattended

DOMAIN = "propdesk.domain."
PLAIN = frozenset(
    {
        ("builtins", "set"),
        ("builtins", "frozenset"),
        ("builtins", "getattr"),
        ("collections", "Counter"),
        ("collections", "OrderedDict"),
        ("collections", "defaultdict"),
        ("collections", "deque"),
        ("datetime", "date"),
        ("datetime", "datetime"),
        ("datetime", "time"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
        ("decimal", "Decimal"),
        ("fractions", "Fraction"),
        ("zoneinfo", "ZoneInfo._unpickle"),
    }
)


class StateRefused(Exception):
    """The bytes are no evaluator of this version. The caller replays the log instead."""


class Shared:
    """The objects that are kept by name. Names and objects belong together for good."""

    def __init__(self, named: Mapping[Hashable, object]) -> None:
        self._by_name = dict(named)
        self._names = {id(each): name for name, each in self._by_name.items()}

    def name_of(self, thing: object) -> Hashable | None:
        return self._names.get(id(thing))

    def named(self, name: Hashable) -> object:
        """Raises ``StateRefused`` for a name that nobody shares."""
        try:
            return self._by_name[name]
        except KeyError:
            raise StateRefused(f"nothing is shared under {name!r}") from None


def pack(unattended: Unattended, shared: Shared) -> bytes:
    """The state of an account's evaluator."""
    target = io.BytesIO()
    writer = _Writer(target, pickle.HIGHEST_PROTOCOL)
    writer.shared = shared
    writer.dump(unattended)
    return target.getvalue()


def unpack(data: bytes | memoryview, shared: Shared) -> Unattended:
    """The evaluator of a state. Raises ``StateRefused`` for anything else."""
    reader = _Reader(io.BytesIO(data))
    reader.shared = shared
    try:
        found = reader.load()
    except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError, KeyError,
            IndexError, ImportError) as error:  # fmt: skip
        raise StateRefused(f"{type(error).__name__}: {error}") from error
    if not isinstance(found, Unattended):
        raise StateRefused(f"a {type(found).__name__} is no evaluator")
    return found


class _Writer(pickle.Pickler):
    shared: Shared

    def persistent_id(self, obj: Any) -> Any:
        return self.shared.name_of(obj)


class _Reader(pickle.Unpickler):
    shared: Shared

    def persistent_load(self, pid: Any) -> Any:
        return self.shared.named(pid)

    def find_class(self, module: str, name: str) -> Any:
        if module.startswith(DOMAIN) or (module, name) in PLAIN:
            return super().find_class(module, name)
        raise StateRefused(f"{module}.{name} has no place in a state")
