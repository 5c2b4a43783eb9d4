"""The gaps of one symbol of one feed, and which of their ticks came after all.

A tick is known by the feed's number, and by its time where a number is not known any more. Pure;
it must not look at a price.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from propdesk.wire.log_records import GapStood

KEPT_MAX = 16
"""Of one symbol: an older gap can be filled no more."""


class Place(Enum):
    """Where a back-filled tick lies."""

    MISSING = auto()
    """In a gap, behind all that is known of it."""
    KNOWN = auto()
    """In a gap that is whole, or at its edge: the log has it."""
    BACKWARDS = auto()
    """In a gap, and older than one that came before it."""
    OUTSIDE = auto()
    """In no gap."""


@dataclass(slots=True)
class Fillable:
    """Mutable: gaps open, close, and are filled. The newest is the last."""

    gaps: list[GapStood] = field(default_factory=list)

    def open(self, since: int, sequence: int) -> None:
        """Ticks behind this one are missing. A gap that is open already goes on."""
        if not self.gaps or self.gaps[-1].until:
            self.gaps.append(GapStood(since, 0, sequence, -1, 0, filled=False))
            del self.gaps[:-KEPT_MAX]

    def close(self, until: int, sequence_end: int) -> None:
        """The first tick behind the gap came."""
        if self.gaps and not self.gaps[-1].until:
            self.gaps[-1] = replace(self.gaps[-1], until=until, sequence_end=sequence_end)

    def place_of(self, at: int, sequence: int) -> tuple[Place, int]:
        """Where a tick lies, and the number of its gap."""
        found = Place.OUTSIDE, -1
        for number, gap in enumerate(self.gaps):
            if not gap.since <= at or (gap.until and at > gap.until):
                continue
            place = _place(gap, at, sequence)
            if place is Place.MISSING:
                return place, number
            found = place, number
        return found

    def take(self, number: int, at: int, sequence: int) -> None:
        """The log has this tick of a gap now."""
        self.gaps[number] = replace(self.gaps[number], reached=at, sequence=sequence)

    def fill(self, until: int) -> list[tuple[GapStood, bool]]:
        """Nothing is missing up to a moment: the gaps that are whole by this, oldest first, each
        with whether it was open. That one ends there, or with the newest tick that came of it."""
        whole = []
        for number, gap in enumerate(self.gaps):
            if gap.filled or (gap.until or gap.since + 1) > until:
                continue
            end = gap.until or max(until, gap.reached)
            self.gaps[number] = replace(gap, until=end, filled=True)
            whole.append((self.gaps[number], not gap.until))
        return whole

    def recall(self, gaps: Iterable[GapStood]) -> None:
        self.gaps = list(gaps)


def _place(gap: GapStood, at: int, sequence: int) -> Place:
    if gap.filled:
        return Place.KNOWN
    begins = sequence > gap.sequence if gap.sequence >= 0 else at > gap.since
    ends = sequence < gap.sequence_end if gap.sequence_end >= 0 else not gap.until or at < gap.until
    if not (begins and ends):
        return Place.KNOWN
    return Place.MISSING if at >= gap.reached else Place.BACKWARDS
