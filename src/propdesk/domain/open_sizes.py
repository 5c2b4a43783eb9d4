"""How much is open in the unit of a limit, added up by instrument, asset class or in all.

It must not hold a limit against anything; what cannot be known is None, never zero.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.exact import ZERO
from propdesk.domain.position_sizes import (
    EVERYTHING,
    Aggregation,
    Held,
    Range,
    Unit,
    size_of,
    totals,
)
from propdesk.domain.situation import Situation
from propdesk.domain.terms import AppliesTo

PercentOf: TypeAlias = Literal["initial", "balance", "equity"]


@dataclass(slots=True)
class OpenSizes:
    """Reads the situation's positions as the terms of a limit on size measure them."""

    situation: Situation
    unit: Unit
    aggregation: Aggregation
    applies_to: AppliesTo
    percent_of: PercentOf = "balance"
    leverage: Decimal | None = None
    leverage_by_class: dict[str, Decimal] = field(default_factory=dict)

    def in_unit(self, total: Range) -> Range | None:
        """A sum of margins or notionals as the percentage or the leverage it is."""
        situation = self.situation
        if self.unit not in {"margin_percent", "effective_leverage"}:
            return total
        base = {"initial": situation.size, "balance": situation.balance}.get(self.percent_of)
        low = high = Fraction(base or ZERO)
        if self.unit == "effective_leverage" or base is None:
            if situation.equity is None:
                return None
            low, high = Fraction(situation.equity.low), Fraction(situation.equity.high)
        if low <= 0:
            return None
        factor = 100 if self.unit == "margin_percent" else 1
        return (total[0] * factor / high, total[1] * factor / low)

    def sums(self) -> dict[str, Range | None]:
        """What is open now, by bucket; None: a size in it is not known."""
        positions = self.situation.positions.values()
        return self.sums_of(
            Held(each.id, each.symbol, each.side, each.lots, each.average)
            for each in positions
            if self.covers(each.symbol)
        )

    def sums_of(self, held: Iterable[Held]) -> dict[str, Range | None]:
        """These sizes added up by bucket."""
        known: list[tuple[str, str, str, Range]] = []
        unknown: set[str] = set()
        for each in held:
            size = self.size(each)
            if size is None:
                unknown.add(self.bucket(each.symbol))
            else:
                known.append(
                    (self.symbol_of(each.symbol), self.asset_class_of(each.symbol), each.side, size)
                )
        kind = "all_open" if self.aggregation == "order" else self.aggregation
        sums: dict[str, Range | None] = dict(totals(known, kind))
        return {**sums, **dict.fromkeys(unknown)}

    def size(self, held: Held) -> Range | None:
        """One size in the unit, or the money it is made from."""
        return size_of(held, self.unit, self.situation, self.leverage, self.leverage_by_class)

    def bucket(self, symbol: str) -> str:
        """The name under which positions of a symbol are added up."""
        if self.aggregation == "instrument":
            return self.symbol_of(symbol)
        return self.asset_class_of(symbol) if self.aggregation == "group" else EVERYTHING

    def symbol_of(self, symbol: str) -> str:
        """The catalogue's name of a symbol."""
        instrument = self.situation.catalogue.find(symbol)
        return symbol if instrument is None else instrument.symbol

    def asset_class_of(self, symbol: str) -> str:
        """The asset class of a symbol; empty where the instrument is not known."""
        instrument = self.situation.catalogue.find(symbol)
        return "" if instrument is None else instrument.asset_class

    def covers(self, symbol: str) -> bool:
        """Whether the rule concerns positions of a symbol."""
        applies, asset_class = self.applies_to, self.asset_class_of(symbol)
        return applies.covers((symbol, self.symbol_of(symbol)), asset_class)
