"""Grid trading (RULES T11): a ladder of positions or pending orders in one direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from propdesk.domain.events import Deal, OrderSeen, Side
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.positions import Position
from propdesk.domain.situation import Situation
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class Grid(RuleTerms):
    """So many price levels of one symbol and direction at once."""

    rule: Literal["grid"] = "grid"
    levels: int
    """So many different prices at the same time are a grid."""
    pending_orders: bool = True
    """Limit and stop orders that wait count as levels."""
    adverse_only: bool = False
    """Only levels each worse than the one opened before it."""
    spacing_tolerance_percent: Decimal | None = None
    """Only levels whose distances differ from their mean by at most so much; none: any."""

    def __post_init__(self) -> None:
        if self.levels < 2:
            raise TermsError("a grid has at least 2 levels")
        if self.spacing_tolerance_percent is not None and self.spacing_tolerance_percent < 0:
            raise TermsError("'spacing_tolerance_percent' is not below 0")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        what = "positions or pending orders" if self.pending_orders else "positions"
        said = f"Fewer than {self.levels} {what} of one symbol and direction at different prices"
        if self.adverse_only:
            said += ", each worse than the one before,"
        said += " may be open at once"
        if self.spacing_tolerance_percent is not None:
            by = f"{self.spacing_tolerance_percent:f} %"
            said += f" where their distances differ by at most {by} from the mean distance"
        return f"{said}."


def evenly_spaced(prices: Sequence[Decimal], tolerance_percent: Decimal) -> bool:
    """Whether the distances between neighbouring prices differ little from their mean."""
    ordered = sorted({Fraction(each) for each in prices})
    steps = [after - before for before, after in pairwise(ordered)]
    if not steps:
        return False
    mean = (ordered[-1] - ordered[0]) / len(steps)
    return all(abs(each - mean) * 100 <= Fraction(tolerance_percent) * mean for each in steps)


def adverse_run(prices: Sequence[Decimal], side: Side) -> list[Decimal]:
    """The levels, in the order they were taken, each worse than all before it."""
    run: list[Decimal] = []
    for price in prices:
        if not run or (price < run[-1] if side == "buy" else price > run[-1]):
            run.append(price)
    return run


class GridJudge(Judge[Grid]):
    """Looks at the levels whenever they change; a grid is said once until it is gone."""

    def __init__(self, terms: Grid, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.pending: dict[str, tuple[str, Side, Decimal]] = {}  # by order
        self.fills: dict[str, list[Decimal]] = {}  # by position: the prices of its fills
        self.said: set[tuple[str, Side]] = set()

    def on_deal(self, deal: Deal) -> Violations:
        if deal.order is not None:
            self.pending.pop(deal.order, None)
        position = self.situation.entered_by(deal)
        if position is not None:
            self.fills.setdefault(_key(position), []).append(deal.price)
        return [*self._look(deal.symbol, "buy"), *self._look(deal.symbol, "sell")]

    def on_order(self, order: OrderSeen) -> Violations:
        if not (self.terms.pending_orders and self.concerns(order.symbol)):
            return ()
        if order.action not in {"placed", "modified"}:
            self.pending.pop(order.id, None)
        elif order.kind != "market" and order.requested_price is not None:
            self.pending[order.id] = (order.symbol, order.side, order.requested_price)
        return self._look(order.symbol, order.side)

    def _look(self, symbol: str, side: Side) -> Violations:
        levels = self._levels(symbol, side)
        if not self._is_grid(levels):
            self.said.discard((symbol, side))
            return ()
        if (symbol, side) in self.said:
            return ()
        self.said.add((symbol, side))
        prices = ", ".join(f"{each:f}" for each in levels)
        detail = {"symbol": symbol, "side": side, "prices": prices}
        return [Violation(len(levels), self.terms.levels, detail=detail)]

    def _is_grid(self, levels: Sequence[Decimal]) -> bool:
        tolerance = self.terms.spacing_tolerance_percent
        return len(levels) >= self.terms.levels and (
            tolerance is None or evenly_spaced(levels, tolerance)
        )

    def _levels(self, symbol: str, side: Side) -> list[Decimal]:
        """The different prices, in the order they were taken; those that wait come last."""
        prices: list[Decimal] = []
        for each in self.situation.positions.values():
            if (each.symbol, each.side) == (symbol, side):
                prices += self.fills.get(_key(each), ())
        for of_symbol, of_side, price in self.pending.values():
            if (of_symbol, of_side) == (symbol, side):
                prices.append(price)
        different = list(dict.fromkeys(prices))
        return adverse_run(different, side) if self.terms.adverse_only else different


def _key(position: Position) -> str:
    """A position's name; a netting account gives one to many, one after the other."""
    return f"{position.id}@{position.opened_at}"
