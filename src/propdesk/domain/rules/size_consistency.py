"""Size consistency (RULES T6): every trade's lots stay within factors of a reference."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from propdesk.domain.events import Deal, Side
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import MINUTE
from propdesk.domain.judging import Figure, Judge, Objective, Violation, Violations
from propdesk.domain.positions import Position
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
        what = "first" if self.reference == "first_trade" else "average"
        words = (
            f"Trade between {self.min_factor:f} and {self.max_factor:f} times the size of the "
            f"{what} trade."
        )
        if self.partial_closes == "own_trades":
            words += " A partial close is a trade of its own."
        if self.sum_window_minutes is not None:
            words += (
                f" Trades of one symbol and direction opened within {self.sum_window_minutes} "
                f"minutes are one."
            )
        return words

    def formula(self) -> str:
        low, high = f"{self.min_factor:f}", f"{self.max_factor:f}"
        what = "first lots" if self.reference == "first_trade" else "Σ lots ÷ trades"
        return f"{low} × {what} ≤ lots ≤ {high} × {what}"


@dataclass(frozen=True, slots=True)
class Sized:
    """A trade as far as its size goes."""

    key: str
    symbol: str
    side: Side
    lots: Decimal
    opened_at: int
    trades: tuple[Trade, ...]

    def with_more(self, other: "Sized") -> "Sized":
        """It and another as one size."""
        return replace(self, lots=self.lots + other.lots, trades=(*self.trades, *other.trades))


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


def last_moment(size: Sized, window_minutes: int) -> int:
    """The last moment at which a trade that opens is still part of it."""
    return size.opened_at + window_minutes * MINUTE


def summed(trades: Iterable[Sized], window_minutes: int | None) -> list[Sized]:
    """Trades in the order of their opening, those opened within one window as one."""
    found: list[Sized] = []
    latest: dict[tuple[str, Side], int] = {}
    for trade in sorted(trades, key=lambda each: each.opened_at):
        where = latest.get((trade.symbol, trade.side))
        if window_minutes is not None and where is not None:
            first = found[where]
            if trade.opened_at <= last_moment(first, window_minutes):
                found[where] = first.with_more(trade)
                continue
        latest[trade.symbol, trade.side] = len(found)
        found.append(trade)
    return found


class SizeConsistencyJudge(Judge[SizeConsistency]):
    """Collects closed trades; with ``violates`` it speaks of each size when it can grow no more."""

    def __init__(self, terms: SizeConsistency, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.trades: dict[str, Sized] = {}
        self.seen: set[tuple[str, int]] = set()  # positions the rule concerns: id and opening
        self.said: set[str] = set()
        self.due: int | None = None  # just after the first window that is still open
        self._sizes: list[Sized] = []

    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if position is not None:
            self.seen.add((position.id, position.opened_at))
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        own = self.terms.partial_closes == "own_trades"
        key = trade.id if own else _key(trade.position, trade.opened_at)
        size = Sized(key, trade.symbol, trade.side, trade.lots, trade.opened_at, (trade,))
        before = self.trades.get(key)
        self.trades[key] = size if before is None else before.with_more(size)
        self._sizes = summed(self.trades.values(), self.terms.sum_window_minutes)
        return self._test()

    def timer(self) -> int | None:
        return self.due

    def on_time(self) -> Violations:
        return self._test()

    def reference(self) -> Fraction | None:
        """The size every trade is held against; None before the first is closed."""
        if not self._sizes:
            return None
        if self.terms.reference == "first_trade":
            return Fraction(self._sizes[0].lots)
        return average_lots(sum((each.lots for each in self._sizes), ZERO), len(self._sizes))

    def outside(self) -> list[Sized]:
        """Every size that is not in order."""
        reference = self.reference()
        if reference is None:
            return []
        allowed = lot_range(reference, self.terms.min_factor, self.terms.max_factor)
        return [each for each in self._sizes if not in_range(each.lots, allowed)]

    def _test(self) -> Violations:
        reference = self.reference()
        if self.terms.consequence == "blocks" or reference is None:
            return ()
        window = self.terms.sum_window_minutes
        if window is not None:
            ends = (last_moment(each, window) for each in self._sizes)
            self.due = min((end + 1 for end in ends if end >= self.situation.at), default=None)
        if self._first_may_change():
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
                    detail={"trade": each.key, "reference": f"{self._sizes[0].lots:f}"},
                    trades=each.trades,
                )
            )
        return found

    def _first_may_change(self) -> bool:
        """Whether the first trade may still grow, or one that opened before it may close."""
        first = self._sizes[0]
        earlier = any(each.opened_at < first.opened_at for each in self._open())
        return earlier or self._may_grow(first)

    def _may_grow(self, size: Sized) -> bool:
        """Whether more of it may still be closed or summed with it."""
        window = self.terms.sum_window_minutes
        if window is None:  # a partial close of its own bears another key
            return any(_key(each.id, each.opened_at) == size.key for each in self._open())
        end = last_moment(size, window)
        if self.situation.at <= end:
            return True
        return any(
            (each.symbol, each.side) == (size.symbol, size.side)
            and size.opened_at <= each.opened_at <= end
            for each in self._open()
        )

    def _open(self) -> Iterator[Position]:
        for each in self.situation.positions.values():
            if (each.id, each.opened_at) in self.seen:
                yield each

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


def _key(position: str, opened_at: int) -> str:
    """A reversal opens a position of the same name."""
    return f"{position}@{opened_at}"
