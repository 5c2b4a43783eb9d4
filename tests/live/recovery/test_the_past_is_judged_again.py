"""Gaps that are filled and deals that come late: what the evaluator says of the true order."""

import random

import pytest

from propdesk.boot.engine_worker import EngineWorker
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import VerdictCorrected, VerdictSaid
from tests.live.markets import Market
from tests.live.recovery.disturbed import (
    Disturbed,
    Written,
    ending,
    holes_in,
    in_true_order,
    late_deals,
    with_time,
)
from tests.live.recovery.firm_on_a_log import (
    WrittenLog,
    engine_on,
    judge_all,
    said_on,
    traders_of,
)
from tests.live.test_the_engine_says_what_the_evaluator_says import figures

QUIET_US = (20_000, 1_000_000, 30_000_000, 600_000_000, 7_200_000_000)  # days roll too


def held_by_the_log(log: MemoryLog) -> dict[str, dict[str, tuple[str, str, int]]]:
    """Of each account the verdicts that hold, as a reader of the stream keeps them."""
    found: dict[str, dict[str, tuple[str, str, int]]] = {}
    for _, body in said_on(log):
        each = decode(body)
        if isinstance(each, VerdictSaid):
            told = each.rule, each.outcome, each.at
            found.setdefault(each.account, {})[each.id] = told
        elif isinstance(each, VerdictCorrected):
            mine = found.setdefault(each.account, {})
            if each.replaced_by == each.id:
                mine[each.id] = each.rule, each.outcome, each.at  # as it is now
            else:
                del mine[each.id]
    return found


def judged(
    records: list[Written], seed: int, *, restarts: float
) -> tuple[EngineWorker, MemoryLog, list[str]]:
    """An engine over a log that is lost now and then, and goes on from a snapshot."""
    log, snapshots, alarms = MemoryLog(), MemorySnapshots(), list[str]()
    written, chance = WrittenLog(log), random.Random(seed)
    engine = engine_on(log, snapshots, alarms)
    for record in records:
        written.write([record])
        judge_all(engine)
        if chance.random() < restarts:
            engine.save()
            if chance.random() < 0.5:
                engine = engine_on(log, snapshots, alarms)
    return engine, log, alarms


def compare(seed: int, *, holes: int, late: float, restarts: float, steps: int = 180) -> int:
    """Returns how many corrections there were."""
    chance = random.Random(seed)
    firm = traders_of(5)
    market = Market(seed, [trader for trader, _ in firm], gaps=False, quiet_us=QUIET_US)
    history = with_time(list(market.steps(steps)))
    log_of = Disturbed(history, holes_in(history, chance, holes), late_deals(history, chance, late))
    behind = ending(history)
    records: list[Written] = [*(command for _, command in firm), *log_of.records(), *behind]
    engine, log, alarms = judged(records, seed, restarts=restarts)
    assert not alarms
    held = held_by_the_log(log)
    for trader, command in firm:
        expected = in_true_order(command, history, behind)
        found = engine.partition.desk.result(trader.name)
        for key, value in figures(expected).items():
            assert figures(found)[key] == value, (seed, trader.name, key)
        assert held.get(trader.name, {}) == {
            v.id: (v.rule, v.outcome, v.at) for v in expected.verdicts
        }, (seed, trader.name)
    return sum(isinstance(decode(body), VerdictCorrected) for _, body in said_on(log))


@pytest.mark.parametrize("seed", range(3))
def test_a_filled_gap_leaves_what_the_whole_history_amounts_to(seed: int) -> None:
    compare(seed, holes=4, late=0, restarts=0.02 * (seed > 0))


@pytest.mark.parametrize("seed", range(100, 103))
def test_a_late_deal_leaves_what_the_whole_history_amounts_to(seed: int) -> None:
    compare(seed, holes=0, late=0.15, restarts=0.02 * (seed > 100))


@pytest.mark.parametrize("seed", range(200, 202))
def test_both_together_wherever_the_engine_is_lost(seed: int) -> None:
    compare(seed, holes=5, late=0.1, restarts=0.1)


def test_there_was_something_to_correct() -> None:
    assert all(compare(seed, holes=5, late=0.3, restarts=0) for seed in (304, 306))


@pytest.mark.drill
@pytest.mark.parametrize("seed", range(1000, 1060))
def test_many_histories_end_as_they_were(seed: int) -> None:
    holes, late = seed % 6, (seed % 4) * 0.06
    compare(seed, holes=holes, late=late, restarts=(seed % 3) * 0.05, steps=300)
