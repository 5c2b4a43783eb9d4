"""What traders look at: quarter hours of each symbol, made from the ticks as they come.

Folded from the same facts as the books, so that a restart shows the same.
"""

from collections import deque
from dataclasses import dataclass, field

from propdesk.connectors.simulated_platform.facts import Ticked
from propdesk.connectors.simulated_platform.traders.seen import BARS_KEPT
from propdesk.domain.instants import MINUTE

BAR = 15 * MINUTE


@dataclass(slots=True)
class Chart:
    """One symbol's. Mutable: it follows the ticks."""

    closes: deque[float] = field(default_factory=lambda: deque(maxlen=BARS_KEPT))
    seen_at: int = 0
    ends: int = 0
    last: float = 0.0
    move: float = 0.0
    """The mean of the moves of the bars kept, about."""

    def see(self, at: int, mid: float) -> None:
        if at >= self.ends:
            if self.ends:
                self._close()
            self.ends = at // BAR * BAR + BAR
        self.last, self.seen_at = mid, at

    def _close(self) -> None:
        if self.closes:
            moved = abs(self.last - self.closes[-1])
            self.move += (moved - self.move) / min(len(self.closes), BARS_KEPT)
        self.closes.append(self.last)


@dataclass(slots=True)
class Charts:
    """Every symbol's."""

    by_symbol: dict[str, Chart] = field(default_factory=dict)

    def see(self, tick: Ticked) -> None:
        chart = self.by_symbol.get(tick.symbol)
        if chart is None:
            chart = self.by_symbol[tick.symbol] = Chart()
        chart.see(tick.at, (float(tick.bid) + float(tick.ask)) / 2)
