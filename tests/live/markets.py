"""Markets and accounts drawn from a seed, for whoever judges live: prices, deals, money, gaps.

Prices are walks of whole points with jumps, in symbols that need every kind of conversion; each
account's deals are booked as its platform would book them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import (
    AccountOpened,
    BalanceAdjusted,
    Deal,
    Event,
    GapClosed,
    GapOpened,
    Quote,
    StopSet,
)
from propdesk.domain.instants import parse_instant
from propdesk.domain.valuation import ARITHMETIC, Platform, conversion_for, floating_profit
from propdesk.wire.catalogue import load_catalogue

CATALOGUE = load_catalogue()
START = parse_instant("2026-03-02T08:00:00Z")
SECOND = 1_000_000
# Symbol, first mid in points, digits, points one step moves at most, points of spread.
SYMBOLS = (
    ("EURUSD", 108000, 5, 60, 10),
    ("USDJPY", 150000, 3, 90, 12),
    ("EURGBP", 86000, 5, 40, 11),
    ("GBPUSD", 125000, 5, 70, 13),
    ("XAUUSD", 210000, 2, 400, 30),
)
Step: TypeAlias = Quote | tuple[Event, ...]
Kind = Literal["calm", "wild"]


@dataclass
class Held:
    """An open position of the platform that is played."""

    symbol: str
    side: Literal["buy", "sell"]
    lots: Decimal
    price: Decimal


@dataclass
class Trader:
    """One account and what it holds."""

    name: str
    currency: str
    size: Decimal
    netting: bool = False
    held: dict[str, Held] = field(default_factory=dict)


class Market:
    """Prices and traders, going on by chance. ``steps`` is the log, in order."""

    def __init__(
        self,
        seed: int,
        traders: list[Trader],
        *,
        platform: Platform = Platform.MT5,
        gaps: bool = True,
        quiet_us: tuple[int, ...] = (20_000, SECOND, 30 * SECOND, 600 * SECOND),
        quotes: float = 0.80,
    ) -> None:
        self.chance = random.Random(seed)
        self.traders = traders
        self.arithmetic = ARITHMETIC[platform]
        self.gaps = gaps
        self.quiet_us = quiet_us
        self.quotes = quotes  # the share of steps that are quotes
        self.at = START
        self.mids = {name: first for name, first, *_ in SYMBOLS}
        self.now: dict[str, tuple[Decimal, Decimal]] = {}
        self.silent: set[str] = set()
        self.number = 0

    def steps(self, count: int) -> Iterator[Step]:
        for trader in self.traders:
            self.at += 1
            yield (AccountOpened(trader.name, self.at, trader.currency, trader.size,
                                 netting=trader.netting),)  # fmt: skip
        for name, *_ in SYMBOLS:
            if self.chance.random() < 0.9:
                yield self._quote(name)
        for _ in range(count):
            self.at += self.chance.choice(self.quiet_us)
            yield from self._step()

    def _step(self) -> Iterator[Step]:
        draw = self.chance.random()
        if draw < self.quotes:
            yield self._quote(self.chance.choice(SYMBOLS)[0])
        elif draw < 1 - (1 - self.quotes) * 0.15:
            trader = self.chance.choice(self.traders)
            events = self._deal(trader) if self.chance.random() < 0.85 else self._money(trader)
            if events:
                yield events
        elif self.gaps:
            yield from self._gap()

    def _quote(self, name: str) -> Quote:
        _, first, digits, most, spread = next(each for each in SYMBOLS if each[0] == name)
        jump = 8 if self.chance.random() < 0.03 else 1
        back = (first - self.mids[name]) // 200
        self.mids[name] += self.chance.randint(-most, most) * jump + back
        self.mids[name] = max(self.mids[name], 100)
        wide = spread * (5 if self.chance.random() < 0.05 else 1)
        crossed = -1 if self.chance.random() < 0.04 else 1
        bid = Decimal(self.mids[name]).scaleb(-digits)
        ask = Decimal(self.mids[name] + crossed * wide).scaleb(-digits)
        self.now[name] = (bid, ask)
        return Quote(self.at, name, bid, ask)

    def _deal(self, trader: Trader) -> tuple[Event, ...]:
        if trader.held and self.chance.random() < 0.45:
            return self._close(trader)
        known = [name for name, *_ in SYMBOLS if name in self.now and name not in self.silent]
        if not known or (trader.netting and trader.held):
            return ()
        symbol = self.chance.choice(known)
        side: Literal["buy", "sell"] = self.chance.choice(("buy", "sell"))
        lots = Decimal(self.chance.choice((1, 10, 50, 100, 250, 400, 900, 2000))).scaleb(-2)
        bid, ask = self.now[symbol]
        price = ask if side == "buy" else bid
        self.number += 1
        name = f"P{self.number}"
        trader.held[name] = Held(symbol, side, lots, price)
        fee = -(lots * 3).quantize(Decimal("0.01"))
        opened = Deal(trader.name, self.at, f"D{self.number}", name, symbol, side, "in",
                      lots, price, commission=fee)  # fmt: skip
        if self.chance.random() < 0.5:
            return (opened,)
        away = price / 100 * (-1 if side == "buy" else 1)
        stop = (price + away).quantize(price)
        return (opened, StopSet(trader.name, self.at, name, stop))

    def _close(self, trader: Trader) -> tuple[Event, ...]:
        name = self.chance.choice(list(trader.held))
        held = trader.held[name]
        lots = held.lots
        if lots > Decimal("0.02") and self.chance.random() < 0.3:
            lots = (lots / 2).quantize(Decimal("0.01"))
        bid, ask = self.now[held.symbol]
        price = bid if held.side == "buy" else ask
        profit = self._profit(trader, held, lots, price)
        if profit is None:
            return ()
        held.lots -= lots
        if not held.lots:
            del trader.held[name]
        self.number += 1
        side: Literal["buy", "sell"] = "sell" if held.side == "buy" else "buy"
        return (Deal(trader.name, self.at, f"D{self.number}", name, held.symbol, side, "out",
                     lots, price, profit=profit),)  # fmt: skip

    def _profit(self, trader: Trader, held: Held, lots: Decimal, price: Decimal) -> Decimal | None:
        instrument = CATALOGUE.get(held.symbol)
        conversion = conversion_for(instrument.profit_currency, trader.currency, CATALOGUE)
        rates: tuple[Decimal | None, Decimal | None] = (None, None)
        if conversion is not None:
            if conversion.symbol not in self.now:
                return None
            rates = self.now[conversion.symbol]
        return floating_profit(
            instrument, held.side, lots, held.price, price,
            account_currency=trader.currency, arithmetic=self.arithmetic, conversion=conversion,
            rate_bid=rates[0], rate_ask=rates[1],
        )  # fmt: skip

    def _money(self, trader: Trader) -> tuple[Event, ...]:
        kind: Literal["withdrawal", "deposit", "payout", "bonus"] = self.chance.choice(
            ("withdrawal", "deposit", "payout", "bonus")
        )
        amount = Decimal(self.chance.choice((50000, 99999, 123456))).scaleb(-2)
        signed = -amount if kind in {"withdrawal", "payout"} else amount
        self.number += 1
        return (BalanceAdjusted(trader.name, self.at, signed, kind, f"M{self.number}"),)

    def _gap(self) -> Iterator[Step]:
        name = self.chance.choice(SYMBOLS)[0]
        if name in self.silent:
            self.silent.discard(name)
            yield (GapClosed(self.at, name),)
            self.at += 1
            yield self._quote(name)
        elif self.chance.random() < 0.3 and name in self.now:
            self.silent.add(name)
            yield (GapOpened(self.at, name),)
