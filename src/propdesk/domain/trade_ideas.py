"""Trade ideas: which trades a firm counts as one bet (RULES T5, ``idea.grouping``).

Two trades belong together when they overlap, or when the later one opens soon after the earlier
one closed. It must not know money: whether a close was a loss is told to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from propdesk.domain.events import Side
from propdesk.domain.instants import MINUTE
from propdesk.domain.terms import Terms

Key: TypeAlias = str


@dataclass(frozen=True, kw_only=True)
class Grouping(Terms):
    """When two trades are one idea."""

    symbol: Literal["same", "any"] = "same"
    """``same``: only trades of one symbol; ``any``: also those of different ones."""
    direction: Literal["same", "any"] = "same"
    """``same``: only trades of one direction; ``any``: also opposite ones."""
    overlap: bool = True
    """Trades open at the same time belong together."""
    gap_minutes: int | None = None
    """A trade opened at most so many minutes after a close joins its idea; none: never."""
    gap_after: Literal["any_close", "losing_close"] = "any_close"
    """Which close the gap is counted from."""
    transitive: bool = True
    """``false``: only trades tied to the idea's first trade belong to it, not whole chains."""


@dataclass(slots=True)
class Leg:
    """One position as an interval. ``closed_at`` is None while it is open."""

    key: Key
    symbol: str
    side: Side
    opened_at: int
    closed_at: int | None = None
    lost: bool = False


def tied(first: Leg, second: Leg, grouping: Grouping) -> bool:
    """Whether two trades alone are one idea. The order of the two does not matter."""
    if grouping.symbol == "same" and first.symbol != second.symbol:
        return False
    if grouping.direction == "same" and first.side != second.side:
        return False
    earlier, later = sorted((first, second), key=lambda each: each.opened_at)
    if earlier.closed_at is None or later.opened_at < earlier.closed_at:
        return grouping.overlap
    if grouping.gap_minutes is None:
        return False
    if grouping.gap_after == "losing_close" and not earlier.lost:
        return False
    return later.opened_at - earlier.closed_at <= grouping.gap_minutes * MINUTE


@dataclass(slots=True, eq=False)
class Idea:
    """Trades that are one bet; ``first`` is the one that started it."""

    first: Leg
    keys: list[Key] = field(default_factory=list)


class TradeIdeas:
    """Groups trades as they come. A trade's idea is settled when it opens.

    Closed trades are looked back at only as far as the gap reaches, so that a long history
    costs its trades once.
    """

    def __init__(self, grouping: Grouping) -> None:
        self.grouping = grouping
        self._open: dict[Key, Leg] = {}
        self._closed: dict[str, list[Leg]] = {}
        self._idea: dict[Key, Idea] = {}

    def add(self, leg: Leg) -> None:
        """A trade opened, or is reported closed. Closes come in the order of time."""
        near = [each for each in self._near(leg) if tied(each, leg, self.grouping)]
        if not self.grouping.transitive:
            near = [each for each in near if self._idea[each.key].first is each]
            near = sorted(near, key=lambda each: each.opened_at)[:1]
        idea = Idea(leg)
        self._join(idea, leg.key)
        for other in near:
            idea = self._merge(self._idea[other.key], self._idea[leg.key])
        if leg.closed_at is None:
            self._open[leg.key] = leg
        else:
            self._closed.setdefault(self._kind(leg), []).append(leg)

    def close(self, key: Key, at: int, *, lost: bool) -> None:
        """A trade known as open is closed, or one reported in parts has a later part."""
        leg = self._open.pop(key, None)
        if leg is None:
            leg = self._earlier_part(key)
        leg.closed_at = at
        leg.lost = lost
        self._closed.setdefault(self._kind(leg), []).append(leg)

    def _earlier_part(self, key: Key) -> Leg:
        for closed in self._closed.values():
            for leg in reversed(closed):
                if leg.key == key:
                    closed.remove(leg)
                    return leg
        raise KeyError(key)

    def idea_of(self, key: Key) -> tuple[Key, ...]:
        """Every trade of the idea, in the order they joined."""
        return tuple(self._idea[key].keys)

    def _kind(self, leg: Leg) -> str:
        """What trades must share to be looked at together."""
        return leg.symbol if self.grouping.symbol == "same" else ""

    def _near(self, leg: Leg) -> Iterable[Leg]:
        kind = self._kind(leg)
        yield from (each for each in self._open.values() if self._kind(each) == kind)
        reach = (self.grouping.gap_minutes or 0) * MINUTE
        for each in reversed(self._closed.get(kind, ())):
            if each.closed_at is not None and each.closed_at + reach < leg.opened_at:
                return
            yield each

    def _join(self, idea: Idea, key: Key) -> None:
        idea.keys.append(key)
        self._idea[key] = idea

    def _merge(self, into: Idea, gone: Idea) -> Idea:
        if into is not gone:
            for key in gone.keys:
                self._join(into, key)
        return into


def group_ideas(legs: Iterable[Leg], grouping: Grouping) -> tuple[tuple[Key, ...], ...]:
    """The ideas of a finished list of trades, by comparing each with every other.

    It is the definition that ``TradeIdeas`` is tested against.
    """
    ideas: list[list[Leg]] = []
    for leg in sorted(legs, key=lambda each: each.opened_at):
        if grouping.transitive:
            hit = [idea for idea in ideas if any(tied(each, leg, grouping) for each in idea)]
        else:
            hit = [idea for idea in ideas if tied(idea[0], leg, grouping)][:1]
        ideas = [idea for idea in ideas if idea not in hit]
        ideas.append([each for idea in hit for each in idea] + [leg])
        ideas.sort(key=lambda idea: idea[0].opened_at)
    return tuple(tuple(each.key for each in idea) for idea in ideas)
