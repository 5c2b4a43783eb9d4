"""What a simulated trader sees when he decides, and the few sums all of them do.

Floats: these are people's guesses, not money; what they ask for is whole lots and prices.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Literal, NamedTuple, Protocol

from propdesk.domain.events import Side
from propdesk.domain.instants import DAY, HOUR, MINUTE
from propdesk.ports.platform_trading import ClosePosition, PlaceOrder, TradeRequest

BARS_KEPT = 96
LOTS_DIGITS = 2
LOTS_MAX = 500.0


class Held(NamedTuple):
    """An open position of his own."""

    id: str
    symbol: str
    side: Side
    lots: Decimal
    open_price: Decimal
    opened_at: int
    profit: float


@dataclass(frozen=True, slots=True)
class Targets:
    """What the programme asks of him, in account money, as he understood it."""

    size: float
    profit: float
    daily_loss: float
    overall_loss: float


@dataclass(frozen=True, slots=True)
class Signal:
    """What a signal service tells all its subscribers at once."""

    number: int
    symbol: str
    side: Side


@dataclass(frozen=True, slots=True)
class SymbolSeen:
    """``closes`` are of quarter hours, oldest first; ``move`` is how far it goes in one, about.
    ``money`` is what one lot earns when the price moves by one."""

    bid: float
    ask: float
    digits: int
    closes: Sequence[float]
    move: float
    money: float
    heads: int = 0
    """1 or -1: where it will be at the day's end, above or below; 0: nobody knows. No trader is
    told: who has an eye for it guesses right more often than not (``guessed``)."""


@dataclass(frozen=True, slots=True)
class Nature:
    """What differs between two traders of one kind, each from 0 to 1 and for ever the same."""

    eye: float = 0.5
    """How well he guesses where a price goes."""
    nerve: float = 0.5
    """How much he dares."""
    habit: float = 0.5
    """When he begins his day, and how often he trades."""


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything a decision may depend on, besides chance."""

    account: str
    at: int
    balance: float
    equity: float
    day_start: float
    positions: Sequence[Held]
    orders: Sequence[str]
    """Numbers of his pending orders."""
    last_profits: Sequence[float]
    """Of his last closed positions, the newest last."""
    trades_today: int
    symbols: Mapping[str, SymbolSeen]
    """What is open and has a price."""
    targets: Targets
    release_at: int | None
    """The next release of the next hour."""
    signal: Signal | None
    nature: Nature = Nature()

    @property
    def hour(self) -> float:
        """Of the day, UTC."""
        return self.at % DAY / HOUR

    @property
    def day_profit(self) -> float:
        return self.equity - self.day_start

    @property
    def is_done(self) -> bool:
        """The target is reached."""
        return self.balance >= self.targets.size + self.targets.profit


class Decide(Protocol):
    """A trader: the same seen and the same chance give the same requests."""

    def __call__(self, seen: Seen, chance: Random) -> Sequence[TradeRequest]: ...


@dataclass(frozen=True, slots=True)
class Profile:
    """A kind of trader: he decides every ``every_min`` minutes."""

    name: str
    every_min: Literal[5, 10, 15, 30, 60]
    decide: Decide


def lots_for(symbol: SymbolSeen, money: float, distance: float) -> Decimal | None:
    """The lots that lose ``money`` over ``distance`` of the price; None: less than the least."""
    lots = min(money / (distance * symbol.money), LOTS_MAX)
    hundredths = math.floor(lots * 10**LOTS_DIGITS)
    return Decimal(hundredths).scaleb(-LOTS_DIGITS) if hundredths >= 1 else None


def price_of(symbol: SymbolSeen, value: float) -> Decimal:
    """A price of whole points."""
    return Decimal(round(value * 10**symbol.digits)).scaleb(-symbol.digits)


def by_market(
    seen: Seen,
    name: str,
    side: Side,
    money: float,
    distance: float,
    reward: float,
    *,
    stopped: bool = True,
) -> list[TradeRequest]:
    """An order by the market that risks ``money`` at a stop ``distance`` away, for ``reward``
    times as much. ``stopped`` False: the stop is in his head only."""
    symbol = seen.symbols.get(name)
    if symbol is None:
        return []
    lots = lots_for(symbol, money, distance)
    if lots is None:
        return []
    sign = 1 if side == "buy" else -1
    price = symbol.ask if side == "buy" else symbol.bid
    spread = symbol.ask - symbol.bid
    return [
        PlaceOrder(
            seen.account,
            name,
            side,
            lots,
            stop=price_of(symbol, price - sign * (distance + spread)) if stopped else None,
            target=price_of(symbol, price + sign * distance * reward),
            requested_at=seen.at - 40_000,
            client="terminal",
        )
    ]


def close_all(seen: Seen) -> list[TradeRequest]:
    """Close every position whose market is open."""
    return [
        ClosePosition(seen.account, each.id, requested_at=seen.at - 40_000, client="terminal")
        for each in seen.positions
        if each.symbol in seen.symbols
    ]


def in_hours(seen: Seen, begins: int, ends: int) -> bool:
    return begins <= seen.hour < ends


def age_min(seen: Seen, position: Held) -> float:
    """How long a position is open, in minutes."""
    return (seen.at - position.opened_at) / MINUTE


def within(bounds: tuple[float, float], share: float) -> float:
    """So far between two bounds."""
    least, most = bounds
    return least + (most - least) * share


def guessed(symbol: SymbolSeen, hits: float, bars: int, chance: Random) -> Side:
    """The side he takes: right with the probability ``hits``, by his own judgement and nobody
    else's. Where the market does not know itself where it goes, he follows the trend."""
    if not symbol.heads:
        return side_of(trend(symbol.closes, bars))
    return side_of(symbol.heads if chance.random() < hits else -symbol.heads)


def trend(closes: Sequence[float], bars: int) -> int:
    """1: it rose over the last bars; -1: it did not."""
    return 1 if len(closes) > bars and closes[-1] > closes[-1 - bars] else -1


def side_of(sign: int) -> Side:
    return "buy" if sign > 0 else "sell"
