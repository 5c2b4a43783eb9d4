"""``propdesk bench enforcement`` measures to the last answer of each account's platform."""

import json
import os
import subprocess
import sys
from pathlib import Path


def test_every_account_that_is_ended_is_counted_when_its_platform_has_confirmed(
    tmp_path: Path,
) -> None:
    """As a command of its own: Django is set up for another database here."""
    told = tmp_path / "result.json"
    command = (
        "bench", "enforcement", "--accounts", "100", "--seconds", "1", "--ticks-per-s", "500",
        "--deals-per-s", "50", "--json", str(told),
    )  # fmt: skip
    subprocess.run(
        [sys.executable, "-m", "propdesk.boot.cli", *command],
        env={k: v for k, v in os.environ.items() if not k.startswith(("PROPDESK_", "DJANGO_"))},
        check=True,
        timeout=300,
    )
    found = json.loads(told.read_text())
    figures = found["figures"]
    assert found["book"]["durability"]["synchronous_commit"] == "on"
    assert figures["tick_to_confirmed"]["verdicts"] == 12
    assert figures["tick_to_confirmed_one_by_one"]["verdicts"] == 10
    assert figures["tick_to_confirmed_in_one_tick"]["verdicts"] == 2
    verdict, confirmed = figures["tick_to_verdict"], figures["tick_to_confirmed"]
    assert 0 < verdict["latency_ms_p50"] < confirmed["latency_ms_p50"]
    for stage in (
        "verdict_to_projected", "projected_to_claimed", "claimed_to_done", "done_to_confirmed",
    ):  # fmt: skip
        assert figures[stage]["verdicts"] == 12
        assert 0 <= figures[stage]["latency_ms_p50"] < confirmed["latency_ms_max"]
    assert figures["cpu_s"].keys() == {
        "ingest", "engine", "projector", "courier", "clerk", "platform", "database",
    }  # fmt: skip
    assert figures["cpu_ms_per_account_ended"].keys() == {"projector", "courier", "platform"}
