"""Recorded ticks as a market: the same prices again, moved in time.

Bars are refused, as everywhere: the order inside one is not known.
"""

from collections.abc import Iterator
from datetime import date

from propdesk.connectors.replay.recording import Recording
from propdesk.domain.events import Quote


class RecordedMarket:
    """The quotes of a recording, ``shift`` microseconds later; it ends. No releases are known."""

    def __init__(self, recording: Recording, shift: int = 0) -> None:
        self._recording, self._shift = recording, shift

    def ticks(self, after: int) -> Iterator[Quote]:
        """Every quote later than ``after``; of several of one moment the later ones a microsecond
        behind each other. Raises ``Unreadable``."""
        last = 0
        for event in self._recording:
            if isinstance(event, Quote):
                last = max(last + 1, event.at + self._shift)
                if last > after:
                    yield event._replace(at=last)

    def releases(self, day: date) -> list[int]:
        """None are known."""
        del day
        return []

    def heads(self, symbol: str, at: int, price: float) -> int:
        """Nobody knows."""
        del symbol, at, price
        return 0
