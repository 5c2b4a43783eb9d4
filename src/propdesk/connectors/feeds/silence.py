"""When a symbol of a feed is silent for too long, and since when its price is not known.

Only time in which its market is open counts. Silence is measured from arrival to arrival: a feed
that delivers late what it kept is not silent, and its ticks are judged at their own time. Pure:
time is an argument. It must not write a gap; the sequencer does.
"""

from dataclasses import dataclass, field

from propdesk.connectors.market_hours import moment_after
from propdesk.domain.instants import SECOND
from propdesk.domain.market_hours import MarketHours


@dataclass(slots=True)
class Listening:
    """One symbol of one feed. Mutable: it hears and falls silent.

    ``at`` is the time of the last good quote (0: none came yet); ``gap`` says why the symbol is a
    gap now, or is empty.
    """

    hours: MarketHours
    silence_s_max: int
    at: int = 0
    gap: str = ""
    _heard: int = 0
    _due: int | None = field(default=None)

    def hear(self, at: int, arrival: int) -> bool:
        """A good quote came; True: it ends a gap."""
        self.at, self._heard, self._due = at, arrival, None
        ended, self.gap = bool(self.gap), ""
        return ended

    def fall_silent(self, reason: str) -> bool:
        """The price is not known from ``at`` on; False: it was not known before."""
        if self.gap or not self.at:
            return False
        self.gap = reason
        return True

    def is_overdue(self, now: int) -> bool:
        """Whether it has been silent for longer than it may, and is no gap yet."""
        allowed = self.silence_s_max * SECOND
        if self.gap or not self.at or now - self._heard <= allowed:
            return False
        # The calendar is asked once in a silence, and only in one too long on any day.
        if self._due is None:
            self._due = moment_after(self.hours, self._heard, allowed)
        return now > self._due

    def listen_from(self, now: int) -> None:
        """After a start nobody knows when the last quote arrived: silence counts from here."""
        self._heard, self._due = now, None
