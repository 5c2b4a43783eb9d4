"""Stop-loss duty (RULES T5): a stop must be set in time, and may not risk too much."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from propdesk.domain.events import Deal, StopSet
from propdesk.domain.instants import SECOND
from propdesk.domain.judging import Certainty, Judge, Violation, Violations
from propdesk.domain.levels import exceeds
from propdesk.domain.positions import Position
from propdesk.domain.protection import risk_at
from propdesk.domain.rules.daily_loss import describe
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Amount, Comparison, Effect, RuleTerms, TermsError

WARN = Effect(kind="warn")


@dataclass(frozen=True, kw_only=True)
class StopLoss(RuleTerms):
    """Every position needs a stop."""

    rule: Literal["stop_loss"] = "stop_loss"
    required: bool = True
    """``false``: a position may go without; only ``max_risk`` is judged."""
    deadline_seconds: int = 0
    """So long after the opening, or after a stop was removed, a position may go without one. The
    last moment is in time. 0: the stop comes with the order."""
    cure_seconds: int = 0
    """A missed deadline is forgiven if the stop is set within so much more time."""
    cures: int = 0
    """How often in the account's life that is granted."""
    max_risk: Amount | None = None
    """The most a stop may risk, of ``initial`` or ``balance``."""
    max_risk_comparison: Comparison = "cross"
    """``cross``: that risk itself is allowed; ``touch``: it is not."""

    def __post_init__(self) -> None:
        if not self.required and self.max_risk is None:
            raise TermsError("a stop-loss rule needs 'required' or 'max_risk'")
        if bool(self.cures) != bool(self.cure_seconds):
            raise TermsError("'cures' and 'cure_seconds' go together")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        parts = []
        if self.required:
            within = f"within {self.deadline_seconds} s of" if self.deadline_seconds else "with"
            parts.append(f"Every position has a stop-loss {within} its opening.")
        if self.max_risk is not None:
            verb = "more than" if self.max_risk_comparison == "cross" else "as much as"
            parts.append(f"A stop may not risk {verb} {describe(self.max_risk)}.")
        return " ".join(parts)

    def formula(self) -> str:
        return "" if self.max_risk is None else f"|open − stop| × value ≤ {describe(self.max_risk)}"


def deadline(opened_at: int, seconds: int) -> int:
    """The last moment, in microseconds, at which the stop is in time."""
    return opened_at + seconds * SECOND


class StopLossJudge(Judge[StopLoss]):
    """Waits for the stop of each open position and looks at what each new stop risks."""

    def __init__(self, terms: StopLoss, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.waiting: dict[str, int] = {}  # by position: the last moment in time
        self.seen: set[str] = set()
        self.too_much: set[str] = set()
        self.cures_left = terms.cures

    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if position is None:
            return ()
        self.seen.add(position.id)
        self._wait_for(position, deal.at)
        return list(self._risk(position))

    def on_stop(self, stop: StopSet) -> Violations:
        for position in self.situation.positions.values():
            if position.id == stop.position and position.id in self.seen:
                self._wait_for(position, stop.at)
                return list(self._risk(position))
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        if trade.position not in self.seen:
            return list(self._reported(trade))
        open_still = (each.id for each in self.situation.positions.values())
        if trade.position not in open_still:  # a reversal leaves a position of the same name
            self.waiting.pop(trade.position, None)
            self.too_much.discard(trade.position)
        return ()

    def timer(self) -> int | None:
        """Just after the first deadline: what happens at the deadline is still in time."""
        return min(self.waiting.values(), default=-1) + 1 if self.waiting else None

    def on_time(self) -> Violations:
        late = [name for name, last in self.waiting.items() if last < self.situation.at]
        return [self._late(name) for name in late]

    def _wait_for(self, position: Position, since: int) -> None:
        if not self.terms.required or position.stop is not None:
            self.waiting.pop(position.id, None)
        else:
            self.waiting.setdefault(position.id, deadline(since, self.terms.deadline_seconds))

    def _late(self, position: str) -> Violation:
        seconds, last = self.terms.deadline_seconds, self.waiting.pop(position)
        detail = {"position": position, "without": "stop-loss"}
        if self.cures_left > 0:
            self.cures_left -= 1
            self.waiting[position] = deadline(last, self.terms.cure_seconds)
            detail["cure_seconds"] = str(self.terms.cure_seconds)
            return Violation(None, seconds, "cross", detail=detail, effects=(WARN,))
        return Violation(None, seconds, "cross", detail=detail)

    def _risk(self, position: Position) -> Iterator[Violation]:
        if self.terms.max_risk is None or position.id in self.too_much:
            return
        risk = risk_at(
            self.situation,
            position.symbol,
            position.side,
            position.lots,
            opened=position.average,
            stop=position.stop,
        )
        limit, comparison = self._max_risk(), self.terms.max_risk_comparison
        detail = {"position": position.id, "stop": str(position.stop)}
        if risk is None:
            detail["reason"] = "the money a stop risks needs a conversion rate"
            yield Violation(None, limit, comparison, "unknown", detail)
        elif position.stop is not None and exceeds(risk.high, limit, comparison):
            proven = exceeds(risk.low, limit, comparison)
            if proven:
                self.too_much.add(position.id)
            certainty: Certainty = "proven" if proven else "possible"
            yield Violation(risk.high, limit, comparison, certainty, detail)

    def _reported(self, trade: Trade) -> Iterator[Violation]:
        detail = {"position": trade.position}
        if self.terms.required:
            last = deadline(trade.opened_at, self.terms.deadline_seconds)
            if trade.stopped_at is None and trade.closed_at > last:
                untold = {**detail, "reason": "when the stop was set is not known"}
                yield Violation(None, self.terms.deadline_seconds, "cross", "unknown", untold)
            elif trade.stopped_at is not None and trade.stopped_at > last:
                late = (trade.stopped_at - trade.opened_at) // SECOND
                yield Violation(
                    late, self.terms.deadline_seconds, "cross", detail=detail, trades=(trade,)
                )
        if self.terms.max_risk is None:
            return
        limit, comparison = self._max_risk(), self.terms.max_risk_comparison
        if trade.stop_risk is None:
            untold = {**detail, "reason": "what the stop risked is not known"}
            yield Violation(None, limit, comparison, "unknown", untold)
        elif exceeds(trade.stop_risk, limit, comparison):
            yield Violation(trade.stop_risk, limit, comparison, detail=detail, trades=(trade,))

    def _max_risk(self) -> Decimal:
        if self.terms.max_risk is None:  # pragma: no cover - asked only where there is one
            raise TermsError("no max_risk")
        return self.terms.max_risk.resolve(self.situation.size, {"balance": self.situation.balance})
