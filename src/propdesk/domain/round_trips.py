"""Round trips that are told only when they are over, as they stood beside each other.

It finds who was open when, and which stretch of being over a limit belongs to one already
known. It must not add up sizes or hold a limit against them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from propdesk.domain.situation import Trade


@dataclass(slots=True)
class RoundTrips:
    """Told in the order of their closes."""

    _told: list[Trade] = field(default_factory=list)
    _over: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def add(self, trade: Trade) -> list[Trade]:
        """Note one; returns it with all that were open beside it, in the order of their opening."""
        beside = [trade]
        for each in reversed(self._told):
            if each.closed_at <= trade.opened_at:
                break
            beside.append(each)
        self._told.append(trade)
        return sorted(beside, key=lambda each: each.opened_at)

    def is_new(
        self, name: str, start: int, together: Sequence[Trade], over: Callable[[int], bool]
    ) -> bool:
        """Whether being over a limit from ``start`` on is no part of a stretch known before.

        The stretch lasts until the first close of ``together`` that ends it, and is known from
        now on. ``name`` says of what.
        """
        closes = sorted({end_of(each) for each in together if end_of(each) > start})
        end = next((moment for moment in closes if not over(moment)), closes[-1])
        stretches = self._over.setdefault(name, [])
        known = any(first < end and start < last for first, last in stretches)
        stretches.append((start, end))
        return not known


def end_of(trade: Trade) -> int:
    """The first moment at which it is not open any more: opened and closed at once, one later."""
    return max(trade.closed_at, trade.opened_at + 1)


def open_at(together: Sequence[Trade], moment: int) -> list[Trade]:
    """Those open at a moment: from the opening on, at the close no more."""
    return [each for each in together if each.opened_at <= moment < end_of(each)]
