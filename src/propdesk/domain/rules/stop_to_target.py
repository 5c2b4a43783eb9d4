"""Stop to target (RULES T5): a stop may not be many times as far away as the target."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from propdesk.domain.events import Deal, StopSet
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.positions import Position
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Comparison, RuleTerms


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


def too_far(ratio: Fraction, max_ratio: Decimal, comparison: Comparison = "cross") -> bool:
    """Whether the ratio breaks the rule."""
    limit = Fraction(max_ratio)
    return ratio >= limit if comparison == "touch" else ratio > limit


class StopToTargetJudge(Judge[StopToTarget]):
    """Looks at stop and target whenever one of them is set; each position is said once."""

    def __init__(self, terms: StopToTarget, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.seen: set[str] = set()
        self.said: set[str] = set()

    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if position is None:
            return ()
        self.seen.add(position.id)
        return self._look_at(position)

    def on_stop(self, stop: StopSet) -> Violations:
        for position in self.situation.positions.values():
            if position.id == stop.position and position.id in self.seen:
                return self._look_at(position)
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        if trade.position in self.seen:
            if not trade.partial:
                self.said.discard(trade.position)
            return ()
        if trade.stop_risk is None or trade.target_gain is None:
            detail = {"position": trade.position, "reason": "stop or target is not known"}
            return [Violation(None, self.terms.max_ratio, self.terms.comparison, "unknown", detail)]
        ratio = stop_to_target_ratio(trade.stop_risk, trade.target_gain)
        return self._test(trade.position, ratio, (trade,))

    def _look_at(self, position: Position) -> list[Violation]:
        if position.stop is None or position.target is None:
            return []
        # Signed: a stop beyond the entry secures a profit and risks nothing.
        sign = 1 if position.side == "buy" else -1
        entry = Fraction(position.average)
        risk = max(sign * (entry - Fraction(position.stop)), Fraction(0))
        gain = sign * (Fraction(position.target) - entry)
        return self._test(position.id, stop_to_target_ratio(risk, gain), ())

    def _test(
        self, position: str, ratio: Fraction | None, trades: tuple[Trade, ...]
    ) -> list[Violation]:
        if ratio is None or position in self.said:
            return []
        if not too_far(ratio, self.terms.max_ratio, self.terms.comparison):
            return []
        self.said.add(position)
        return [
            Violation(
                ratio,
                self.terms.max_ratio,
                self.terms.comparison,
                detail={"position": position},
                trades=trades,
            )
        ]
