"""``propdesk bench recovery`` on a small firm: the processes are real, the figures are said."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from propdesk.boot import bench_recovery
from propdesk.boot.cli import main
from propdesk.engine.builds import PLAIN
from propdesk.ports.memory_log import MemoryLog
from propdesk.wire.log_records import MARKET


def test_a_state_is_kept_and_its_figures_are_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The first half of the run, in this process: a made-up log is judged, kept, and kept aside."""
    monkeypatch.setattr(bench_recovery, "build_kernel", lambda *, home: PLAIN)  # noqa: ARG005
    monkeypatch.setattr(bench_recovery, "warm", lambda firm, alarm: None)  # noqa: ARG005
    log = MemoryLog()
    made = bench_recovery.MadeUpLog(log.writer([MARKET, bench_recovery.EVENTS], "bench"), 20)
    made.write(made.firm())
    own = log.writer([bench_recovery.VERDICTS], "bench")
    figures, replayed_s = bench_recovery._kept(log.reader(), own, made, tmp_path, 0.1)
    assert replayed_s > 0
    assert figures["snapshot_bytes"] > 20_000
    assert figures["fork_ms"] < figures["kept_aside_s"] * 1000
    assert figures["deals_step_ms_max_quiet"] > 0
    assert figures["deals_step_ms_max_while_kept_aside"] > 0


@pytest.mark.drill
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
    assert figures["first_verdict_after_a_freeze_s"] > 1, "it waits for the lease to run out"
    assert figures["snapshot_bytes"] > 100_000
    assert figures["fork_ms"] < figures["kept_aside_s"] * 1000
    assert found["baselines"]["the_whole_log_replayed"]["seconds"] > 0
