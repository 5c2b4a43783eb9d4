"""Every preset over drawn histories: asked at every quote, and asked only at its bounds."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Quote
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.unattended import Unattended
from propdesk.domain.valuation import Platform
from propdesk.wire.conditions import CelConditions
from propdesk.wire.rulebook_file import load_rulebook, presets
from tests.live.markets import CATALOGUE, Market, Trader
from tests.live.watching import Watcher
from tests.story import deal, money, opened, quote, rulebook

STEPS = 160


def shown(result: Evaluation) -> dict[str, Any]:
    """All that is said, but the numbers of the events: not every quote is one."""
    verdicts = [replace(each, event=0) for each in result.verdicts]
    return {
        "status": result.status,
        "verdicts": verdicts,
        "days": result.days,
        "objectives": result.objectives,
        "limits": result.limits,
        "coverage": result.coverage,
        "strikes": result.strikes,
        "equity": result.equity,
        "balance": result.balance,
        "trades": result.trades,
        "doubts": result.doubts,
        "payout": result.payout,
    }


def phases() -> list[tuple[str, Rulebook, Phase]]:
    return [
        (f"{loaded.rulebook.name}/{phase.name}", loaded.rulebook, phase)
        for loaded in map(load_rulebook, presets())
        for phase in loaded.rulebook.phases
    ]


PHASES = phases()


def compare(seed: int, rulebook: Rulebook, phase: Phase) -> tuple[int, int]:
    size = max((each.size for each in rulebook.sizes), default=Decimal(100000))
    accounting = phase.accounting or rulebook.accounting
    balance = Decimal(0) if accounting.balance_origin == "zero" else size
    trader = Trader("A1", "EUR" if seed % 3 == 0 else "USD", balance, netting=seed % 5 == 4)
    market = Market(seed, [trader], platform=Platform(accounting.platform))
    steps = list(market.steps(STEPS))

    def evaluator(**more: Any) -> Evaluator:
        return Evaluator(
            rulebook, phase, size=size, catalogue=CATALOGUE, conditions=CelConditions(), **more
        )

    every = evaluator(fast=False)
    for step in steps:
        every.feed((step,) if isinstance(step, Quote) else step)
    watcher = Watcher(evaluator())
    unasked = watcher.run(steps)
    asked = shown(every.result())
    for name, value in shown(unasked).items():
        assert value == asked[name], (seed, name)
    return len(asked["verdicts"]), watcher.asked


@pytest.mark.parametrize(("name", "rulebook", "phase"), PHASES, ids=[each[0] for each in PHASES])
def test_asked_only_at_its_bounds_an_account_says_what_it_says_asked_always(
    name: str, rulebook: Rulebook, phase: Phase
) -> None:
    for seed in range(3):
        compare(1000 * seed + len(name), rulebook, phase)


def test_a_quote_that_is_told_all_the_same_is_judged() -> None:
    """Nobody watches an interval in an evaluator whose bounds somebody else watches."""
    book = rulebook(DailyLoss(base="initial", allowance=money("500"), comparison="touch"))
    evaluator = Evaluator(book, book.phases[0], size=Decimal(100000), catalogue=CATALOGUE)
    unattended = Unattended(evaluator)
    unattended.feed([opened("2026-03-02 08:00:00")])
    unattended.feed([quote("2026-03-02 08:00:01", "EURUSD", "1.10000", "1.10000")])
    unattended.feed([deal("2026-03-02 08:00:02", "P", "buy", "in", "1.00", "1.10000")])
    unattended.feed([quote("2026-03-02 08:00:03", "EURUSD", "1.09501", "1.09501")])
    assert not evaluator.standing.verdicts
    unattended.feed([quote("2026-03-02 08:00:04", "EURUSD", "1.09500", "1.09500")])
    assert [each.outcome for each in evaluator.standing.verdicts] == ["fail"]
