"""An anchor that the firm may be taking now: every value it may have got so far.

Firms that name a window around the reset, and not a moment, leave open which of its values they
took. It must not choose one.
"""

from dataclasses import replace
from decimal import Decimal

from propdesk.domain.judging import Certainty
from propdesk.domain.levels import around, higher, shifted
from propdesk.domain.situation import Situation, Span
from propdesk.domain.values import value

NOT_KNOWN = "which of the values inside the window the firm's snapshot took is not known"


@value(frozen=True, slots=True)
class Snapshot:
    """``seen`` is None where nothing was seen, or one of the values was not known."""

    taking: bool = False
    seen: Span | None = None

    def saw(self, value: Span | None) -> "Snapshot":
        """It may have been taken at this moment."""
        if not self.taking:
            return Snapshot(taking=True, seen=value)
        if value is None or self.seen is None:
            return Snapshot(taking=True)
        return Snapshot(taking=True, seen=around(self.seen, value))

    def raised(self, to: Span) -> "Snapshot":
        """A high-water mark that starts with it has moved."""
        return self if self.seen is None else replace(self, seen=higher(self.seen, to))

    def shifted(self, by: Decimal) -> "Snapshot":
        """Money was moved that an anchor follows."""
        return self if self.seen is None else replace(self, seen=shifted(self.seen, by))


def doubt_of(situation: Situation, certainty: Certainty, value: Span, base: Span) -> dict[str, str]:
    """Why a verdict hangs on the snapshot alone; empty where it does not."""
    windowed = situation.clock.snapshot_window is not None
    hangs = certainty == "possible" and value.exact and not base.exact
    return {"reason": NOT_KNOWN} if windowed and hangs else {}


def told_span(span: Span) -> str:
    """Both ends of what is not known exactly."""
    return f"{span.low:f} … {span.high:f}"
