"""Martingale (RULES T11): raising the stake after losses, or adding to a losing position."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from propdesk.domain.events import Deal
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import HOUR
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.levels import exceeds
from propdesk.domain.positions import Position
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Comparison, RuleTerms, TermsError
from propdesk.domain.valuation import ExactPrice


@dataclass(frozen=True, kw_only=True)
class Martingale(RuleTerms):
    """A pattern in the sizes of trades; it says nothing about intent."""

    rule: Literal["martingale"] = "martingale"
    pattern: Literal["after_losses", "add_to_loser"] = "after_losses"
    """``after_losses``: a larger trade after a streak of losses; ``add_to_loser``: any further
    fill in the direction of an open position at a price worse than its own."""
    streak_min_losses: int = 2
    """Losses in a row, by their closes, before the size is judged."""
    window_hours: int | None = None
    """Only losses closed within so many hours before the opening; none: however long ago."""
    factor: Decimal = Decimal(2)
    """How many times the reference the next trade is."""
    reference: Literal["first_trade_of_losing_streak", "last_trade"] = (
        "first_trade_of_losing_streak"
    )
    """Which trade's size it is compared with."""
    comparison: Comparison = "touch"
    """``touch``: exactly the factor breaks it; ``cross``: only more does."""

    def __post_init__(self) -> None:
        if self.streak_min_losses < 1:
            raise TermsError("a losing streak has at least 1 loss")
        if self.window_hours is not None and self.window_hours < 1:
            raise TermsError("'window_hours' is at least 1")
        if self.factor <= 0:
            raise TermsError("'factor' is above 0")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        if self.pattern == "add_to_loser":
            return "No position may be added to while it is at a loss."
        single = self.streak_min_losses == 1
        losses = "a loss" if single else f"{self.streak_min_losses} losses in a row"
        hours = "an hour" if self.window_hours == 1 else f"{self.window_hours} hours"
        within = "" if self.window_hours is None else f" within {hours}"
        which = "last" if self.reference == "last_trade" else "first"
        of = "the losses in a row" if single else "them"
        verb = "reach" if self.comparison == "touch" else "exceed"
        return (
            f"After {losses}{within} the next trade may not {verb} "
            f"{self.factor:f} times the size of the {which} of {of}."
        )


def losing_streak(
    trades: Sequence[Trade], opened_at: int, window_hours: int | None = None
) -> tuple[Trade, ...]:
    """The losses in a row that had closed when a trade opened, oldest first."""
    streak: list[Trade] = []
    earliest = None if window_hours is None else opened_at - window_hours * HOUR
    for trade in reversed(trades):
        if trade.closed_at > opened_at:
            continue
        if trade.net >= ZERO or (earliest is not None and trade.closed_at < earliest):
            break
        streak.append(trade)
    return tuple(reversed(streak))


def average_before(position: Position, deal: Deal) -> ExactPrice | None:
    """The position's entry price without this fill; None where the fill opened it."""
    if position.deals[-1] != deal.id:
        return position.average
    if position.deals == (deal.id,):
        return None
    cost = Fraction(position.average) * Fraction(position.lots)
    cost -= Fraction(deal.price) * Fraction(deal.lots)
    return cost / Fraction(position.lots - deal.lots)


class MartingaleJudge(Judge[Martingale]):
    """Compares what opens with the streak before it, or with the position it adds to."""

    def __init__(self, terms: Martingale, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.trades: list[Trade] = []  # whole positions, in the order of their closes
        self.parts: dict[str, Trade] = {}  # partly closed so far
        self.said: set[str] = set()

    def on_deal(self, deal: Deal) -> Violations:
        # After what the same fill closed: a reversal comes after the loss it takes.
        position = self.situation.entered_by(deal)
        if position is None:
            return ()
        key = f"{position.id}@{position.opened_at}"
        if self.terms.pattern == "add_to_loser":
            return self._added(deal)
        return self._held_against_streak(key, position.opened_at, position.lots)

    def on_closed(self, trade: Trade) -> Violations:
        key = f"{trade.position}@{trade.opened_at}"
        found: Violations = ()
        if trade.only_reported and self.terms.pattern == "after_losses":
            found = self._held_against_streak(key, trade.opened_at, trade.lots, (trade,))
        whole = self.parts.pop(key, None)
        if whole is not None:
            trade = replace(trade, lots=trade.lots + whole.lots, net=trade.net + whole.net)
        if trade.partial:
            self.parts[key] = trade
        else:
            self.trades.append(trade)
        return found

    def _held_against_streak(
        self, key: str, opened_at: int, lots: Decimal, trades: tuple[Trade, ...] = ()
    ) -> Violations:
        streak = losing_streak(self.trades, opened_at, self.terms.window_hours)
        if key in self.said or len(streak) < self.terms.streak_min_losses:
            return ()
        reference = streak[-1] if self.terms.reference == "last_trade" else streak[0]
        limit = self.terms.factor * reference.lots
        if not exceeds(lots, limit, self.terms.comparison):
            return ()
        self.said.add(key)
        detail = {
            "position": key.rpartition("@")[0],
            "streak": ", ".join(each.id for each in streak),
            "reference": reference.id,
        }
        return [Violation(lots, limit, self.terms.comparison, detail=detail, trades=trades)]

    def _added(self, deal: Deal) -> Violations:
        """Worse than what is open: lower for a buy. Told by prices, so quotes are not needed."""
        for other in self.situation.positions.values():
            if (other.symbol, other.side) != (deal.symbol, deal.side):
                continue
            before = average_before(other, deal)
            if before is not None and (
                deal.price < before if deal.side == "buy" else deal.price > before
            ):
                detail = {"position": other.id, "added_by": deal.id, "price": f"{deal.price:f}"}
                return [Violation(deal.price, before, "cross", detail=detail)]
        return ()
