"""``propdesk replay`` against an intake on a socket."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from propdesk.boot.cli import main
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME
from propdesk.connectors.simulated_platform.journal import Journal
from propdesk.connectors.simulated_platform.platform import Setup, SimulatedPlatform
from propdesk.connectors.simulated_platform.server import PlatformServer
from propdesk.connectors.simulated_platform.terms import DEFAULT_GROUPS
from propdesk.domain.events import AccountOpened
from propdesk.domain.instants import SECOND, format_instant, micros_of
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.event_file import write_event
from propdesk.wire.log_records import AccountEnrolled, Moment
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


def test_accounts_that_a_file_opens_are_enrolled_before_it_is_sent(ticks: Path) -> None:
    desk, path = Desk(), ticks.parent / "s"
    desk.restart(now())
    opened = AccountOpened("A1", NOW + SECOND, "USD", Decimal(100_000))
    (ticks.parent / "e.jsonl").write_text(write_event(opened) + "\n")
    with committing(desk, clock=now) as (commit, _), serving(commit, path, now):
        asked = [str(ticks), str(ticks.parent / "e.jsonl"), "--speed", "max", "--socket", str(path)]
        asked += ["--rulebook", "ftmo-2-step", "--phase", "challenge", "--size", "100000"]
        result = CliRunner().invoke(main, ["replay", *asked])
    assert result.exit_code == 0, result.output
    assert "5 quotes and 1 events" in result.output
    assert "1 accounts enrolled, A1: see /live/" in result.output
    kinds = [type(each) for each in desk.events() if isinstance(each, AccountEnrolled | Moment)]
    assert kinds == [AccountEnrolled, Moment]


def test_our_own_recording_brings_its_accounts(tmp_path: Path) -> None:
    desk, path = Desk(), tmp_path / "s"
    desk.restart(now())
    with (
        committing(desk, clock=now, waiting_max=5000) as (commit, _),
        serving(commit, path, now),
    ):
        asked = ["replay", "--speed", "max", "--accounts", "3", "--socket", str(path)]
        result = CliRunner().invoke(main, asked)
        again = CliRunner().invoke(main, ["replay", "--speed", "max", "--socket", str(path)])
    assert result.exit_code == 0, result.output
    assert re.search(r"3 accounts enrolled, demo-\w+-01 to demo-\w+-03", result.output)
    assert "later quotes" not in result.output
    assert "wait as long as it lasts" in again.output


def test_accounts_that_cannot_be_are_refused_before_anything_is_sent(ticks: Path) -> None:
    asked = ["replay", str(ticks), "--accounts", "3", "--socket", str(ticks.parent / "none")]
    result = CliRunner().invoke(main, asked)
    assert result.exit_code == 2
    assert result.output == ("--accounts is for our own recording; PATHS bring their accounts\n")


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


def test_a_home_that_the_simulated_platform_feeds_is_not_fed_twice(
    ticks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = ticks.parent / "home"
    home.mkdir()
    monkeypatch.setenv("PROPDESK_HOME", str(home))
    with Journal(home / "journal") as journal:
        books = Setup(DEFAULT_GROUPS, load_catalogue(None), ("EURUSD",), "s", b"s" * 32)
        platform = SimulatedPlatform(books, journal, clock=now)
        with PlatformServer(home / SOCKET_NAME, platform):
            result = CliRunner().invoke(main, ["replay", str(ticks)])
    assert result.exit_code == 2
    assert "a symbol has one feed" in result.output
    alone = CliRunner().invoke(main, ["replay", str(ticks)])
    assert "is propdesk up?" in alone.output
