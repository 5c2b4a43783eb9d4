"""The gaps of each symbol: since when, until when, whether their ticks came after all.

It must not know an account. Kept in snapshots, so its values are plain.
"""

from dataclasses import dataclass, field, replace

KEPT_MAX = 64
"""Of one symbol: an older gap can be filled no more."""
Price = tuple[int, int, int]
"""Bid and ask in points, and the digits of those."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch in which a symbol's ticks were missing. ``until`` is 0 while it is open.

    ``before`` is the price it began with; ``price`` that of its newest back-filled tick, which is
    of ``reached``.
    """

    since: int
    until: int = 0
    filled: bool = False
    before: Price | None = None
    price: Price | None = None
    reached: int = 0
    was_open: bool = False
    """Whether it was filled before any tick came behind it."""

    @property
    def price_behind(self) -> Price | None:
        """The price in force at its end."""
        return self.before if self.price is None else self.price


@dataclass(slots=True)
class Gaps:
    """Every gap that is remembered, the newest last, by the catalogue's name of its symbol."""

    by_symbol: dict[str, tuple[Gap, ...]] = field(default_factory=dict)

    def of(self, symbol: str) -> tuple[Gap, ...]:
        return self.by_symbol.get(symbol, ())

    def open(self, symbol: str, since: int, price: Price | None) -> None:
        """A gap begins, unless one is open already."""
        held = self.of(symbol)
        if not held or held[-1].until:
            self.by_symbol[symbol] = (*held, Gap(since, before=price))[-KEPT_MAX:]

    def close(self, symbol: str, until: int) -> None:
        held = self.of(symbol)
        if held and not held[-1].until:
            self.by_symbol[symbol] = (*held[:-1], replace(held[-1], until=until))

    def reach(self, symbol: str, at: int, price: Price) -> None:
        """A tick of a gap came after all; the newest price of the gap it lies in is this."""
        for place, gap in enumerate(self.of(symbol)):
            inside = gap.since <= at and (not gap.until or at <= gap.until)
            if inside and not gap.filled and at >= gap.reached:
                self._set(symbol, place, replace(gap, reached=at, price=price))

    def fill(self, symbol: str, at: int) -> Gap | None:
        """Every tick of the gap that ends at ``at`` is there; None where there is no such gap.

        One that is still open ends by this.
        """
        for place, gap in reversed(list(enumerate(self.of(symbol)))):
            if gap.filled:
                continue
            if gap.until == at or (not gap.until and at > gap.since):
                whole = replace(gap, until=at, filled=True, was_open=not gap.until)
                self._set(symbol, place, whole)
                return whole
        return None

    def whole_around(self, symbol: str, at: int) -> Gap | None:
        """The filled gap in which a moment lies, its ends with it."""
        for gap in self.of(symbol):
            if gap.filled and gap.since <= at <= gap.until:
                return gap
        return None

    def _set(self, symbol: str, place: int, gap: Gap) -> None:
        held = self.of(symbol)
        self.by_symbol[symbol] = (*held[:place], gap, *held[place + 1 :])
