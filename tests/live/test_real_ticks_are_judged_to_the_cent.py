"""The engine against the evaluator on recorded ticks: payrolls, day rolls, the weekend's gap.

Three instruments as a broker quoted them from 2014-05-01 to 2014-05-06. Half the accounts are of
phases of presets, half of drawn limits; each has a limit on what its own path reaches there, and a
twin that trades the same with that limit a minor unit beyond.
"""

import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from propdesk.domain.events import BalanceAdjusted, Deal, Quote
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import DAY
from propdesk.engine.builds import Build, build_kernel
from propdesk.wire.rulebook_file import load_rulebook, presets
from tests.connectors.conftest import shared  # noqa: F401 - the fixture
from tests.live.markets import Step, Trader
from tests.live.placed_limits import (
    SIZE,
    Compared,
    compare_on,
    placed_drawn,
    placed_in_phase,
)
from tests.live.real_ticks import DIGITS, Recorded, Stretch, recorded

PHASES = [
    (sold, phase.name) for sold in map(load_rulebook, presets()) for phase in sold.rulebook.phases
]
SLICE = (
    Stretch.of("2014-05-02T12:29:58Z", "2014-05-02T12:30:06Z"),  # payrolls
    Stretch.of("2014-05-02T20:58:00Z", "2014-05-02T21:00:00Z"),  # New York closes
    Stretch.of("2014-05-04T21:00:00Z", "2014-05-04T21:05:00Z"),  # currencies are quoted again
    Stretch.of("2014-05-04T21:59:30Z", "2014-05-04T22:00:30Z"),  # gold too, and days end in Prague
    Stretch.of("2014-05-05T20:59:30Z", "2014-05-05T21:00:30Z"),
)
WHOLE = (Stretch.of("2014-05-01T00:00:00Z", "2014-05-06T23:59:59Z"),)
CURRENCIES = ("USD", "EUR", "USD", "NZD")
"""Of accounts; dollars are their own rate, the others move with a symbol of the recording."""


def traders_of(phases: Sequence[Any]) -> list[Trader]:
    """An account for each phase, and as many without one."""
    found = []
    for number, (sold, _) in enumerate(phases):
        accounting = sold.rulebook.accounting
        size = max((each.size for each in sold.rulebook.sizes), default=SIZE)
        balance = ZERO if accounting.balance_origin == "zero" else size
        found.append(Trader(f"P{number}", "USD", balance, netting=number % 5 == 4))
    for number in range(len(phases)):
        currency = CURRENCIES[number % len(CURRENCIES)]
        found.append(Trader(f"A{number}", currency, SIZE))
    return found


@dataclass(frozen=True)
class Run:
    """What was compared, on which log, and of how many accounts a minor unit decided."""

    compared: Compared
    steps: Sequence[Step]
    decided: int


def compare(ticks: Sequence[Quote], seed: int, count: int, deals: float, kernel: Any = None) -> Run:
    """Judge ``count`` accounts of phases, as many of drawn limits, and the twin of each."""
    chance = random.Random(seed)
    phases = chance.sample(PHASES, count)
    traders = traders_of(phases)
    steps = list(Recorded(seed, traders, ticks, deals=deals, gaps=deals / 40).played())
    placed = {
        f"P{number}": placed_in_phase(sold, phase, f"P{number}", steps, chance)
        for number, (sold, phase) in enumerate(phases)
    }
    placed |= {f"A{number}": placed_drawn(f"A{number}", steps, chance) for number in range(count)}
    bought = {name: each.on for name, each in placed.items()}
    bought |= {twin_of(name): each.beyond for name, each in placed.items()}
    twice = list(with_twins(steps))
    found = compare_on(twice, bought, random.Random(seed), digits=DIGITS, kernel=kernel, fast=False)
    decided = sum(spoken(found, name) != spoken(found, twin_of(name)) for name in placed)
    return Run(found, twice, decided)


def twin_of(account: str) -> str:
    return f"{account}-beyond"


def with_twins(steps: Sequence[Step]) -> Iterator[Step]:
    """The same log with everything that happens to an account happening to its twin too."""
    for step in steps:
        yield step
        if not isinstance(step, Quote) and hasattr(step[0], "account"):
            yield tuple(_of_twin(each) for each in step)


def _of_twin(event: Any) -> Any:
    return replace(event, account=twin_of(event.account))


def spoken(found: Compared, account: str) -> list[tuple[str, str, int]]:
    return [(each.rule, each.outcome, each.at) for each in found.told[account]]


def met_in(runs: Sequence[Run], traders: Sequence[Trader]) -> Counter[str]:
    """How often each thing is in the logs of these runs that they are to have met."""
    currency = {trader.name: trader.currency for trader in traders}
    met: Counter[str] = Counter()
    for run in runs:
        fills: Counter[tuple[str, str]] = Counter()
        for event in (step[0] for step in run.steps if not isinstance(step, Quote)):
            met[type(event).__name__] += 1
            if isinstance(event, BalanceAdjusted):
                met[event.kind] += 1
            if isinstance(event, Deal):
                fills[event.account, event.position] += 1
                met["converted"] += currency.get(event.account, "USD") not in {
                    "USD", event.symbol[:3]
                }  # fmt: skip
        met["partly closed"] += sum(each > 2 for each in fills.values())
    return met


def test_payrolls_and_the_weekend_are_judged_as_the_evaluator_judges_them(
    shared: Path,  # noqa: F811
) -> None:
    ticks = list(recorded(shared / "ticks", SLICE))
    assert max(later.at - each.at for each, later in pairwise(ticks)) >= 2 * DAY
    runs = [compare(ticks, seed, count=4, deals=0.06) for seed in range(5)]
    assert sum(run.decided for run in runs) >= 30, "of 40 accounts"
    assert len(set().union(*(run.compared.by_rule for run in runs))) >= 8
    met = met_in(runs, traders_of(PHASES[:4]))
    for thing, least in {
        "Deal": 500, "partly closed": 20, "converted": 20, "withdrawal": 20, "payout": 20,
        "GapOpened": 3, "GapClosed": 3, "TimePassed": 500,
    }.items():  # fmt: skip
        assert met[thing] >= least, (thing, met)


@pytest.mark.drill
@pytest.mark.parametrize("seed", [100, 101])
def test_six_real_days_are_judged_as_the_evaluator_judges_them(
    shared: Path,  # noqa: F811
    seed: int,
) -> None:
    ticks = list(recorded(shared / "ticks", WHOLE))
    kernel = build_kernel(Build.COMPILED)
    run = compare(ticks, seed, count=3, deals=0.0004, kernel=kernel)
    sys.stdout.write(f"{run.compared.ticks} account-ticks, {run.compared.by_rule}\n")
    assert run.compared.ticks > 10_000_000
    assert run.decided >= 3, "of 6 accounts"
