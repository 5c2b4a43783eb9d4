"""Blocks of rows in one growing array: sizes are powers of two, released blocks are used again.

It hands out numbers of rows only; the arrays are its caller's.
"""

from collections.abc import Mapping


class Blocks:
    """Which rows of an array are handed out."""

    __slots__ = ("_free", "rows")

    def __init__(self, rows: int = 0, free: Mapping[int, list[int]] | None = None) -> None:
        self.rows = rows
        """Rows handed out so far, released ones included: the array is at least as long."""
        self._free: dict[int, list[int]] = {
            size: list(firsts) for size, firsts in (free or {}).items()
        }

    def take(self, count: int) -> int:
        """The first row of a block with room for ``count`` rows."""
        size = size_of(count)
        waiting = self._free.get(size)
        if waiting:
            return waiting.pop()
        first = self.rows
        self.rows += size
        return first

    def release(self, first: int, count: int) -> None:
        """Give back the block that was taken for ``count`` rows."""
        self._free.setdefault(size_of(count), []).append(first)

    def free(self) -> dict[int, list[int]]:
        """First rows of the released blocks, by size."""
        return {size: list(firsts) for size, firsts in self._free.items() if firsts}


def size_of(count: int) -> int:
    """The rows of a block with room for ``count``; none for none."""
    return 1 << (count - 1).bit_length() if count > 0 else 0
