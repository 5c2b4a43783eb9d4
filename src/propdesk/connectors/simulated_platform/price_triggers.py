"""Which orders, stops and accounts a price concerns: found without looking at the others.

What waits for a price lies in four ordered heaps of its symbol: the bid falling or rising to it,
the ask falling or rising to it. Who is forgotten stays in the heaps and is dropped when met. It
must not know what is done about anybody.
"""

import heapq
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

STALE_MAX = 64
"""As many forgotten ones more than there are others may lie in a symbol's heaps."""


class When(IntEnum):
    """Which side reaches the price, from where."""

    BID_FALLS = 0
    BID_RISES = 1
    ASK_FALLS = 2
    ASK_RISES = 3


class Waiting(NamedTuple):
    """Who waits. Lower kinds are served first: an order of its own before a close-out."""

    kind: int
    account: str
    id: str


class _Entry(NamedTuple):
    key: Decimal
    serial: int
    who: Waiting


@dataclass(slots=True)
class _Heaps:
    heaps: tuple[list[_Entry], ...] = field(default_factory=lambda: ([], [], [], []))
    live: int = 0


@dataclass(slots=True)
class PriceTriggers:
    """Mutable: entries come and go."""

    _by_symbol: dict[str, _Heaps] = field(default_factory=dict)
    _serials: dict[Waiting, dict[int, str]] = field(default_factory=dict)
    """Of everybody who waits: the numbers of his entries, each with its symbol."""
    _next: int = 0

    def wait(self, who: Waiting, symbol: str, when: When, price: Decimal) -> None:
        """From now on ``who`` is due when the price is reached; he may wait for several."""
        heaps = self._by_symbol.setdefault(symbol, _Heaps())
        self._next += 1
        key = -price if when in {When.BID_FALLS, When.ASK_FALLS} else price
        heapq.heappush(heaps.heaps[when], _Entry(key, self._next, who))
        self._serials.setdefault(who, {})[self._next] = symbol
        heaps.live += 1
        if sum(map(len, heaps.heaps)) > 2 * heaps.live + STALE_MAX:
            self._compact(heaps)

    def forget(self, who: Waiting) -> None:
        """He waits for nothing any more."""
        for symbol in self._serials.pop(who, {}).values():
            self._by_symbol[symbol].live -= 1

    def due(self, symbol: str, bid: Decimal, ask: Decimal) -> list[Waiting]:
        """Who is due by this quote, in the order in which they are served; they wait no more."""
        heaps = self._by_symbol.get(symbol)
        if heaps is None:
            return []
        found: list[Waiting] = []
        for heap, reached in zip(heaps.heaps, (-bid, bid, -ask, ask), strict=True):
            while heap and heap[0].key <= reached:
                entry = heapq.heappop(heap)
                if entry.serial in self._serials.get(entry.who, ()):
                    found.append(entry.who)
                    self.forget(entry.who)
        # By name, not by when they began to wait: a restart begins to wait anew.
        found.sort()
        return found

    def _compact(self, heaps: _Heaps) -> None:
        for heap in heaps.heaps:
            heap[:] = [each for each in heap if each.serial in self._serials.get(each.who, ())]
            heapq.heapify(heap)
