"""How far an account fell below its own highest point, at worst.

It must not judge: a trailing limit keeps its own peak.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from propdesk.domain.exact import ZERO
from propdesk.domain.situation import Span, Trade


@dataclass(slots=True)
class _Fall:
    """The deepest fall below the highest amount so far."""

    peak: Decimal
    deepest: Decimal = ZERO

    def down_to(self, amount: Decimal) -> None:
        self.deepest = max(self.deepest, self.peak - amount)

    def up_to(self, amount: Decimal) -> None:
        self.peak = max(self.peak, amount)


def drawdown_of_balance(trades: Iterable[Trade]) -> Decimal:
    """The deepest fall of net closed profit, trade by trade; money moved in or out is no part."""
    fall, profit = _Fall(ZERO), ZERO
    for trade in trades:
        profit += trade.net
        fall.up_to(profit)
        fall.down_to(profit)
    return fall.deepest


def drawdown_of_equity(extremes: Iterable[Span]) -> Span | None:
    """The deepest fall of equity, from the extremes of one stretch of time after another.

    Within a stretch it is not known whether the highest or the lowest came first: the result
    spans both answers. None without any stretch.
    """
    least = most = None
    for stretch in extremes:
        if least is None or most is None:
            least, most = _Fall(stretch.low), _Fall(stretch.high)
        least.down_to(stretch.low)
        least.up_to(stretch.high)
        most.up_to(stretch.high)
        most.down_to(stretch.low)
    return None if least is None or most is None else Span(least.deepest, most.deepest)
