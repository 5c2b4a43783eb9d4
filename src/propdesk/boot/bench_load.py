"""The load of the end-to-end benchmark: made-up accounts, their deals, and ticks that end some.

Drawn from a seed, so that anyone sends the same. Every ladder account is ended by a tick that is
known beforehand, which is how a verdict finds the moment its tick was due. It must not send or
measure anything.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from propdesk.boot.bench_firm import PRICES
from propdesk.domain.events import AccountOpened, Deal
from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Catalogue
from propdesk.domain.valuation import conversion_for
from propdesk.ports.intake import FeedQuote
from propdesk.wire.log_records import AccountEnrolled
from propdesk.wire.rulebook_file import load_rulebook

FEED = "bench"
SLOTS_PER_S = 500
"""Quotes are handed over so often, as a feed handler hands over what came in the meantime."""
WARM_UP_SLOTS = 3 * SLOTS_PER_S
"""A kernel that was never run is compiled first; an installation has it compiled."""
LADDER_SYMBOLS = (
    "XAGUSD", "USOIL", "ETHUSD", "UKOIL", "US2000", "XPTUSD", "LTCUSD", "SOLUSD",
)  # fmt: skip
BURST_SYMBOL = "BTCUSD"
STEP_WORTH_MIN = Decimal("0.04")
"""A step of a ladder is worth more than the cents that platforms round to."""
SPREAD_POINTS = 2
WORTH_MIN, WORTH_MAX = 1_000, 25_000
ACTIVE_SHARE = 0.4
DEALERS_MAX = 20_000
COMMISSION = Decimal("-0.03")


@dataclass(frozen=True, slots=True)
class Programme:
    """What an account is judged by; a loss of more than ``allowance`` ends it on its first day."""

    rulebook: str
    phase: str
    size: int
    allowance: int


PROGRAMMES = (
    Programme("ftmo-2-step", "challenge", 100_000, 5_000),
    Programme("ftmo-2-step", "funded", 100_000, 5_000),
    Programme("apex-4-intraday", "evaluation", 50_000, 2_500),
    Programme("fundingpips-2-step", "funded", 100_000, 5_000),
)
LADDER_PROGRAMMES = PROGRAMMES[:3]
"""The fourth has limits on open risk, which end or pause what holds as much as a ladder does."""


@dataclass(frozen=True, slots=True)
class Load:
    """How much of everything. ``ladder`` accounts are ended one by one, ``burst`` in one tick."""

    accounts: int
    seconds: float
    ticks_per_s: int
    deals_per_s: int
    ladder: int
    burst: int
    seed: int = 1

    @property
    def slots(self) -> int:
        """Of the whole timetable, the first seconds of which end no account."""
        return WARM_UP_SLOTS + self._measured

    @property
    def burst_slot(self) -> int:
        return WARM_UP_SLOTS + self._measured // 2

    def ladder_slot(self, number: int) -> int:
        """The slot whose tick ends the ladder account of this number (from 0)."""
        return WARM_UP_SLOTS + number * self._measured // self.ladder

    def deals_of_slots(self) -> list[int]:
        """How many deals are due in each slot: each at a moment of its own, drawn evenly, as the
        deals of many traders come who know nothing of one another."""
        draw = random.Random(self.seed + 2)  # noqa: S311 - a load, not a secret
        due = [0] * self.slots
        for _ in range(self.slots * self.deals_per_s // SLOTS_PER_S):
            due[draw.randrange(self.slots)] += 1
        return due

    @property
    def _measured(self) -> int:
        return int(self.seconds * SLOTS_PER_S)


def ladder_name(number: int) -> str:
    return f"L{number:06d}"


def burst_name(number: int) -> str:
    return f"B{number:06d}"


@dataclass(frozen=True, slots=True)
class Line:
    """A symbol with its first price in points."""

    name: str
    digits: int
    points: int
    step: int
    """By so many points the ladder's price falls."""

    def price(self, points: int) -> Decimal:
        return Decimal(points).scaleb(-self.digits)


class Crowd:
    """The accounts of a load."""

    def __init__(self, load: Load, catalogue: Catalogue) -> None:
        self.load, self.catalogue = load, catalogue
        self._draw = random.Random(load.seed)  # noqa: S311 - a load, not a secret
        self.lines = {name: _line(name, catalogue) for name in PRICES}
        self._weights = [(rank + 1) ** -0.5 for rank in range(len(PRICES))]
        self._hashes = {
            each.rulebook: load_rulebook(each.rulebook) for each in PROGRAMMES
        }  # by name
        self._rest = load.accounts - load.ladder - load.burst
        self._active = max(0, round(load.accounts * ACTIVE_SHARE) - load.ladder - load.burst)

    @property
    def dealers(self) -> int:
        """How many of the accounts without a planned end trade during the measurement."""
        return min(self._rest, DEALERS_MAX)

    def deals(self, account: str) -> bool:
        """Whether an account of the load is one of them."""
        return account.startswith("C") and int(account[1:]) < self.dealers

    def begin(self, at: int) -> Iterator[tuple[AccountEnrolled | AccountOpened | Deal, ...]]:
        """What makes each account: its enrolment, its opening, and its open positions."""
        for number in range(self.load.ladder):
            yield self._ladder(number, at)
        for number in range(self.load.burst):
            line = self.lines[BURST_SYMBOL]
            level = line.points - line.step
            yield self._doomed(burst_name(number), number, line, level, at)
        for number in range(self._rest):
            name, programme = f"C{number:06d}", PROGRAMMES[number % len(PROGRAMMES)]
            opened = self._opened(name, programme, at)
            held = self._positions(name, at) if number < self._active else ()
            yield *opened, *held

    def _ladder(self, number: int, at: int) -> tuple[AccountEnrolled | AccountOpened | Deal, ...]:
        line = self.lines[LADDER_SYMBOLS[number % len(LADDER_SYMBOLS)]]
        level = line.points - line.step * (1 + number // len(LADDER_SYMBOLS))
        return self._doomed(ladder_name(number), number, line, level, at)

    def _doomed(
        self, name: str, number: int, line: Line, level: int, at: int
    ) -> tuple[AccountEnrolled | AccountOpened | Deal, ...]:
        """An account whose loss is too large when the bid falls to ``level``, not a step before."""
        programme = LADDER_PROGRAMMES[number % len(LADDER_PROGRAMMES)]
        value = self.catalogue.get(line.name).point_value().scaleb(-line.digits)
        allowed = (programme.allowance / value).to_integral_value(ROUND_FLOOR)
        price = line.price(level + int(allowed) + line.step // 2)
        deal = _deal(name, at + 1, "D0", "P0", line.name, price, Decimal(1), commission=ZERO)
        return (*self._opened(name, programme, at), deal)

    def _opened(
        self, name: str, programme: Programme, at: int
    ) -> tuple[AccountEnrolled, AccountOpened]:
        loaded = self._hashes[programme.rulebook]
        size = programme.size
        enrolled = AccountEnrolled(
            name,
            loaded.rulebook.name,
            loaded.rulebook.version,
            loaded.sha256,
            programme.phase,
            str(size),
        )
        return enrolled, AccountOpened(name, at, "USD", Decimal(size))

    def _positions(self, name: str, at: int) -> tuple[Deal, ...]:
        draw = self._draw
        held = draw.choices(tuple(PRICES), self._weights, k=draw.choice((1, 1, 2, 2, 3, 4, 6)))
        return tuple(
            _deal(
                name,
                at + 1 + place,
                f"D{place}",
                f"P{place}",
                symbol,
                self.lines[symbol].price(self.lines[symbol].points),
                self._lots(symbol),
            )
            for place, symbol in enumerate(held)
        )

    def _lots(self, symbol: str) -> Decimal:
        """So much that the position is worth some thousands of the account's money."""
        instrument, line = self.catalogue.get(symbol), self.lines[symbol]
        worth = instrument.point_value() * line.price(line.points)
        rate = conversion_for(instrument.profit_currency, "USD", self.catalogue)
        if rate is not None:
            price = Decimal(PRICES[rate.symbol])
            worth = worth / price if rate.inverse else worth * price
        lots = Decimal(self._draw.randint(WORTH_MIN, WORTH_MAX)) / worth
        return max(Decimal("0.01"), lots.quantize(Decimal("0.01")))

    def trades(self, first: int, count: int, at: int) -> list[Deal]:
        """The next deals: each dealer opens a position, and closes it with its next deal."""
        found = []
        for number in range(first, first + count):
            turn, dealer = divmod(number, self.dealers)
            name, symbol = f"C{dealer:06d}", tuple(PRICES)[(dealer + turn // 2) % len(PRICES)]
            line, place = self.lines[symbol], f"T{turn // 2}"
            entry = "in" if turn % 2 == 0 else "out"
            found.append(
                _deal(
                    name,
                    at,
                    f"{place}{entry}",
                    place,
                    symbol,
                    line.price(line.points),
                    Decimal("0.01"),
                    entry=entry,
                )
            )
        return found


class Walks:
    """The prices of every symbol, tick by tick."""

    def __init__(self, crowd: Crowd, sequence: int = 0) -> None:
        load = crowd.load
        self._load, self._lines = load, crowd.lines
        self._draw = random.Random(load.seed + 1)  # noqa: S311 - a load, not a secret
        self._bids = {name: each.points for name, each in crowd.lines.items()}
        self._free = [n for n in PRICES if n not in LADDER_SYMBOLS and n != BURST_SYMBOL]
        self._weights = [(rank + 1) ** -0.5 for rank in range(len(self._free))]
        self._ended = 0
        self.sequence = sequence

    def all(self, at: int) -> list[FeedQuote]:
        """Every symbol's price as it is."""
        return [self._quote(name, at) for name in self._lines]

    def slot(self, number: int, at: int) -> list[FeedQuote]:
        """The ticks of a slot; those that end an account come first."""
        load = self._load
        found = []
        while self._ended < load.ladder and load.ladder_slot(self._ended) <= number:
            name = LADDER_SYMBOLS[self._ended % len(LADDER_SYMBOLS)]
            self._bids[name] -= self._lines[name].step
            found.append(self._quote(name, at))
            self._ended += 1
        if load.burst and number == load.burst_slot:
            self._bids[BURST_SYMBOL] -= self._lines[BURST_SYMBOL].step
            found.append(self._quote(BURST_SYMBOL, at))
        due = (number + 1) * load.ticks_per_s // SLOTS_PER_S
        wanted = due - number * load.ticks_per_s // SLOTS_PER_S - len(found)
        for name in self._draw.choices(self._free, self._weights, k=max(0, wanted)):
            # Back to the first price by and by: who is not on a ladder is to go on.
            away = self._bids[name] - self._lines[name].points
            self._bids[name] += self._draw.choice((-1, 0, 1)) - (away > 40) + (away < -40)
            found.append(self._quote(name, at))
        return found

    def _quote(self, name: str, at: int) -> FeedQuote:
        self.sequence += 1
        line, bid = self._lines[name], self._bids[name]
        return FeedQuote(self.sequence, name, at, line.price(bid), line.price(bid + SPREAD_POINTS))


def _line(name: str, catalogue: Catalogue) -> Line:
    instrument = catalogue.get(name)
    value = instrument.point_value().scaleb(-instrument.digits)
    step = max(4, int((STEP_WORTH_MIN / value).to_integral_value(ROUND_CEILING)))
    points = int(Decimal(PRICES[name]).scaleb(instrument.digits))
    return Line(name, instrument.digits, points, step)


def _deal(  # noqa: PLR0917 - in the order of a deal's words
    account: str,
    at: int,
    name: str,
    position: str,
    symbol: str,
    price: Decimal,
    lots: Decimal,
    *,
    entry: str = "in",
    commission: Decimal = COMMISSION,
) -> Deal:
    return Deal(
        account=account,
        at=at,
        id=name,
        position=position,
        symbol=symbol,
        side="buy" if entry == "in" else "sell",
        entry="in" if entry == "in" else "out",
        lots=lots,
        price=price,
        commission=commission,
    )
