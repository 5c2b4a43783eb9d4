"""``propdesk bench recovery`` on a small firm: the processes are real, the figures are said."""

import json

import pytest
from click.testing import CliRunner

from propdesk.boot import bench_recovery
from propdesk.boot.cli import main


def test_the_first_verdict_comes_after_a_start_and_after_a_take_over(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bench_recovery, "READY_S", 3.0)
    ran = CliRunner().invoke(
        main,
        ["bench", "recovery", "--accounts", "100", "--deal-seconds", "1", "--json", "-"],
        catch_exceptions=False,
    )
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    figures = found["figures"]
    assert found["book"]["accounts"] == 100
    assert figures["first_verdict_after_start_s"] > 0
    assert figures["first_verdict_after_take_over_s"] > 0
    assert figures["snapshot_bytes"] > 100_000
    assert figures["fork_ms"] < figures["kept_aside_s"] * 1000
    assert found["baselines"]["the_whole_log_replayed"]["seconds"] > 0
