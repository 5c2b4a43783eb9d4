"""Limits placed on what each account's path reaches, and one cent either side of it.

A first run finds by how much a limit of that kind is passed; the limit is then put there exactly,
a cent nearer and a cent farther, touched and crossed, and the engine must say what the reference
evaluator says: the same verdict at the same tick with the same figures, or none.
"""

import random
from typing import Any

import pytest

from propdesk.domain.events import Quote
from propdesk.domain.terms import RuleTerms
from propdesk.engine.builds import Build, build_kernel
from tests.live.engine_drive import account_of
from tests.live.markets import SECOND, Market, Trader
from tests.live.placed_limits import (
    SIZE,
    Bought,
    Compared,
    besides,
    compare_on,
    drawn_rule,
    loaded,
    offset_of,
    passed_by,
    put_at,
    reference,
    target_at,
)


def compare(seed: int, accounts: int, count: int, kernel: Any = None) -> Compared:
    chance = random.Random(seed)
    traders = [
        Trader(f"A{each}", "EUR" if each % 3 == 0 else "USD", SIZE) for each in range(accounts)
    ]
    market = Market(
        seed, traders, gaps=chance.random() < 0.5,
        quiet_us=(20_000, SECOND, 30 * SECOND), quotes=0.80 if count < 2000 else 0.97,
    )  # fmt: skip
    steps = list(market.steps(count))
    bought: dict[str, Bought] = {}
    for trader in traders:
        rule = drawn_rule(chance)
        first = reference(Bought(loaded(trader.name, [rule])), trader.name, steps, fast=True)
        amount = passed_by(rule, first) + offset_of(rule, chance)
        rules: list[RuleTerms] = [put_at(rule, amount), *besides(chance), *target_at(first, chance)]
        bought[trader.name] = Bought(loaded(trader.name, rules))
    return compare_on(steps, bought, random.Random(seed), kernel=kernel)


def test_a_cent_decides_and_the_engine_decides_as_the_evaluator() -> None:
    ticks = said = 0
    for seed in range(30):
        found = compare(seed, accounts=6, count=200)
        ticks, said = ticks + found.ticks, said + found.said
    assert ticks > 15_000
    assert said > 60


@pytest.mark.drill
def test_ten_million_account_ticks() -> None:
    kernel = build_kernel(Build.COMPILED)
    ticks = seed = 0
    while ticks < 10_000_000:
        ticks += compare(10_000 + seed, accounts=12, count=30_000, kernel=kernel).ticks
        seed += 1
    assert seed >= 25


def test_events_of_the_drawn_market_name_their_account() -> None:
    market = Market(1, [Trader("A0", "USD", SIZE)], gaps=False)
    named = {account_of(step[0]) for step in market.steps(50) if not isinstance(step, Quote)}
    assert named == {"A0"}
