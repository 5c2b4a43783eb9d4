"""``propdesk bench engine``: three ways to judge the same ticks, which must agree."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from propdesk.boot import bench_engine
from propdesk.boot.bench_firm import made_up_firm, made_up_ticks
from propdesk.boot.commands.bench import command
from propdesk.engine.builds import Build, build_kernel
from propdesk.engine.trigger_index import TriggerIndex
from propdesk.wire.catalogue import load_catalogue


def test_it_tells_figures_baselines_and_keeps_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROPDESK_HOME", str(tmp_path))
    words = ["engine", "--accounts", "100", "--ticks", "500", "--no-index", "--json", "-"]
    told = CliRunner().invoke(command, words, catch_exceptions=False)
    found = json.loads(told.output)
    assert found["book"]["accounts_with_positions"] == 40
    assert found["figures"]["ticks_per_s"] > 0
    assert found["ways"] == {}
    assert {"plain_python", "numpy", "nautilus_trader"} == set(found["baselines"])
    kept = list((tmp_path / "kernels").iterdir())
    assert len(kept) == 1, "one directory per application, numba, processor and sources"
    assert list(kept[0].rglob("*.nbc"))


@pytest.mark.parametrize("judge", [bench_engine._in_python, bench_engine._in_numpy])
def test_a_baseline_that_judges_otherwise_is_told(judge: Any) -> None:
    firm = made_up_firm(100, load_catalogue())
    ticks = made_up_ticks(firm.symbols, 300)
    equities, _seconds = judge(firm, ticks, 300)
    assert bench_engine._baseline(judge, firm, ticks, 300, list(equities)) > 0
    equities[3] += 1
    with pytest.raises(bench_engine.Disagreement):
        bench_engine._baseline(judge, firm, ticks, 300, list(equities))


def test_the_two_ways_to_judge_stand_side_by_side() -> None:
    firm = made_up_firm(100, load_catalogue())
    ticks = made_up_ticks(firm.symbols, 150)
    kernel = build_kernel(Build.PLAIN)
    found = bench_engine._side_by_side(firm, kernel, ticks)
    assert found["one_pass"]["on_the_exact_path"] == 40
    assert found["index"]["on_the_exact_path"] == 0
    assert found["index"]["slots_touched"] == found["one_pass"]["slots_touched"]


def test_an_index_that_says_otherwise_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    firm = made_up_firm(100, load_catalogue())
    ticks = made_up_ticks(firm.symbols, 150)
    kernel = build_kernel(Build.PLAIN)
    judged, other = bench_engine._judged, made_up_ticks(firm.symbols, 150, seed=2)

    def on_other_ticks(firm: Any, kernel: Any, ticks: Any, way: Any) -> Any:
        return judged(firm, kernel, other if isinstance(way, TriggerIndex) else ticks, way)

    monkeypatch.setattr(bench_engine, "_judged", on_other_ticks)
    with pytest.raises(bench_engine.Disagreement):
        bench_engine._side_by_side(firm, kernel, ticks)
