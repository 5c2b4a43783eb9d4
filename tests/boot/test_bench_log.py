"""``propdesk bench log`` measures a real log and says what made it durable."""

import json
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from click.testing import CliRunner

from propdesk.boot.bench_log import log_bench
from propdesk.boot.cli import main
from propdesk.storage.event_log import PostgresLog


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    yield database_url
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS log CASCADE")


def test_it_measures_every_load_and_says_what_made_it_durable(empty_database: str) -> None:
    found = log_bench(0.2, empty_database, told=20)
    assert found["bench"] == "log"
    assert found["book"]["durability"]["fsync"] == "on"
    assert found["book"]["durability"]["synchronous_commit"] == "on"
    figures = found["figures"]
    assert figures.keys() == {
        "deals_singly",
        "deals_in_50s",
        "tick_batches_singly",
        "tick_batches_in_16s",
        "append_to_reader",
    }
    for figure in [*figures.values(), found["baselines"]["bare_insert_singly"]]:
        assert 0 < figure["latency_ms_p50"] <= figure["latency_ms_p99"]
    batches = figures["tick_batches_in_16s"]
    assert batches["ticks_per_s"] == batches["records_per_s"] * 64
    assert figures["append_to_reader"]["records"] == 20
    with closing(PostgresLog(empty_database).reader()) as reader:
        assert reader.last("bench/told") == 20
        assert reader.last("bench/appended") > 20


def test_the_command_measures_in_a_throw_away_database(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[float, str | None]] = []

    def measured(seconds: float, url: str | None) -> dict[str, str]:
        asked.append((seconds, url))
        return {"bench": "log"}

    monkeypatch.setattr("propdesk.boot.commands.bench.log_bench", measured)
    run = CliRunner().invoke(main, ["bench", "log", "--seconds", "0.5", "--json", "-"])
    assert run.exit_code == 0, run.output
    assert json.loads(run.output) == {"bench": "log"}
    assert asked == [(0.5, None)]
