"""Stop-loss duty (RULES T5): a stop must be set in time, and may not risk too much."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal, StopSet
from propdesk.domain.instants import SECOND
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.levels import exceeds
from propdesk.domain.positions import Position
from propdesk.domain.protection import risk_at
from propdesk.domain.rules.daily_loss import describe, told
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Amount, Comparison, Effect, RuleTerms, TermsError

WARN = Effect(kind="warn")
Key: TypeAlias = tuple[str, int]  # id and opening: a reversal opens a position of the same id


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
        parts = []
        if self.required and self.deadline_seconds:
            parts.append(
                f"Every position has a stop-loss within {self.deadline_seconds} s of its opening."
            )
        elif self.required:
            parts.append("Every position is opened with a stop-loss.")
        if self.cures:
            often = "Once" if self.cures == 1 else f"{self.cures} times"
            parts.append(
                f"{often} a missed stop-loss is forgiven if it is set within "
                f"{self.cure_seconds} s more."
            )
        if self.max_risk is not None:
            verb = "more than" if self.max_risk_comparison == "cross" else "as much as"
            parts.append(f"A stop may not risk {verb} {told(self.max_risk, size)}.")
        return " ".join(parts)

    def formula(self) -> str:
        if self.max_risk is None:
            return ""
        sign = "≤" if self.max_risk_comparison == "cross" else "<"
        return f"|open − stop| × value {sign} {describe(self.max_risk)}"


def deadline(opened_at: int, seconds: int) -> int:
    """The last moment, in microseconds, at which the stop is in time."""
    return opened_at + seconds * SECOND


class StopLossJudge(Judge[StopLoss]):
    """Waits for the stop of each open position and looks at what each new stop risks."""

    def __init__(self, terms: StopLoss, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.waiting: dict[Key, int] = {}  # by position: the last moment in time
        self.overdue: set[Key] = set()  # said already; nothing more until a stop is set
        self.seen: set[Key] = set()
        self.too_much: set[Key] = set()
        self.cures_left = terms.cures

    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if position is None:
            return ()
        self.seen.add(_key(position))
        self._wait_for(position, deal.at)
        return list(self._risk(position))

    def on_stop(self, stop: StopSet) -> Violations:
        for position in self.situation.positions.values():
            if position.id == stop.position and _key(position) in self.seen:
                self._wait_for(position, stop.at)
                return list(self._risk(position))
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        key = (trade.position, trade.opened_at)
        if key not in self.seen:
            return [*self._reported_late(trade), *self._reported_risk(trade)]
        if not trade.partial:
            self.waiting.pop(key, None)
        return ()

    def timer(self) -> int | None:
        """Just after the first deadline: what happens at the deadline is still in time."""
        return min(self.waiting.values()) + 1 if self.waiting else None

    def on_time(self) -> Violations:
        late = [key for key, last in self.waiting.items() if last < self.situation.at]
        return [self._late(key) for key in late]

    def _wait_for(self, position: Position, since: int) -> None:
        key = _key(position)
        if position.stop is not None:
            self.waiting.pop(key, None)
            self.overdue.discard(key)
        elif self.terms.required and key not in self.overdue:
            self.waiting.setdefault(key, deadline(since, self.terms.deadline_seconds))

    def _late(self, key: Key) -> Violation:
        seconds, last = self.terms.deadline_seconds, self.waiting.pop(key)
        detail = {"position": key[0], "without": "stop-loss"}
        if self.cures_left > 0:
            self.cures_left -= 1
            self.waiting[key] = deadline(last, self.terms.cure_seconds)
            detail["cure_seconds"] = str(self.terms.cure_seconds)
            return Violation(None, seconds, "cross", detail=detail, effects=(WARN,))
        self.overdue.add(key)
        return Violation(None, seconds, "cross", detail=detail)

    def _risk(self, position: Position) -> Iterator[Violation]:
        key, most = _key(position), self.terms.max_risk
        if most is None or position.stop is None or key in self.too_much:
            return
        risk = risk_at(
            self.situation,
            position.symbol,
            position.side,
            position.lots,
            opened=position.average,
            stop=position.stop,
        )
        limit, comparison = self._resolved(most), self.terms.max_risk_comparison
        detail = {"position": position.id, "stop": str(position.stop)}
        if risk is None:
            detail["reason"] = "the money a stop risks needs a conversion rate"
            yield Violation(None, limit, comparison, "unknown", detail)
        elif exceeds(risk.low, limit, comparison):
            self.too_much.add(key)
            yield Violation(risk.low, limit, comparison, "proven", detail)
        elif exceeds(risk.high, limit, comparison):
            yield Violation(risk.high, limit, comparison, "possible", detail)

    def _reported_late(self, trade: Trade) -> Iterator[Violation]:
        seconds, detail = self.terms.deadline_seconds, {"position": trade.position}
        last, stopped = deadline(trade.opened_at, seconds), trade.stopped_at
        if not self.terms.required:
            return
        if stopped is None and trade.closed_at > last:
            detail["reason"] = "when the stop was set is not known"
            yield Violation(None, seconds, "cross", "unknown", detail)
        elif stopped is not None and stopped > last:
            after = Fraction(stopped - trade.opened_at, SECOND)
            yield Violation(after, seconds, "cross", detail=detail, trades=(trade,))

    def _reported_risk(self, trade: Trade) -> Iterator[Violation]:
        if self.terms.max_risk is None:
            return
        detail = {"position": trade.position}
        limit, comparison = self._resolved(self.terms.max_risk), self.terms.max_risk_comparison
        if trade.stop_risk is None:
            detail["reason"] = "what the stop risked is not known"
            yield Violation(None, limit, comparison, "unknown", detail)
        elif exceeds(trade.stop_risk, limit, comparison):
            yield Violation(trade.stop_risk, limit, comparison, detail=detail, trades=(trade,))

    def _resolved(self, most: Amount) -> Decimal:
        return most.resolve(self.situation.size, {"balance": self.situation.balance})


def _key(position: Position) -> Key:
    return position.id, position.opened_at
