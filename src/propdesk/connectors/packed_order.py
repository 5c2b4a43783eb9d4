"""Sorts more items than are worth holding unpacked: sorted runs are packed, then merged.

It must not be walked twice: what was handed on is let go of.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from propdesk.connectors.packed_list import UNPACKED_MAX, packed, unpacked

T = TypeVar("T")


class PackedOrder(Generic[T]):
    """Takes items in any order and gives them by key; those of one key as they came. Mutable."""

    def __init__(self, key: Callable[[T], Any]) -> None:
        self._key = key
        self._runs: list[tuple[Any, int, list[bytes]]] = []
        self._last: list[T] = []

    def put(self, item: T) -> None:
        self._last.append(item)
        if len(self._last) == UNPACKED_MAX:
            self._last.sort(key=self._key)
            self._runs.append((self._key(self._last[0]), len(self._runs), packed(self._last)))
            self._last = []

    def drain(self) -> Iterator[T]:
        """Every item in order. A run is unpacked when its first item is due, block by block."""
        last, runs = self._last, self._runs
        self._last, self._runs = [], []
        last.sort(key=self._key)
        waiting = deque(sorted(runs, key=lambda run: run[:2]))
        runs.clear()
        # No two heads have the same number of a run, so what stands behind it is never compared.
        heads: list[tuple[Any, int, T, Iterator[T]]] = []
        if last:
            items = iter(last)
            item = next(items)
            heads.append((self._key(item), len(waiting), item, items))
        while waiting or heads:
            while waiting and (not heads or waiting[0][:2] < heads[0][:2]):
                first, number, blocks = waiting.popleft()
                items = _walked(blocks)
                heapq.heappush(heads, (first, number, next(items), items))
            _, number, item, items = heads[0]
            following = next(items, None)
            if following is None:
                heapq.heappop(heads)
            else:
                heapq.heapreplace(heads, (self._key(following), number, following, items))
            yield item


def _walked(blocks: list[bytes]) -> Iterator[T]:
    """The items of a run; each block is let go of when it is unpacked."""
    blocks.reverse()
    while blocks:
        yield from unpacked(blocks.pop())
