"""Real ticks as a market, with accounts that trade in it.

The prices, their order and their stamps are those of a recording; deals, money and gaps are drawn.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from propdesk.connectors.quotes.source import open_quotes
from propdesk.domain.events import AccountOpened, GapClosed, GapOpened, Quote, TimePassed
from propdesk.domain.instants import HOUR, MINUTE, parse_instant
from tests.live.markets import SECOND, Market, Step, Trader

DIGITS = {"EURUSD": 5, "NZDUSD": 5, "XAUUSD": 3}
"""The symbols of the recording, with the decimals of its prices: gold has one more than its
catalogue entry."""
LOST_US = (SECOND, 20 * SECOND, 300 * SECOND)


@dataclass(frozen=True)
class Stretch:
    """From when until when the recording is played."""

    since: int
    until: int

    @staticmethod
    def of(since: str, until: str) -> "Stretch":
        return Stretch(parse_instant(since), parse_instant(until))


def recorded(folder: Path, stretches: Sequence[Stretch]) -> Iterator[Quote]:
    """The ticks of every symbol in one order: by their stamps, then as the symbols are listed."""
    sources = {name: open_quotes([folder / f"lean_oanda_{name.lower()}"]) for name in DIGITS}
    for stretch in stretches:
        streams = [
            [e for e in each.stream(name, stretch.since, stretch.until) if isinstance(e, Quote)]
            for name, each in sources.items()
        ]
        yield from heapq.merge(*streams, key=lambda quote: quote.at)


class Recorded(Market):
    """Traders in a recording. ``deals`` is the chance of a deal or money behind a tick."""

    def __init__(
        self, seed: int, traders: list[Trader], ticks: Sequence[Quote], *, deals: float, gaps: float
    ) -> None:
        super().__init__(seed, traders)
        self.ticks, self.deals, self.lost = ticks, deals, gaps
        self.at = ticks[0].at - len(traders) - 1
        self.back_at = 0
        self.gone: str | None = None

    def played(self) -> Iterator[Step]:
        """The log, in order; each full minute of the time is in it, and each hour where no tick
        is for longer, as a sequencer writes them."""
        for trader in self.traders:
            self.at += 1
            yield (AccountOpened(trader.name, self.at, trader.currency, trader.size,
                                 netting=trader.netting),)  # fmt: skip
        for place, tick in enumerate(self.ticks):
            for at in _times(self.at, tick.at):
                yield (TimePassed(at),)
            if self.gone == tick.symbol:
                if tick.at < self.back_at:
                    continue  # nobody heard it
                self.gone = None
                self.silent.clear()
                yield (GapClosed(tick.at, tick.symbol),)
            self.at, self.now[tick.symbol] = tick.at, (tick.bid, tick.ask)
            yield tick
            following = self.ticks[min(place + 1, len(self.ticks) - 1)]
            if following.at > tick.at + 1:
                yield from self._between()

    def _between(self) -> Iterator[Step]:
        """What happens behind a tick and before the next one, if anything does."""
        draw = self.chance.random()
        if draw < self.deals:
            self.at += 1
            trader = self.chance.choice(self.traders)
            events = self._deal(trader) if self.chance.random() < 0.85 else self._money(trader)
            if events:
                yield events
        elif draw < self.deals + self.lost and self.gone is None:
            self.gone = self.chance.choice(list(self.now))
            self.back_at = self.at + self.chance.choice(LOST_US)
            self.silent.add(self.gone)
            self.at += 1
            yield (GapOpened(self.at, self.gone, "disconnected"),)


def _times(since: int, until: int) -> Iterator[int]:
    """The full minutes behind ``since`` and up to ``until``, or the full hours of a long rest."""
    step = MINUTE if until - since < HOUR else HOUR
    yield from range(since // step * step + step, until + 1, step)
