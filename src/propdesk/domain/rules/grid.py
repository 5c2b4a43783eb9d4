"""Grid trading (RULES T11): a ladder of positions or pending orders in one direction."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from propdesk.domain.events import Deal, OrderSeen, Side
from propdesk.domain.judging import Judge, Violation, Violations
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

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        what = "positions or pending orders" if self.pending_orders else "positions"
        even = " at even distances" if self.spacing_tolerance_percent is not None else ""
        worse = ", each worse than the last," if self.adverse_only else ""
        return (
            f"Fewer than {self.levels} {what} of one symbol and direction at different "
            f"prices{even}{worse} may be open at once."
        )


def evenly_spaced(prices: Sequence[Fraction], tolerance_percent: Decimal) -> bool:
    """Whether the distances between neighbouring prices differ little from their mean."""
    ordered = sorted(set(prices))
    steps = [after - before for before, after in pairwise(ordered)]
    if not steps:
        return False
    mean = sum(steps, Fraction(0)) / len(steps)
    return all(abs(each - mean) * 100 <= Fraction(tolerance_percent) * mean for each in steps)


def adverse_run(prices: Sequence[Fraction], side: Side) -> list[Fraction]:
    """The levels, in the order they were taken, each worse than all before it."""
    run: list[Fraction] = []
    for price in prices:
        if not run or (price < run[-1] if side == "buy" else price > run[-1]):
            run.append(price)
    return run


class GridJudge(Judge[Grid]):
    """Looks at the levels whenever one is added; a grid is said once until it is gone."""

    def __init__(self, terms: Grid, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.pending: dict[str, OrderSeen] = {}
        self.fills: dict[str, list[Fraction]] = {}  # by position: the prices of its fills
        self.said: set[tuple[str, Side]] = set()

    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if position is None:
            return ()
        key = f"{position.id}@{position.opened_at}"
        self.fills.setdefault(key, []).append(Fraction(deal.price))
        if deal.order is not None:
            self.pending.pop(deal.order, None)
        return self._test(deal.symbol, deal.side)

    def on_deal(self, deal: Deal) -> Violations:
        for symbol, side in tuple(self.said):
            if symbol == deal.symbol and len(self._levels(symbol, side)) < self.terms.levels:
                self.said.discard((symbol, side))
        alive = {f"{each.id}@{each.opened_at}" for each in self.situation.positions.values()}
        for gone in self.fills.keys() - alive:
            del self.fills[gone]
        return ()

    def on_order(self, order: OrderSeen) -> Violations:
        if order.kind == "market" or not self._covers(order.symbol):
            return ()
        if order.action in {"placed", "modified"} and order.requested_price is not None:
            self.pending[order.id] = order
            return self._test(order.symbol, order.side) if self.terms.pending_orders else ()
        self.pending.pop(order.id, None)
        return ()

    def _test(self, symbol: str, side: Side) -> Violations:
        levels = self._levels(symbol, side)
        if len(levels) < self.terms.levels or (symbol, side) in self.said:
            return ()
        tolerance = self.terms.spacing_tolerance_percent
        if tolerance is not None and not evenly_spaced(levels, tolerance):
            return ()
        self.said.add((symbol, side))
        detail = {"symbol": symbol, "side": side}
        return [Violation(len(levels), self.terms.levels, "touch", detail=detail)]

    def _levels(self, symbol: str, side: Side) -> list[Fraction]:
        """The different prices, in the order they were taken."""
        prices: list[Fraction] = []
        for each in self.situation.positions.values():
            if each.symbol == symbol and each.side == side:
                prices += self.fills.get(f"{each.id}@{each.opened_at}", ())
        if self.terms.pending_orders:
            prices += [
                Fraction(each.requested_price)
                for each in self.pending.values()
                if each.symbol == symbol and each.side == side and each.requested_price is not None
            ]
        prices = list(dict.fromkeys(prices))
        return adverse_run(prices, side) if self.terms.adverse_only else prices

    def _covers(self, symbol: str) -> bool:
        instrument = self.situation.catalogue.find(symbol)
        asset_class = "" if instrument is None else instrument.asset_class
        return self.terms.applies_to.covers(symbol, asset_class)
