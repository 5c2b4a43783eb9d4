"""How a reader refuses: ``Unreadable``, and the door through which a parser's errors become one.

It must not soften anything: whatever a row cannot be read for is refused with that row.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from propdesk.wire.unreadable import Unreadable

__all__ = ["Unreadable", "at_row"]


@contextmanager
def at_row(file: str, row: int | None) -> Iterator[None]:
    """Turn a ``ValueError`` raised inside into ``Unreadable`` with this file and row."""
    try:
        yield
    except ValueError as error:
        raise Unreadable(file, row, str(error)) from None
