"""A made-up market: the same ticks from the same seed, a day at a time.

Each symbol walks at random by its usual volatility, faster in busy hours; releases make it jump,
weekends leave gaps, spreads widen with the news. It leans to one side for some days, so that who
follows a trend earns a little more than costs; nothing else earns anything. It must not be taken
for anybody's prices. Floats draw the walk; prices are whole points.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from propdesk.connectors.market_hours import hours_of
from propdesk.connectors.simulated_platform.books import points
from propdesk.domain.events import Quote
from propdesk.domain.instants import DAY, HOUR, MINUTE, SECOND, datetime_of, parse_instant
from propdesk.domain.instruments import Catalogue

TICKS_OF_A_DAY_MAX = 20_000
MILLISECOND = 1000
MINUTES_OF_A_DAY = 1440
NEWS_SPREAD, NEWS_SPREAD_LASTS = 4, 60 * SECOND
_BUSY, _QUIET = 3.0, 1.0
_BUSY_HOURS = range(7, 17)
_RELEASE_MINUTES = (12 * 60 + 30, 13 * 60 + 30, 15 * 60, 19 * 60)
_RELEASE_SHARE = 0.4
"""On so many weekdays there is one."""
_JUMP = 0.6
"""How far a release goes, as a share of the day's volatility; half of them less."""
_GAP = 0.5
"""A weekend's gap, as a share of the day's volatility."""
_REGIME = 0.25
"""By how much one day's volatility differs from another's (log)."""
_LEANING, _LEANS_ON = 0.9, 0.6
"""How far a symbol leans, in a day's volatility, and how much of it is left the next day."""


@dataclass(frozen=True, slots=True)
class Character:
    """How a symbol moves. ``volatility`` is a day's, as a share of the price; ``dollar`` is which
    way it goes when the dollar rises; ``weight`` is its share of the ticks."""

    start: float
    volatility: float
    spread_points: int
    dollar: int
    weight: float = 1.0


CHARACTERS: dict[str, Character] = {
    "EURUSD": Character(1.0850, 0.0050, 2, -1, 1.5),
    "GBPUSD": Character(1.2650, 0.0056, 4, -1, 1.2),
    "USDJPY": Character(149.50, 0.0060, 3, 1, 1.2),
    "AUDUSD": Character(0.6550, 0.0064, 4, -1, 0.8),
    "USDCAD": Character(1.3550, 0.0042, 5, 1, 0.8),
    "XAUUSD": Character(2350.0, 0.0100, 10, -1, 1.5),
    "NAS100": Character(18200.0, 0.0125, 120, -1, 1.2),
    "GER40": Character(18100.0, 0.0105, 110, 0, 1.0),
    "BTCUSD": Character(64000.0, 0.0260, 2000, 0, 0.8),
}


@dataclass(slots=True)
class _Standing:
    """Where a symbol stands: the logarithm of its price, and how far it leans. Mutable."""

    log: float
    leaning: float = 0.0


@dataclass(frozen=True, slots=True)
class _News:
    """A day's release, if it has one, and how far the dollar rises by it (normal)."""

    at: int | None
    surprise: float


class GeneratedMarket:
    """Endless, from ``begins`` (a UTC day) on. Walked forwards only, and resumed by time."""

    def __init__(
        self,
        seed: str,
        begins: date,
        catalogue: Catalogue,
        *,
        symbols: Sequence[str] = tuple(CHARACTERS),
        ticks_of_a_day: int = TICKS_OF_A_DAY_MAX,
    ) -> None:
        if not 0 < ticks_of_a_day <= TICKS_OF_A_DAY_MAX:
            raise ValueError(f"{ticks_of_a_day} ticks a day; {TICKS_OF_A_DAY_MAX} are the most")
        self._seed, self._begins, self._catalogue = seed, begins, catalogue
        self._releases: dict[date, list[int]] = {}
        self.symbols = tuple(symbols)
        weights = sum(CHARACTERS[each].weight for each in self.symbols)
        self._counts = {
            each: max(1, int(ticks_of_a_day * CHARACTERS[each].weight / weights))
            for each in self.symbols
        }

    def ticks(self, after: int) -> Iterator[Quote]:
        """Every quote later than ``after``, by time; no two have one time."""
        standing = {each: _Standing(math.log(CHARACTERS[each].start)) for each in self.symbols}
        day = self._begins
        while True:
            begun = parse_instant(f"{day.isoformat()}T00:00:00Z")
            made = self._day(day, begun, standing)
            if begun + DAY + HOUR > after:
                yield from (each for each in made if each.at > after)
            day += timedelta(days=1)

    def releases(self, day: date) -> list[int]:
        """When something is released on a day; at most one."""
        if day not in self._releases:
            self._releases = {day: self._drawn_releases(day)}  # asked for again and again
        return self._releases[day]

    def _drawn_releases(self, day: date) -> list[int]:
        chance = self._chance("releases", day)
        if day.weekday() >= 5 or chance.random() >= _RELEASE_SHARE:
            return []
        minute = _RELEASE_MINUTES[int(chance.integers(len(_RELEASE_MINUTES)))]
        return [parse_instant(f"{day.isoformat()}T00:00:00Z") + minute * MINUTE]

    # -- one day -----------------------------------------------------------------------------
    def _day(self, day: date, begun: int, standing: dict[str, _Standing]) -> Iterator[Quote]:
        """The day's quotes; moves ``standing`` to its end at once."""
        news = _News(
            next(iter(self.releases(day)), None),
            float(self._chance("surprise", day).standard_normal()),
        )
        columns = [
            self._walk(number, begun, standing[symbol], news)
            for number, symbol in enumerate(self.symbols)
        ]
        table = np.concatenate(columns, axis=1)
        table = table[:, np.lexsort((table[0], table[1]))]
        order = np.arange(table.shape[1], dtype=np.int64) * MILLISECOND
        at = np.maximum.accumulate(table[1] - order) + order
        return self._quotes(table[0].tolist(), at.tolist(), table[2].tolist(), table[3].tolist())

    def _quotes(
        self, numbers: list[int], at: list[int], bids: list[int], asks: list[int]
    ) -> Iterator[Quote]:
        digits = [self._catalogue.get(each).digits for each in self.symbols]
        for number, moment, bid, ask in zip(numbers, at, bids, asks, strict=True):
            places = digits[number]
            yield Quote(moment, self.symbols[number], points(bid, places), points(ask, places))

    def _walk(
        self,
        number: int,
        begun: int,
        standing: "_Standing",
        news: "_News",
    ) -> npt.NDArray[np.int64]:
        """A symbol's day as rows: its number, times, bids and asks in points."""
        day, symbol = datetime_of(begun).date(), self.symbols[number]
        character, chance = CHARACTERS[symbol], self._chance(symbol, day)
        at = self._times(symbol, begun, chance)
        if not len(at):
            return np.empty((4, 0), dtype=np.int64)
        daily = character.volatility * math.exp(_REGIME * float(chance.standard_normal()))
        fresh = _LEANING * math.sqrt(1 - _LEANS_ON**2) * float(chance.standard_normal())
        standing.leaning = _LEANS_ON * standing.leaning + fresh
        steps = chance.standard_normal(len(at)) * (daily / math.sqrt(self._counts[symbol]))
        steps += standing.leaning * daily / self._counts[symbol]
        if day.weekday() in {0, 6} and at[0] - begun > 0 and symbol != "BTCUSD":
            steps[0] += float(chance.standard_normal()) * _GAP * daily
        widened = np.zeros(len(at), dtype=bool)
        if news.at is not None and character.dollar:
            first = int(np.searchsorted(at, news.at))
            if first < len(at):
                steps[first] += character.dollar * news.surprise * _JUMP * daily
            widened = (at >= news.at) & (at < news.at + NEWS_SPREAD_LASTS)
        walked: npt.NDArray[np.float64] = standing.log + np.cumsum(steps)
        standing.log = float(walked[-1])
        scale = 10 ** self._catalogue.get(symbol).digits
        spread = character.spread_points + chance.integers(
            0, character.spread_points // 2 + 1, len(at)
        )
        spread = np.where(widened, spread * NEWS_SPREAD, spread)
        bid = np.rint(np.exp(walked) * scale - spread / 2).astype(np.int64)
        return np.stack([np.full(len(at), number), at, bid, bid + spread]).astype(np.int64)

    def _times(self, symbol: str, begun: int, chance: np.random.Generator) -> npt.NDArray[np.int64]:
        """When it is quoted on a day: in open minutes, more often in busy ones."""
        hours = hours_of(symbol, self._catalogue)
        starts = begun + np.arange(MINUTES_OF_A_DAY, dtype=np.int64) * MINUTE
        is_open = np.ones(MINUTES_OF_A_DAY, dtype=bool)
        for each in hours.breaks(begun):
            is_open &= (starts + MINUTE <= each.closes) | (starts >= each.opens)
        starts = starts[is_open]
        if not len(starts):
            return starts
        hour = (starts - begun) // HOUR
        busy = (hour >= _BUSY_HOURS.start) & (hour < _BUSY_HOURS.stop)
        weights = np.where(busy, _BUSY, _QUIET)
        count = max(1, self._counts[symbol] * len(starts) // MINUTES_OF_A_DAY)
        minutes = chance.choice(starts, count, p=weights / weights.sum())
        moments = minutes + chance.integers(0, 60_000, count) * MILLISECOND
        return np.unique(moments)

    def _chance(self, name: str, day: date) -> np.random.Generator:
        text = f"{self._seed}/{name}/{day.isoformat()}".encode()
        number = int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")
        return np.random.Generator(np.random.PCG64(number))
