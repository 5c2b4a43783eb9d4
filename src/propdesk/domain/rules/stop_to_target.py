"""Stop to target (RULES T5): a stop may not be many times as far away as the target."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal, StopSet
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.positions import Position
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Comparison, RuleTerms

Key: TypeAlias = tuple[str, int]  # id and opening: a reversal opens a position of the same id


@dataclass(frozen=True, kw_only=True)
class StopToTarget(RuleTerms):
    """Risk against reward by the protective prices; a position lacking either has no ratio."""

    rule: Literal["stop_to_target"] = "stop_to_target"
    max_ratio: Decimal
    """The stop may be so many times as far from the entry as the target."""
    comparison: Comparison = "cross"
    """``cross``: the ratio itself is allowed; ``touch``: it is not."""

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        verb = "more than" if self.comparison == "cross" else "as much as"
        return f"A stop may not be {verb} {self.max_ratio:f} times as far away as the target."

    def formula(self) -> str:
        sign = "≤" if self.comparison == "cross" else "<"
        return f"|entry − stop| ÷ |target − entry| {sign} {self.max_ratio:f}"


def stop_to_target_ratio(stop: Decimal | Fraction, target: Decimal | Fraction) -> Fraction | None:
    """Distance (or money) to the stop over that to the target; None without a target."""
    return None if target <= 0 else Fraction(stop) / Fraction(target)


def too_far(ratio: Fraction, max_ratio: Decimal, comparison: Comparison) -> bool:
    """Whether the ratio breaks the rule."""
    limit = Fraction(max_ratio)
    return ratio >= limit if comparison == "touch" else ratio > limit


class StopToTargetJudge(Judge[StopToTarget]):
    """Looks at stop and target whenever one of them is set; each position is said once."""

    def __init__(self, terms: StopToTarget, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.seen: set[Key] = set()
        self.said: set[Key] = set()

    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if position is None:
            return ()
        self.seen.add((position.id, position.opened_at))
        return self._look_at(position)

    def on_stop(self, stop: StopSet) -> Violations:
        for position in self.situation.positions.values():
            if position.id == stop.position and (position.id, position.opened_at) in self.seen:
                return self._look_at(position)
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        if (trade.position, trade.opened_at) in self.seen:
            return ()
        most, comparison = self.terms.max_ratio, self.terms.comparison
        detail = {"position": trade.position}
        if trade.stop_risk is None or trade.target_gain is None:
            detail["reason"] = "stop or target is not known"
            return [Violation(None, most, comparison, "unknown", detail)]
        ratio = stop_to_target_ratio(trade.stop_risk, trade.target_gain)
        if ratio is None or not too_far(ratio, most, comparison):
            return ()
        return [Violation(ratio, most, comparison, detail=detail, trades=(trade,))]

    def _look_at(self, position: Position) -> Violations:
        key = (position.id, position.opened_at)
        if key in self.said or position.stop is None or position.target is None:
            return ()
        entry = Fraction(position.average)
        down, up = entry - Fraction(position.stop), Fraction(position.target) - entry
        risk, gain = (down, up) if position.side == "buy" else (-down, -up)
        # A stop beyond the entry secures a profit and risks nothing.
        ratio = stop_to_target_ratio(max(risk, Fraction(0)), gain)
        most, comparison = self.terms.max_ratio, self.terms.comparison
        if ratio is None or not too_far(ratio, most, comparison):
            return ()
        self.said.add(key)
        return [Violation(ratio, most, comparison, detail={"position": position.id})]
