"""Invented accounts that trade inside the own recording, so that something is to be seen.

Every fill is at a price of the recording and its profit is what the platform would book. The same
accounts trade the same way every time. It must not judge them: who breaches is the engine's to say.
"""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from itertools import count
from typing import Literal

from propdesk.domain.events import AccountOpened, Deal, Event, Quote, Side
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import parse_instant
from propdesk.domain.instruments import Catalogue
from propdesk.domain.rulebook import Accounting
from propdesk.domain.valuation import ARITHMETIC, Platform, conversion_for, floating_profit

MILLISECOND = 1000
RELEASE_AT = parse_instant("2026-03-06T13:30:00Z")
CURRENCY = "USD"
LEVERAGE = Decimal(100)
COMMISSION_PER_LOT = Decimal("3.00")
"""On each fill, in the account's currency."""
FILLED_AFTER = 40 * MILLISECOND
"""How long after the quote that hits it a stop is filled."""
SEED = "payrolls"
_STEP, _CENT = Decimal("0.01"), Decimal("0.01")
_MOVES: dict[str, tuple[Side, Decimal]] = {
    "EURUSD": ("buy", Decimal("0.0066")),
    "GBPUSD": ("buy", Decimal("0.0086")),
    "USDJPY": ("sell", Decimal("0.92")),
    "XAUUSD": ("buy", Decimal("24.00")),
}
"""Which side loses at the release, and how far the price goes against it."""
_TEMPERS = (
    "heavy", "right", "stopped", "small", "right", "heavy",
    "early", "small", "heavy", "stopped", "right", "heavy",
)  # fmt: skip
_SHARES = {
    "heavy": (5.2, 9.0),
    "right": (1.0, 6.0),
    "stopped": (2.0, 4.0),
    "small": (0.3, 3.0),
    "early": (1.0, 4.0),
}
"""How many per cent of its size an account puts at stake in the move."""
_STOP_AT = Decimal("0.4")
"""Of the move."""


@dataclass(slots=True)
class _Intent:
    """A position an account means to hold. Mutable: it is opened and closed on the way."""

    account: str
    number: int
    symbol: str
    side: Side
    share: Decimal
    opens_at: int
    closes_at: int | None = None
    has_stop: bool = False
    lots: Decimal = ZERO
    price: Decimal = ZERO
    stop: Decimal | None = None
    hit_at: Decimal | None = None
    """The price its stop was filled at."""


class Demonstration:
    """The events of some accounts of one size, all in US dollars."""

    def __init__(
        self, names: Sequence[str], *, size: Decimal, accounting: Accounting, catalogue: Catalogue
    ) -> None:
        self._names = tuple(names)
        self._size = size
        self._balance = size if accounting.balance_origin == "initial" else ZERO
        self._arithmetic = ARITHMETIC[Platform(accounting.platform)]
        self._catalogue = catalogue
        self._deals = count(1)

    def events(self, recorded: Iterable[Event]) -> Iterator[Event]:
        """What the accounts do, by time: each is opened with the first quote, and trades at the
        last quote before the moment of its deal."""
        waiting = sorted(self._intents(), key=lambda each: (each.opens_at, each.account))
        held: list[_Intent] = []
        quotes: dict[str, Quote] = {}
        is_first = True
        for quote in recorded:
            if not isinstance(quote, Quote):
                continue
            if is_first:
                yield from self._opened(quote.at)
                is_first = False
            yield from self._due(quote.at, waiting, held, quotes)
            if quote.bid <= quote.ask:  # a crossed one is refused, and is nobody's price
                quotes[quote.symbol] = quote
                _hit_stops(held, quote)

    def _opened(self, at: int) -> Iterator[Event]:
        for name in self._names:
            yield AccountOpened(name, at, CURRENCY, self._balance, LEVERAGE)

    def _due(
        self, until: int, waiting: list[_Intent], held: list[_Intent], quotes: dict[str, Quote]
    ) -> Iterator[Deal]:
        """The deals before ``until``, by time."""
        while True:
            opening = waiting[0].opens_at if waiting else None
            closing = min((e for e in held if e.closes_at is not None), key=_close_of, default=None)
            if closing is not None and (opening is None or _close_of(closing) < opening):
                if _close_of(closing) >= until:
                    return
                held.remove(closing)
                yield self._close(closing, quotes)
            elif opening is not None and opening < until:
                intent = waiting.pop(0)
                if intent.symbol in quotes:
                    held.append(intent)
                    yield self._open(intent, quotes[intent.symbol])
            else:
                return

    def _open(self, intent: _Intent, quote: Quote) -> Deal:
        is_buy = intent.side == "buy"
        intent.price = quote.ask if is_buy else quote.bid
        far = _MOVES[intent.symbol][1]
        per_lot = -self._profit(
            intent, Decimal(1), intent.price - far if is_buy else intent.price + far
        )
        lots = (intent.share * self._size / 100 / per_lot).quantize(_STEP, ROUND_DOWN)
        intent.lots = max(_STEP, lots)
        if intent.has_stop:
            digits = self._catalogue.get(intent.symbol).digits
            gap = round(far * _STOP_AT, digits)
            intent.stop = intent.price - gap if is_buy else intent.price + gap
        return self._deal(intent, intent.opens_at, intent.side, "in", intent.price)

    def _close(self, intent: _Intent, quotes: dict[str, Quote]) -> Deal:
        at = _close_of(intent)
        quote = quotes[intent.symbol]
        price = quote.bid if intent.side == "buy" else quote.ask
        if intent.hit_at is not None:
            price = intent.hit_at
        side: Side = "sell" if intent.side == "buy" else "buy"
        profit = self._profit(intent, intent.lots, price)
        return self._deal(intent, at, side, "out", price, profit)

    def _deal(
        self,
        intent: _Intent,
        at: int,
        side: Side,
        entry: Literal["in", "out"],
        price: Decimal,
        profit: Decimal = ZERO,
    ) -> Deal:
        number = next(self._deals)
        return Deal(
            account=intent.account,
            at=at,
            id=f"{intent.account}/{number}",
            position=f"{intent.number}",
            symbol=intent.symbol,
            side=side,
            entry=entry,
            lots=intent.lots,
            price=price,
            commission=-(COMMISSION_PER_LOT * intent.lots).quantize(_CENT),
            profit=profit,
            reason="manual" if intent.hit_at is None else "stop_loss",
            stop=intent.stop if entry == "in" else None,
        )

    def _profit(self, intent: _Intent, lots: Decimal, price: Decimal) -> Decimal:
        instrument = self._catalogue.get(intent.symbol)
        return floating_profit(
            instrument,
            intent.side,
            lots,
            intent.price,
            price,
            account_currency=CURRENCY,
            arithmetic=self._arithmetic,
            conversion=conversion_for(instrument.profit_currency, CURRENCY, self._catalogue),
        )

    def _intents(self) -> Iterator[_Intent]:
        for place, name in enumerate(self._names):
            chance = random.Random(f"{SEED}/{place}")  # noqa: S311 - nothing secret is drawn
            temper = _TEMPERS[place % len(_TEMPERS)]
            symbols = chance.sample(sorted(_MOVES), 2 if temper == "small" else 1)
            for number, symbol in enumerate(symbols, start=1):
                yield _intent(name, number, symbol, temper, chance)


def _intent(account: str, number: int, symbol: str, temper: str, chance: random.Random) -> _Intent:
    losing = _MOVES[symbol][0]
    winning: Side = "sell" if losing == "buy" else "buy"
    low, high = _SHARES[temper]
    opens_s = chance.uniform(-200, -25)
    closes_s = {"right": chance.uniform(25, 240), "early": chance.uniform(-12, -3)}.get(temper)
    return _Intent(
        account,
        number,
        symbol,
        winning if temper == "right" else losing,
        Decimal(str(round(chance.uniform(low, high), 2))),
        _moment(opens_s),
        None if closes_s is None else _moment(closes_s),
        has_stop=temper == "stopped",
    )


def _moment(second: float) -> int:
    return RELEASE_AT + round(second * 1000) * MILLISECOND


def _close_of(intent: _Intent) -> int:
    if intent.closes_at is None:
        raise RuntimeError("this position is not to be closed")
    return intent.closes_at


def _hit_stops(held: Iterable[_Intent], quote: Quote) -> None:
    """A stop that the quote reaches is filled at the quote's price, which may be worse."""
    for intent in held:
        if intent.symbol != quote.symbol or intent.stop is None or intent.hit_at:
            continue
        is_buy = intent.side == "buy"
        price = quote.bid if is_buy else quote.ask
        if price <= intent.stop if is_buy else price >= intent.stop:
            intent.hit_at = price
            intent.closes_at = quote.at + FILLED_AFTER
