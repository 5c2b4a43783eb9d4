"""The numbers of one worked example, each to be asked for: what nobody asked for is reported."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any


class NotUnderstood(Exception):
    """The example says something no translator knows; it is reported, never guessed."""


class Given:
    """The ``given`` of an example. Every key must be read, or the example is not understood."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._unread = set(values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def raw(self, key: str, default: Any = ...) -> Any:
        """A value as it is written. Raises ``NotUnderstood`` where it is missing."""
        self._unread.discard(key)
        if key in self._values:
            return self._values[key]
        if default is ...:
            raise NotUnderstood(f"needs {key!r}")
        return default

    def number(self, key: str, default: Any = ...) -> Decimal:
        """A number, exact as printed."""
        return number(self.raw(key, default))

    def first(self, *keys: str) -> Decimal:
        """The number under whichever of these names the page uses."""
        for key in keys:
            if key in self._values:
                return self.number(key)
        raise NotUnderstood(f"needs one of {', '.join(keys)}")

    def maybe(self, *keys: str) -> Decimal | None:
        return next((self.number(key) for key in keys if key in self._values), None)

    def numbers(self, key: str) -> list[Decimal]:
        return [number(each) for each in self.raw(key)]

    def finish(self) -> None:
        """Raises ``NotUnderstood`` when a key was not read."""
        if self._unread:
            raise NotUnderstood(f"does not know {', '.join(sorted(self._unread))}")


def number(value: Any) -> Decimal:
    """An exact number; JSON numbers arrive as ``Decimal`` or ``int``."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NotUnderstood(f"{value!r} is not a number")
    return Decimal(value)


def only(row: Any, *keys: str) -> dict[str, Any]:
    """A row of an example that says no more than these. Raises ``NotUnderstood``."""
    if not isinstance(row, dict):
        raise NotUnderstood(f"{row!r} is no row of names and values")
    unknown = row.keys() - set(keys)
    if unknown:
        raise NotUnderstood(f"does not know {', '.join(sorted(unknown))}")
    return row
