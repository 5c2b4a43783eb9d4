"""Size consistency (RULES T6): every trade's lots stay within factors of a reference."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from propdesk.domain.events import Deal, Side
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import MINUTE
from propdesk.domain.judging import Figure, Judge, Objective, Violation, Violations
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class SizeConsistency(RuleTerms):
    """Trades may not be much smaller or larger than the reference. Both ends are in order."""

    rule: Literal["size_consistency"] = "size_consistency"
    reference: Literal["first_trade", "average"]
    """The lots of the first trade, or the average of all trades closed so far."""
    min_factor: Decimal
    """The smallest size as a factor of the reference (0.7 for −30 %)."""
    max_factor: Decimal
    """The largest size as a factor of the reference (1.3 for +30 %)."""
    partial_closes: Literal["own_trades", "one_trade"] = "one_trade"
    """Whether each partial close is a trade of its own."""
    sum_window_minutes: int | None = None
    """Trades of one symbol and direction opened so soon after the first are one size."""
    consequence: Literal["blocks", "violates"] = "blocks"
    """``blocks``: no pass or payout while a size is outside; ``violates``: each brings
    ``effects`` when it is closed."""
    blocks: Literal["pass", "payout", "both"] = "payout"
    """What waits for it."""

    def __post_init__(self) -> None:
        if not ZERO <= self.min_factor <= 1 <= self.max_factor:
            raise TermsError("the factors lie on both sides of 1")
        if self.sum_window_minutes is not None and self.sum_window_minutes < 0:
            raise TermsError("a window is not negative")
        if self.consequence == "violates" and self.reference == "average":
            raise TermsError("an average still moves: a size outside it can only block a payout")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        what = "first trade" if self.reference == "first_trade" else "average trade"
        return (
            f"Trade between {self.min_factor:f} and {self.max_factor:f} times the size of the "
            f"{what}."
        )

    def formula(self) -> str:
        return "reference × smallest factor ≤ lots ≤ reference × largest factor"


@dataclass(frozen=True, slots=True)
class Sized:
    """A trade as far as its size goes."""

    key: str
    symbol: str
    side: Side
    lots: Decimal
    opened_at: int


def average_lots(total: Decimal, trades: int) -> Fraction:
    """The average size."""
    return Fraction(total) / trades


def lot_range(
    reference: Decimal | Fraction, min_factor: Decimal, max_factor: Decimal
) -> tuple[Fraction, Fraction]:
    """The smallest and the largest size in order, both included."""
    return Fraction(reference) * Fraction(min_factor), Fraction(reference) * Fraction(max_factor)


def in_range(lots: Decimal, allowed: tuple[Fraction, Fraction]) -> bool:
    """Whether a size is in order."""
    return allowed[0] <= lots <= allowed[1]


def summed(trades: Iterable[Sized], window_minutes: int | None) -> list[Sized]:
    """Trades in the order of their opening, those opened within one window as one."""
    found: list[Sized] = []
    latest: dict[tuple[str, Side], int] = {}
    for trade in sorted(trades, key=lambda each: each.opened_at):
        where = latest.get((trade.symbol, trade.side))
        if window_minutes is not None and where is not None:
            first = found[where]
            if trade.opened_at - first.opened_at <= window_minutes * MINUTE:
                found[where] = replace(first, lots=first.lots + trade.lots)
                continue
        latest[trade.symbol, trade.side] = len(found)
        found.append(trade)
    return found


class SizeConsistencyJudge(Judge[SizeConsistency]):
    """Collects closed trades; with ``violates`` it speaks of each size when it can grow no more."""

    def __init__(self, terms: SizeConsistency, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.trades: dict[str, Sized] = {}
        self.said: set[str] = set()
        self._sizes: list[Sized] | None = None

    def on_deal(self, deal: Deal) -> Violations:
        del deal
        return self._test()

    def on_closed(self, trade: Trade) -> Violations:
        position = f"{trade.position}@{trade.opened_at}"
        own = self.terms.partial_closes == "own_trades"
        key = trade.id if own else position
        before = self.trades.get(key)
        lots = trade.lots if before is None or own else before.lots + trade.lots
        self.trades[key] = Sized(key, trade.symbol, trade.side, lots, trade.opened_at)
        self._sizes = None
        return self._test()

    def on_time(self) -> Violations:
        return self._test()

    def sizes(self) -> Sequence[Sized]:
        if self._sizes is None:
            self._sizes = summed(self.trades.values(), self.terms.sum_window_minutes)
        return self._sizes

    def reference(self) -> Fraction | None:
        """The size every trade is held against; None before the first is closed."""
        sizes = self.sizes()
        if not sizes:
            return None
        if self.terms.reference == "first_trade":
            return Fraction(sizes[0].lots)
        return average_lots(sum((each.lots for each in sizes), ZERO), len(sizes))

    def outside(self) -> list[Sized]:
        """Every size that is not in order."""
        reference = self.reference()
        if reference is None:
            return []
        allowed = lot_range(reference, self.terms.min_factor, self.terms.max_factor)
        return [each for each in self.sizes() if not in_range(each.lots, allowed)]

    def _test(self) -> Violations:
        reference = self.reference()
        if self.terms.consequence == "blocks" or reference is None:
            return ()
        low, high = lot_range(reference, self.terms.min_factor, self.terms.max_factor)
        found = []
        for each in self.outside():
            if each.key in self.said or (each.lots < low and self._may_grow(each)):
                continue
            self.said.add(each.key)
            found.append(
                Violation(
                    observed=each.lots,
                    limit=low if each.lots < low else high,
                    comparison="cross",
                    detail={"trade": each.key, "reference": str(reference)},
                )
            )
        return found

    def _may_grow(self, size: Sized) -> bool:
        """Whether more of it may still be closed or summed with it."""
        window = (self.terms.sum_window_minutes or 0) * MINUTE
        end = size.opened_at + window
        if self.situation.at < end:
            return True
        return any(
            position.symbol == size.symbol
            and position.side == size.side
            and size.opened_at <= position.opened_at <= end
            for position in self.situation.positions.values()
        )

    def objective(self) -> Objective | None:
        if self.terms.consequence == "violates":
            return None
        reference, outside = self.reference(), self.outside()
        figures: dict[str, Figure | str | bool | None] = {"reference": reference}
        if reference is not None:
            allowed = lot_range(reference, self.terms.min_factor, self.terms.max_factor)
            figures |= {"low": allowed[0], "high": allowed[1]}
        return Objective(
            rule=self.terms.name,
            required=0,
            current=len(outside),
            met=not outside,
            figures=figures,
            blocks="payout" if self.situation.stage == "funded" else self.terms.blocks,
        )
