"""The engine against the reference evaluator: every preset's phases over drawn markets.

Several accounts trade in one market; after each run every figure of every account is compared, and
the verdicts that were said on the way, one by one. Now and then the engine is lost, and goes on
from its snapshot.
"""

import random
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Quote
from propdesk.domain.valuation import Platform
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_records import VerdictSaid
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, presets
from tests.live.engine_drive import Driven, records_of
from tests.live.markets import CATALOGUE, Market, Trader

STEPS = 120
PHASES = [
    (loaded, phase.name)
    for loaded in map(load_rulebook, presets())
    for phase in loaded.rulebook.phases
]


def figures(result: Evaluation) -> dict[str, Any]:
    """All that is said, but the numbers of the events: not every quote is one."""
    return {
        "verdicts": [replace(each, event=0) for each in result.verdicts],
        "days": result.days,
        "objectives": result.objectives,
        "limits": result.limits,
        "coverage": result.coverage,
        "strikes": result.strikes,
        "equity": result.equity,
        "balance": result.balance,
        "trades": result.trades,
        "status": result.status,
        "doubts": result.doubts,
    }


def compare(loaded: LoadedRulebook, name: str, seed: int, accounts: int = 3) -> int:
    """Returns the number of verdicts that were the same."""
    rulebook, phase = loaded.rulebook, loaded.rulebook.phase(name)
    accounting = phase.accounting or rulebook.accounting
    size = max((each.size for each in rulebook.sizes), default=Decimal(100000))
    balance = Decimal(0) if accounting.balance_origin == "zero" else size
    traders = [
        Trader(f"A{each}", "EUR" if (seed + each) % 3 == 0 else "USD", balance,
               netting=(seed + each) % 5 == 4)
        for each in range(accounts)
    ]  # fmt: skip
    market = Market(seed, traders, platform=Platform(accounting.platform))
    steps = list(market.steps(STEPS))
    driven = Driven(loaded)
    for trader in traders:
        driven.enrol(trader.name, name, size)
    chance = random.Random(seed)
    for record in records_of(steps, random.Random(seed)):
        driven.take(record)
        if chance.random() < 0.03:
            driven.restart()
    assert not driven.alarms
    said = 0
    for trader in traders:
        every = Evaluator(
            rulebook, phase, size=size, catalogue=CATALOGUE, conditions=CelConditions(),
            account=trader.name, fast=False,
        )  # fmt: skip
        for step in steps:
            every.feed((step,) if isinstance(step, Quote) else step)
        expected = figures(every.result())
        found = figures(driven.desk.result(trader.name))
        for key, value in expected.items():
            assert found[key] == value, (seed, trader.name, key)
        told = [
            (each.id, each.rule, each.outcome, each.at)
            for each in driven.said
            if isinstance(each, VerdictSaid) and each.account == trader.name
        ]
        assert told == [(v.id, v.rule, v.outcome, v.at) for v in every.result().verdicts]
        said += len(told)
    return said


@pytest.mark.parametrize(
    ("loaded", "phase"), PHASES, ids=[f"{e.rulebook.name}/{phase}" for e, phase in PHASES]
)
def test_every_figure_of_every_account_is_the_evaluators(
    loaded: LoadedRulebook, phase: str
) -> None:
    compare(loaded, phase, len(loaded.rulebook.name) * 7 + len(phase))


def test_there_was_something_to_say() -> None:
    assert sum(compare(*PHASES[seed * 11 % len(PHASES)], seed) for seed in range(20)) > 10
