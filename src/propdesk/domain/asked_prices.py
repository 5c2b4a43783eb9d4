"""The prices at which open positions were asked for, where slippage is not part of equity.

A fill names its order, the order names the price the trader asked for. It must not guess: the
fill's own price is never taken where the order's is not in the log.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from propdesk.domain.events import Deal, OrderSeen
from propdesk.domain.positions import Position
from propdesk.domain.valuation import ExactPrice


@dataclass(slots=True)
class Part:
    """An opening fill as far as it is still open."""

    order: str | None
    lots: Fraction


class AskedPrices:
    """The asked prices of the open positions of one account."""

    def __init__(self) -> None:
        self._asked: dict[str | None, Decimal] = {}  # by order; a fill may name none
        self._parts: dict[str, list[Part]] = {}  # by position

    def note(self, order: OrderSeen) -> list[str]:
        """Remember what an order asks for. Returns the open positions it has a part in."""
        if order.requested_price is None:
            return []
        self._asked[order.id] = order.requested_price
        return [
            position
            for position, parts in self._parts.items()
            if any(part.order == order.id for part in parts)
        ]

    def filled(self, deal: Deal, positions: Mapping[str, Position]) -> None:
        """Take a fill into account; ``positions`` is already the new book."""
        by_id = {each.id: each for each in positions.values()}
        for gone in self._parts.keys() - by_id.keys():
            del self._parts[gone]
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if position is None:
            return
        parts = self._parts.setdefault(position.id, [])
        open_now = Fraction(position.lots)
        if deal.entry == "in":
            parts.append(Part(deal.order, Fraction(deal.lots)))
        elif position.side == deal.side:  # a reversal: all that is open is this fill's
            parts[:] = [Part(deal.order, open_now)]
        else:
            before = sum(part.lots for part in parts)
            for part in parts:
                part.lots *= open_now / before

    def of(self, position: Position) -> ExactPrice | None:
        """The average price asked for; None where an order's is not known."""
        cost = lots = Fraction(0)
        for part in self._parts[position.id]:
            asked = self._asked.get(part.order)
            if asked is None:
                return None
            cost += Fraction(asked) * part.lots
            lots += part.lots
        return cost / lots
