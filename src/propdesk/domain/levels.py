"""Comparing what an account is worth with a floor, when either may be known only as a span.

Best case and worst case are both kept: a breach is proven only if even the best case breaches.
"""

from dataclasses import dataclass
from decimal import Decimal

from propdesk.domain.judging import Certainty
from propdesk.domain.situation import Span
from propdesk.domain.terms import Comparison


def reaches(value: Decimal, floor: Decimal, comparison: Comparison) -> bool:
    """Whether ``value`` breaks a lower limit: at it (touch) or only below it (cross)."""
    return value <= floor if comparison == "touch" else value < floor


def exceeds(value: Decimal, ceiling: Decimal, comparison: Comparison) -> bool:
    """Whether ``value`` breaks an upper limit: at it (touch) or only above it (cross)."""
    return value >= ceiling if comparison == "touch" else value > ceiling


def certainty_of(value: Span, floor: Span, comparison: Comparison) -> Certainty | None:
    """``proven``, ``possible``, or None where even the worst case keeps the limit."""
    if reaches(value.high, floor.low, comparison):
        return "proven"
    return "possible" if reaches(value.low, floor.high, comparison) else None


def higher(first: Span, second: Span) -> Span:
    """The span of the larger of two amounts."""
    return Span(max(first.low, second.low), max(first.high, second.high))


def lower(first: Span, second: Span) -> Span:
    """The span of the smaller of two amounts."""
    return Span(min(first.low, second.low), min(first.high, second.high))


def around(first: Span, second: Span) -> Span:
    """The span of an amount that is one of two."""
    return Span(min(first.low, second.low), max(first.high, second.high))


def shifted(span: Span, by: Decimal) -> Span:
    return Span(span.low + by, span.high + by)


def exactly_at(value: Decimal) -> Span:
    return Span(value, value)


@dataclass(slots=True)
class WarningSteps:
    """Stepped warnings at percentages of an allowance; each step speaks once until re-armed."""

    percents: tuple[Decimal, ...]
    reached: int = 0

    def rearm(self) -> None:
        self.reached = 0

    def next_level(self, floor: Decimal, allowance: Decimal) -> Decimal | None:
        """The equity at which the next warning is due; None where none is left."""
        if self.reached >= len(self.percents):
            return None
        return floor + (100 - self.percents[self.reached]) * allowance.scaleb(-2)

    def due(self, value: Decimal, floor: Decimal, allowance: Decimal) -> Decimal | None:
        """The highest step newly reached by ``value``, in per cent, or None."""
        spoken = None
        while (level := self.next_level(floor, allowance)) is not None and value <= level:
            spoken = self.percents[self.reached]
            self.reached += 1
        return spoken
