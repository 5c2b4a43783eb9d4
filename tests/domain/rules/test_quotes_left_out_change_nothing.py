"""Limits on what is open, by the interval in which they are calm and by every quote: the same.

The histories are drawn from a seed: positions opened, enlarged by others, closed in parts, stops
moved, money taken out, days rolled, prices and a rate going up and down around the limits.
"""

import random
from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import BalanceAdjusted
from propdesk.domain.instruments import CalculationMode, Catalogue
from propdesk.domain.rules.exposure import Cap, ExposureLimit, Tier
from propdesk.domain.rules.open_risk import OpenRisk
from propdesk.domain.terms import Amount, Effect, RuleTerms
from propdesk.domain.trade_ideas import Grouping
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    instrument,
    judge,
    quote,
    sell,
    start,
    stop,
)
from tests.domain.rules.verdicts import rows

SEEDS_PER_TEST = 25
WARN = (Effect(kind="warn"),)
RATE = instrument(
    "EURUSD", "forex", base_currency="EUR", mode=CalculationMode.FX, contract_size=d(100000)
)
CATALOGUE = Catalogue(
    (
        instrument("ONE"),
        instrument("TWO"),
        instrument("DAX", profit_currency="EUR", margin_currency="EUR"),
        RATE,
    )
)


class Drawn:
    """A history that goes on by chance; prices are whole, the rate moves by cents."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.prices = {"ONE": 10000, "TWO": 10000, "DAX": 10000}
        self.rate = 100
        self.open: dict[str, Any] = {}
        self.day, self.minute = 1, 0
        quotes = [quote("08:00", "10000", symbol) for symbol in self.prices]
        self.events: list[Any] = [start(), *quotes, quote("08:00", "1", "EURUSD")]

    def go_on(self) -> None:
        self.minute += self.chance.choice((0, 1, 1, 7))
        if self.chance.random() < 0.05:
            self.day, self.minute = self.day + 1, 0
        steps = [self.price, self.enter, self.leave, self.protect, self.withdraw]
        self.chance.choices(steps, weights=(55, 20, 13, 5, 3))[0]()

    @property
    def clock(self) -> str:
        return f"{9 + self.minute // 60:02d}:{self.minute % 60:02d}"

    def price(self) -> None:
        symbol = self.chance.choice(("ONE", "ONE", "TWO", "DAX", "EURUSD"))
        if symbol == "EURUSD":
            self.rate += self.chance.choice((-3, -1, 1, 3))
            shown = f"{self.rate // 100}.{self.rate % 100:02d}"
        else:
            self.prices[symbol] += self.chance.choice((-400, -200, -100, 100, 200, 400))
            shown = str(self.prices[symbol])
        self.events.append(quote(self.clock, shown, symbol, day=self.day))

    def enter(self) -> None:
        symbol, side = self.chance.choice(list(self.prices)), self.chance.choice((buy, sell))
        price = self.prices[symbol]
        away = self.chance.choice((300, 700, 1200)) * (1 if side is buy else -1)
        protected = d(price - away) if self.chance.random() < 0.4 else None
        name = f"p{len(self.events)}"
        lots = self.chance.choice(("1", "2"))
        deal = side(
            self.clock, name, lots, symbol=symbol, price=d(price), day=self.day, stop=protected
        )
        self.open[name] = deal
        self.events.append(deal)

    def leave(self) -> None:
        if not self.open:
            return
        name = self.chance.choice(list(self.open))
        deal = self.open.pop(name)
        part = "1" if deal.lots == 2 and self.chance.random() < 0.5 else None
        if part is not None:
            self.open[name] = replace(deal, lots=d(1))
        price = str(self.prices[deal.symbol])
        self.events.append(close(self.clock, deal, price, part, day=self.day))

    def protect(self) -> None:
        if not self.open:
            return
        name = self.chance.choice(list(self.open))
        deal = self.open[name]
        away = self.chance.choice((300, 700, 1200)) * (1 if deal.side == "buy" else -1)
        price = str(self.prices[deal.symbol] - away)
        self.events.append(stop(self.clock, name, price, day=self.day))

    def withdraw(self) -> None:
        amount = self.chance.choice((-5000, 5000))
        self.events.append(
            BalanceAdjusted(ACCOUNT, at(self.clock, self.day), d(amount), "withdrawal")
        )


def told_alike(rule: RuleTerms, seed: int) -> int:
    """Compares the two ways; returns how much there was to say."""
    history = Drawn(seed)
    for _ in range(40):
        history.go_on()
    every = rows(judge(rule, history.events, catalogue=CATALOGUE, fast=False))
    assert rows(judge(rule, history.events, catalogue=CATALOGUE)) == every, (seed, rule)
    return len(every)


@pytest.mark.parametrize(
    "measure",
    ["floating", "realised_and_floating", "worst_floating", "widest_stop", "widest_of_both"],
)
def test_open_risk(measure: Any) -> None:
    told = 0
    for seed in range(SEEDS_PER_TEST):
        chance = random.Random(seed)
        scopes: list[Any] = ["position", "symbol", "trade_idea", "portfolio", "symbol_day"]
        rule = OpenRisk(
            scope=chance.choice(scopes),
            measure=measure,
            limit=chance.choice((Amount(money=d(700)), Amount(percent=d(1), of="balance"))),
            comparison=chance.choice(("touch", "cross")),
            grouping=Grouping(gap_minutes=5, direction=chance.choice(("same", "any"))),
            effects=WARN,
        )
        told += told_alike(rule, seed)
    assert told > 0


CAPS = {"lots": d(3), "notional": d(30000), "margin_percent": d(1), "effective_leverage": d("0.3")}


@pytest.mark.parametrize("unit", list(CAPS))
def test_exposure(unit: Any) -> None:
    told = 0
    for seed in range(SEEDS_PER_TEST):
        chance = random.Random(seed)
        low, high = Cap(at_most=CAPS[unit]), Cap(at_most=CAPS[unit] * 2)
        ladder = (
            Tier(profit=Amount(money=d(0)), cap=low),
            Tier(profit=Amount(money=d(500)), cap=high),
        )
        rule = ExposureLimit(
            unit=unit,
            aggregation=chance.choice(("order", "instrument", "absolute_sum", "all_open")),
            cap=low,
            ladder=chance.choice((ladder, ())),
            ladder_source=chance.choice(("live_equity", "eod_balance")),
            ladder_effective=chance.choice(("now", "next_session")),
            ladder_moves=chance.choice(("up_only", "both_ways")),
            when=chance.choice(("at_opening", "while_open", "at_close")),
            counting=chance.choice(("per_position", "per_event")),
            percent_of=chance.choice(("balance", "equity")),
            leverage=d(30),
            effects=WARN,
        )
        told += told_alike(rule, seed)
    assert told > 0
