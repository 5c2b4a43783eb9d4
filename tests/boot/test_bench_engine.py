"""``propdesk bench engine``: three ways to judge the same ticks, which must agree."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from propdesk.boot import bench_engine
from propdesk.boot.bench_firm import made_up_firm, made_up_ticks
from propdesk.boot.commands.bench import command
from propdesk.wire.catalogue import load_catalogue


def test_it_tells_figures_baselines_and_keeps_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROPDESK_HOME", str(tmp_path))
    words = ["engine", "--accounts", "100", "--ticks", "500", "--json", "-"]
    told = CliRunner().invoke(command, words, catch_exceptions=False)
    found = json.loads(told.output)
    assert found["book"]["accounts_with_positions"] == 40
    assert found["figures"]["ticks_per_s"] > 0
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
