"""Which trades count for an activity day (RULES T8, ``filters``).

Unknown sizes are said to be unknown; a trade is never let through for want of a figure.
"""

from collections.abc import Container
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from propdesk.domain.instants import SECOND
from propdesk.domain.position_sizes import Held, size_of
from propdesk.domain.rules.daily_loss import told
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Amount, Terms


@dataclass(frozen=True, kw_only=True)
class TradeFilter(Terms):
    """Every given condition must hold for a trade to count."""

    min_hold_seconds: int | None = None
    """The trade was held at least so long."""
    min_lots: Decimal | None = None
    """At least so many lots (1 keeps micro-lots from making a day)."""
    min_notional_percent: Decimal | None = None
    """The trade's notional value is at least so many per cent of the account's size."""
    min_result_percent: Decimal | None = None
    """Profit or loss is at least so many per cent of the trade's notional value."""
    min_percent_of_average_size: Decimal | None = None
    """At least so many per cent of the average lots of all trades."""
    instruments_of_target: Amount | None = None
    """Once this profit is reached, only instruments traded until then count."""

    @property
    def empty(self) -> bool:
        return self == TradeFilter()

    def passes(
        self,
        trade: Trade,
        situation: Situation,
        *,
        least_lots: Fraction | None,
        instruments: Container[str] | None,
    ) -> bool | None:
        """Whether the trade counts; None where what is needed is not known.

        ``least_lots`` is what the average size asks for, None for nothing; ``instruments`` are
        those that count, None for all.
        """
        if instruments is not None and trade.symbol not in instruments:
            return False
        if self.min_hold_seconds is not None and held_seconds(trade) < self.min_hold_seconds:
            return False
        if self.min_lots is not None and trade.lots < self.min_lots:
            return False
        if least_lots is not None and trade.lots < least_lots:
            return False
        return self._large_enough(trade, situation)

    def words(self, size: Decimal | None) -> str:
        """The conditions in one sentence; nothing where there is none."""
        said = {
            "were held at least {} s": self.min_hold_seconds,
            "had at least {:f} lots": self.min_lots,
            "were worth at least {:f} % of the account's size": self.min_notional_percent,
            "won or lost at least {:f} % of their worth": self.min_result_percent,
            "had at least {:f} % of the average lots": self.min_percent_of_average_size,
        }
        parts = [words.format(figure) for words, figure in said.items() if figure is not None]
        if self.instruments_of_target is not None:
            goal = told(self.instruments_of_target, size)
            parts.append(f"were in an instrument traded until the profit came to {goal}")
        return f" Only trades count that {', '.join(parts)}." if parts else ""

    def _large_enough(self, trade: Trade, situation: Situation) -> bool | None:
        if self.min_notional_percent is None and self.min_result_percent is None:
            return True
        value = notional_of(trade, situation)
        if value is None:
            return None
        verdicts = []
        if self.min_notional_percent is not None:
            least = Fraction(situation.size) * Fraction(self.min_notional_percent) / 100
            verdicts.append(_at_least(value, least))
        if self.min_result_percent is not None:
            # the result is enough where the value is at most result ÷ percent
            most = abs(Fraction(trade.net)) * 100 / Fraction(self.min_result_percent)
            verdicts.append(_at_least((-value[1], -value[0]), -most))
        if False in verdicts:
            return False
        return None if None in verdicts else True


def held_seconds(trade: Trade) -> Fraction:
    """How long the trade was open."""
    return Fraction(trade.closed_at - trade.opened_at, SECOND)


def notional_of(trade: Trade, situation: Situation) -> tuple[Fraction, Fraction] | None:
    """The notional value at the opening price, in account currency; None: not known."""
    if trade.notional is not None:
        return (Fraction(trade.notional), Fraction(trade.notional))
    if trade.open_price is None:
        return None
    held = Held(trade.id, trade.symbol, trade.side, trade.lots, trade.open_price)
    return size_of(held, "notional", situation)


def _at_least(value: tuple[Fraction, Fraction], least: Fraction) -> bool | None:
    if value[0] >= least:
        return True
    return False if value[1] < least else None
