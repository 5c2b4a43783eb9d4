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
DAYS_KNOWN = 7
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
class _Day:
    """What becomes of a symbol in a day, decided before its ticks are: so that a day nobody asks
    for costs nothing. Moves are of the logarithm of the price."""

    minutes: npt.NDArray[np.int64]
    """In which it is traded."""
    begins: float
    volatility: float
    moved: float
    gap: float
    jump: float
    release: int | None


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
        self._ends: dict[date, dict[str, float]] = {}
        """Where the days walked last end, as logarithms of the prices."""
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
            days = [self._day(each, day, standing[each]) for each in self.symbols]
            self._ends[day] = {each: standing[each].log for each in self.symbols}
            self._ends.pop(day - timedelta(days=DAYS_KNOWN), None)
            if parse_instant(f"{day.isoformat()}T00:00:00Z") + DAY + HOUR > after:
                yield from (each for each in self._quotes(day, days) if each.at > after)
            day += timedelta(days=1)

    def releases(self, day: date) -> list[int]:
        """When something is released on a day; at most one."""
        if day not in self._releases:
            self._releases = {day: self._drawn_releases(day)}  # asked for again and again
        return self._releases[day]

    def heads(self, symbol: str, at: int, price: float) -> int:
        """Whether the day of ``at`` ends above the price (1) or below (-1); 0: its ticks were not
        walked yet, or long ago."""
        ends = self._ends.get(datetime_of(at).date())
        if ends is None or symbol not in ends:
            return 0
        return 1 if ends[symbol] > math.log(price) else -1

    def _drawn_releases(self, day: date) -> list[int]:
        chance = self._chance("releases", day)
        if day.weekday() >= 5 or chance.random() >= _RELEASE_SHARE:
            return []
        minute = _RELEASE_MINUTES[int(chance.integers(len(_RELEASE_MINUTES)))]
        return [parse_instant(f"{day.isoformat()}T00:00:00Z") + minute * MINUTE]

    # -- one day -----------------------------------------------------------------------------
    def _day(self, symbol: str, day: date, standing: _Standing) -> _Day:
        """What becomes of a symbol; moves ``standing`` to the day's end."""
        character, chance = CHARACTERS[symbol], self._chance(symbol, day)
        regime, fresh, moved, gapped = (float(each) for each in chance.standard_normal(4))
        begun = parse_instant(f"{day.isoformat()}T00:00:00Z")
        minutes = self._minutes(symbol, begun)
        share = len(minutes) / MINUTES_OF_A_DAY
        volatility = character.volatility * math.exp(_REGIME * regime)
        if share:
            fresh *= _LEANING * math.sqrt(1 - _LEANS_ON**2)
            standing.leaning = _LEANS_ON * standing.leaning + fresh
        moved = volatility * (math.sqrt(share) * moved + share * standing.leaning)
        # The first day of a week that does not begin at midnight.
        is_first = day.weekday() in {6, 0} and 0 < share < 1 and minutes[0] > begun
        gap = volatility * _GAP * gapped if is_first else 0.0
        release = next(iter(self.releases(day)), None)
        jump = 0.0
        if release is not None and release in minutes:
            surprise = float(self._chance("surprise", day).standard_normal())
            jump = volatility * _JUMP * surprise * character.dollar
        made = _Day(minutes, standing.log, volatility, moved, gap, jump, release)
        standing.log += moved + gap + jump
        return made

    def _quotes(self, day: date, days: Sequence[_Day]) -> Iterator[Quote]:
        """All symbols' quotes of a day in one order."""
        columns = [self._walk(number, day, made) for number, made in enumerate(days)]
        table = np.concatenate(columns, axis=1)
        table = table[:, np.lexsort((table[0], table[1]))]
        order = np.arange(table.shape[1], dtype=np.int64) * MILLISECOND
        at = np.maximum.accumulate(table[1] - order) + order
        rows = zip(
            table[0].tolist(), at.tolist(), table[2].tolist(), table[3].tolist(), strict=True
        )
        digits = [self._catalogue.get(each).digits for each in self.symbols]
        for number, moment, bid, ask in rows:
            places = digits[number]
            yield Quote(moment, self.symbols[number], points(bid, places), points(ask, places))

    def _walk(self, number: int, day: date, made: _Day) -> npt.NDArray[np.int64]:
        """A symbol's day as rows: its number, times, bids and asks in points."""
        symbol = self.symbols[number]
        if not len(made.minutes):
            return np.empty((4, 0), dtype=np.int64)
        character, chance = CHARACTERS[symbol], self._chance(f"{symbol}/ticks", day)
        at = self._times(symbol, made.minutes, chance)
        share = len(made.minutes) / MINUTES_OF_A_DAY
        noise = chance.standard_normal(len(at)) * made.volatility * math.sqrt(share / len(at))
        walked: npt.NDArray[np.float64] = np.cumsum(noise)
        # A walk that ends where the day was decided to end.
        walked += np.linspace(0, made.moved - float(walked[-1]), len(at))
        walked += made.begins + made.gap
        spread = character.spread_points + chance.integers(
            0, character.spread_points // 2 + 1, len(at)
        )
        if made.release is not None and character.dollar:
            after = at >= made.release
            walked += np.where(after, made.jump, 0.0)
            is_wide = after & (at < made.release + NEWS_SPREAD_LASTS)
            spread = np.where(is_wide, spread * NEWS_SPREAD, spread)
        scale = 10 ** self._catalogue.get(symbol).digits
        bid = np.rint(np.exp(walked) * scale - spread / 2).astype(np.int64)
        return np.stack([np.full(len(at), number), at, bid, bid + spread]).astype(np.int64)

    def _minutes(self, symbol: str, begun: int) -> npt.NDArray[np.int64]:
        """The minutes of a day in which its market is open, by their beginnings."""
        starts = begun + np.arange(MINUTES_OF_A_DAY, dtype=np.int64) * MINUTE
        is_open = np.ones(MINUTES_OF_A_DAY, dtype=bool)
        for each in hours_of(symbol, self._catalogue).breaks(begun):
            is_open &= (starts + MINUTE <= each.closes) | (starts >= each.opens)
        return starts[is_open]

    def _times(
        self, symbol: str, minutes: npt.NDArray[np.int64], chance: np.random.Generator
    ) -> npt.NDArray[np.int64]:
        """When it is quoted on a day: in open minutes, more often in busy ones."""
        hour = minutes % DAY // HOUR
        busy = (hour >= _BUSY_HOURS.start) & (hour < _BUSY_HOURS.stop)
        weights = np.where(busy, _BUSY, _QUIET)
        count = max(1, self._counts[symbol] * len(minutes) // MINUTES_OF_A_DAY)
        drawn = chance.choice(minutes, count, p=weights / weights.sum())
        return np.unique(drawn + chance.integers(0, 60_000, count) * MILLISECOND)

    def _chance(self, name: str, day: date) -> np.random.Generator:
        text = f"{self._seed}/{name}/{day.isoformat()}".encode()
        number = int.from_bytes(hashlib.blake2b(text, digest_size=16).digest(), "big")
        return np.random.Generator(np.random.PCG64(number))
