"""``propdesk bench deals``: what a deal costs, by what it is spent on."""

import pytest

from propdesk.boot import bench_deals
from propdesk.boot.bench_deals import Alone, House, deals_bench
from propdesk.engine.builds import Build, build_kernel


def test_it_tells_what_a_deal_costs_beside_its_rules_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench_deals, "ROUND", 20)
    found = deals_bench(100, 40, build_kernel(Build.PLAIN))
    figures, alone = found["figures"], found["baselines"]["evaluators_alone"]
    assert found["book"] | {"accounts": 100, "deals": 40} == found["book"]
    assert 0 < figures["us_of_it_in_the_book"] < figures["us_to_apply"] < figures["us_a_deal"]
    assert alone["us_a_deal"] > 0
    assert figures["said"] >= 100, "each account's first status at least"


def test_every_deal_is_applied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_deals, "ROUND", 30)
    house = House(100, build_kernel(Build.PLAIN))
    for group in house.crowd.begin(house.at + 1):
        house.enrol(group)
    before = _open_positions(house)
    house.deal(0, Alone(house))
    assert house.crowd.dealers > 30, "each deal opens a position of another account"
    assert _open_positions(house) == before + 30


def _open_positions(house: House) -> int:
    accounts = [each.evaluator.account for each in house.partition.desk.seats.values()]
    return sum(len(each.book.positions) for each in accounts if each is not None)
