"""``propdesk replay`` against an intake on a socket."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from propdesk.boot.cli import main
from propdesk.domain.instants import SECOND, format_instant, micros_of
from tests.connectors.sequenced import NOW, Desk
from tests.connectors.test_the_intake_answers_when_it_is_durable import committing, serving


def now() -> int:
    return micros_of(datetime.now(UTC))


@pytest.fixture
def ticks(tmp_path: Path) -> Path:
    rows = ["time,symbol,bid,ask"]
    rows += [f"{format_instant(NOW + n * SECOND)},EURUSD,1.08,1.09" for n in range(5)]
    rows += [f"{format_instant(NOW + 5 * SECOND)},EURUSD,1.10,1.09"]
    (tmp_path / "q.csv").write_text("\n".join(rows) + "\n")
    return tmp_path / "q.csv"


@pytest.mark.parametrize("shift", ["--shift", "--no-shift"])
def test_ticks_are_streamed_and_what_is_refused_is_named(ticks: Path, shift: str) -> None:
    desk, path = Desk(), ticks.parent / "s"
    desk.restart(now())
    with committing(desk, clock=now) as (commit, _), serving(commit, path, now):
        asked = [str(ticks), "--speed", "50x", shift, "--socket", str(path)]
        result = CliRunner().invoke(main, ["replay", *asked])
    assert result.exit_code == 0, result.output
    assert "5 quotes and 0 events" in result.output
    assert result.output.count("refused: ") == 1
    assert result.output.rstrip().endswith("of EURUSD: crossed")
    times = [NOW + row[2] for row in desk.ticks()]
    assert [at - times[0] for at in times] == [n * SECOND for n in range(5)]
    if shift == "--shift":
        assert abs(times[-1] - now()) < 30 * SECOND
    else:
        assert times[0] == NOW


def test_nothing_listening_is_told(ticks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("propdesk.connectors.replay.streaming.TRIES_MAX", 1)
    asked = ["replay", str(ticks), "--socket", str(ticks.parent / "none")]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 2
    assert "is propdesk up?" in result.output


def test_an_unreadable_file_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("hello\n")
    result = CliRunner().invoke(main, ["replay", str(tmp_path / "x.csv")])
    assert result.exit_code == 2
    assert "x.csv" in result.output


@pytest.mark.parametrize("speed", ["0", "-1", "1.5", "fast", "x", "1000000", "²"])
def test_a_speed_that_is_none_is_refused(speed: str) -> None:
    result = CliRunner().invoke(main, ["replay", "--speed", speed])
    assert result.exit_code == 2
    assert "neither a whole number from 1 nor max" in result.output
