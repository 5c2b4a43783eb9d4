"""The price at which an account fails if only one symbol moves: exact, in the symbol's ticks.

Everything else stays as it is now: the spread, the other symbols, the conversion rates, the
floor. It judges nothing; where a price or a rate is not known it says nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Instrument
from propdesk.domain.judging import LimitLine
from propdesk.domain.levels import reaches
from propdesk.domain.situation import Span
from propdesk.domain.terms import Comparison
from propdesk.domain.worth import Holding, Worth

FARTHEST = 1000
"""How many times its price a short's symbol may rise before nobody asks any more."""


@dataclass(frozen=True, slots=True)
class FailingPrice:
    """At ``price`` (a bid below the present one, or an ask above it) the limit is broken."""

    rule: str
    symbol: str
    side: Literal["bid", "ask"]
    price: Decimal
    now: Decimal


def failing_prices(
    worth: Worth, equity: Span | None, held: Iterable[tuple[LimitLine, str]]
) -> tuple[FailingPrice, ...]:
    """For each limit, with the word for what is held against it, every open symbol's failing price.

    Nothing where equity is not one known number, and nothing for a symbol whose moves gain and
    lose at once (both sides of it are open, or it converts another position's profit).
    """
    if equity is None or not equity.exact or worth.unknown:
        return ()
    rooms = list(_rooms(equity, held))
    found = []
    for symbol in sorted({each.symbol for each in worth.holdings.values()}):
        moves = _moves(worth, symbol)
        if moves is None:
            continue
        for rule, room, comparison in rooms:
            price = moves.failing(room, comparison)
            if price is not None:
                found.append(FailingPrice(rule, symbol, moves.side, price, moves.now))
    return tuple(found)


def tick_of(instrument: Instrument) -> Decimal:
    """The smallest step of an instrument's price."""
    return instrument.tick_size or Decimal(1).scaleb(-instrument.digits)


def _rooms(
    equity: Span, held: Iterable[tuple[LimitLine, str]]
) -> Iterator[tuple[str, Decimal, Comparison]]:
    """How much open profit may be lost before each limit breaks; no price moves the balance."""
    for line, tested in held:
        room, floor = line.room, line.floor
        if tested == "balance_or_equity" and isinstance(floor, Decimal):
            room = equity.low - floor  # the lower of both leads, and equity is what falls
        if tested != "balance" and isinstance(room, Decimal):
            yield line.rule, room, line.comparison


@dataclass(frozen=True, slots=True)
class _Moves:
    """What equity does when one symbol moves in the direction that loses."""

    side: Literal["bid", "ask"]
    now: Decimal
    tick: Decimal
    lost: Callable[[Decimal], Decimal]
    """Equity lost when the price is moved by an amount; rises with the distance."""

    def failing(self, room: Decimal, comparison: Comparison) -> Decimal | None:
        """The first price, in ticks counted from zero, that breaks the limit; None: none does."""

        def fails(place: int) -> bool:
            moved = self.tick * place - self.now
            return reaches(room - self.lost(moved), ZERO, comparison)

        near = int(Fraction(self.now) / Fraction(self.tick))
        far = 1 if self.side == "bid" else near * FARTHEST
        if not fails(far):
            return None
        while abs(far - near) > 1:
            middle = (near + far) // 2
            if fails(middle):
                far = middle
            else:
                near = middle
        return self.tick * far


def _moves(worth: Worth, symbol: str) -> _Moves | None:
    """None where a price is a range, or the symbol's moves do not all lose in one direction."""
    prices = worth.prices.get(symbol)
    touched = worth.by_symbol.get(symbol, [])
    if prices is None or prices[0] != prices[1] or prices[2] != prices[3]:
        return None
    if {each.symbol for each in touched} != {symbol} or len({e.is_long for e in touched}) != 1:
        return None
    down = touched[0].is_long
    now = prices[0] if down else prices[2]
    rates = [_rates(worth, each) for each in touched]

    def lost(moved: Decimal) -> Decimal:
        total = ZERO
        for each, (bid, ask) in zip(touched, rates, strict=True):
            total += each.low - each.value(now + moved, bid, ask)
        return total

    instrument = worth.catalogue.get(touched[0].position.symbol)
    return _Moves("bid" if down else "ask", now, tick_of(instrument), lost)


def _rates(worth: Worth, holding: Holding) -> tuple[Decimal | None, Decimal | None]:
    """The bid and the ask that convert its profit, as they are now."""
    if holding.conversion is None:
        return None, None
    rates = worth.prices[holding.conversion.symbol]
    return rates[0], rates[2]
