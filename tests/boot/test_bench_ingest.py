"""``propdesk bench ingest`` measures the whole way, and its load ends whom it says it ends."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from propdesk.boot.bench_house import BenchFailed
from propdesk.boot.bench_ingest import ingest_bench, load_of
from propdesk.boot.bench_load import LADDER_SYMBOLS, Crowd, Load, Walks
from propdesk.boot.cli import main
from propdesk.domain.events import AccountOpened, Deal
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.log_records import AccountEnrolled


def test_every_planned_verdict_is_heard_and_counted_from_the_tick_that_was_due() -> None:
    found = ingest_bench(load_of(100, 1.0, 500, 50))
    figures = found["figures"]
    assert found["book"]["durability"]["fsync"] == "on"
    assert found["book"]["durability"]["synchronous_commit"] == "on"
    assert figures["tick_to_verdict_one_by_one"]["verdicts"] == 10
    assert figures["tick_to_verdict_in_one_tick"]["verdicts"] == 2
    every = figures["tick_to_verdict"]
    assert every["verdicts"] == 12
    assert 0 < every["latency_ms_p50"] <= every["latency_ms_p99"] <= every["latency_ms_max"]
    assert figures["verdicts"] >= 12
    assert figures["dead_letters"] == 0
    assert figures["deals_flat_out_per_s"] > 0
    assert figures["ticks_into_log_per_s"] >= figures["ticks_flat_out_per_s"] > 0
    assert figures["deals_into_log_per_s"] >= figures["deals_flat_out_per_s"]
    assert figures["ticks_into_archive_per_s"] > 0
    assert figures["cpu_s"].keys() == figures["resident_mib"].keys() == {"ingest", "engine"}
    assert len(found["machine"]["load_before"].split()) == 3


def test_a_ladder_account_is_ended_by_its_own_tick_and_none_before() -> None:
    load = Load(100, 10.0, 500, 50, ladder=20, burst=2)
    crowd = Crowd(load, load_catalogue(None))
    walks = Walks(crowd)
    falls: list[tuple[int, str]] = []
    bids = {each.symbol: each.bid for each in walks.all(0)}
    for slot in range(load.slots):
        for quote in walks.slot(slot, slot):
            if quote.symbol in LADDER_SYMBOLS and quote.bid < bids[quote.symbol]:
                falls.append((slot, quote.symbol))
            bids[quote.symbol] = quote.bid
    assert falls == [
        (load.ladder_slot(number), LADDER_SYMBOLS[number % len(LADDER_SYMBOLS)])
        for number in range(20)
    ]


def test_the_load_has_the_rates_it_is_asked_for_and_its_shares() -> None:
    load = load_of(1000, 2.0, 1500, 100)
    crowd = Crowd(load, load_catalogue(None))
    walks = Walks(crowd)
    ticks = sum(len(walks.slot(slot, slot)) for slot in range(500))
    assert ticks == 1500
    accounts = list(crowd.begin(1))
    assert len(accounts) == 1000
    assert all(isinstance(each[0], AccountEnrolled) for each in accounts)
    assert all(isinstance(each[1], AccountOpened) for each in accounts)
    assert sum(len(each) > 2 for each in accounts) == 400
    trades: list[Deal] = crowd.trades(0, 2 * crowd.dealers, 5)
    assert [each.entry for each in trades] == ["in"] * crowd.dealers + ["out"] * crowd.dealers
    assert len({(each.account, each.id) for each in trades}) == len(trades)


def test_the_command_hands_its_options_over(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Load] = []

    def measured(load: Load) -> dict[str, Any]:
        asked.append(load)
        return {"bench": "ingest"}

    monkeypatch.setattr("propdesk.boot.commands.bench.ingest_bench", measured)
    options = ["--accounts", "400", "--seconds", "3", "--ticks-per-s", "700", "--deals-per-s", "60"]
    run = CliRunner().invoke(main, ["bench", "ingest", *options, "--json", "-"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.output) == {"bench": "ingest"}
    assert asked == [load_of(400, 3.0, 700, 60)]


def test_a_run_that_cannot_end_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_load: Load) -> dict[str, Any]:
        raise BenchFailed("the engine ended (1)")

    monkeypatch.setattr("propdesk.boot.commands.bench.ingest_bench", failing)
    run = CliRunner().invoke(main, ["bench", "ingest"])
    assert run.exit_code == 1
    assert "the engine ended (1)" in run.output
