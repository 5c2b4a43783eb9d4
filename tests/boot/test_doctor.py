"""`propdesk doctor` says what would keep an installation from working, and changes nothing."""

import socket
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from propdesk.boot import cli
from propdesk.boot.examination import Verdict, _markets
from propdesk.boot.secret_key import ensure_secret_key
from propdesk.wire.markets import listed_until


def doctor(**environment: str) -> Result:
    return CliRunner().invoke(cli.main, ["doctor"], env=environment)


def line(result: Result, subject: str) -> str:
    (found,) = (text for text in result.output.splitlines() if f" {subject}: " in text)
    return found


@pytest.fixture
def port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_a_sound_installation_is_said_to_be_sound_and_nothing_is_made(tmp_path: Path, port: str):
    home = tmp_path / "not" / "there"
    result = doctor(PROPDESK_HOME=str(home), PROPDESK_PORT=port)
    assert result.exit_code == 0, result.output
    assert "WRONG" not in result.output
    assert line(result, "home").endswith("GB free")
    assert not home.parent.exists()


def test_all_wrong_settings_are_told(tmp_path: Path):
    result = doctor(PROPDESK_HOME="state", PROPDESK_PORT="x")
    assert result.exit_code == 1
    assert result.output.count("WRONG") == 2


def test_a_home_that_is_a_file_is_wrong(tmp_path: Path, port: str):
    file = tmp_path / "file"
    file.touch()
    result = doctor(PROPDESK_HOME=str(file), PROPDESK_PORT=port)
    assert result.exit_code == 1
    assert line(result, "home").startswith("WRONG")


def test_a_key_that_others_can_read_is_wrong(tmp_path: Path, port: str):
    key = ensure_secret_key(tmp_path / "secret.key")
    (tmp_path / "secret.key").chmod(0o644)
    result = doctor(PROPDESK_HOME=str(tmp_path), PROPDESK_PORT=port)
    assert result.exit_code == 1
    assert line(result, "secret key").startswith("WRONG")
    assert key not in result.output


def test_a_taken_port_is_a_note_since_it_may_be_us(tmp_path: Path):
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        port = str(stranger.getsockname()[1])
        result = doctor(PROPDESK_HOME=str(tmp_path), PROPDESK_PORT=port)
    assert result.exit_code == 0
    assert line(result, "port").startswith("note")


def test_a_database_that_does_not_answer_is_wrong_and_its_password_is_not_shown(
    tmp_path: Path, port: str
):
    url = f"postgresql://firm:hunter2@127.0.0.1:{port}/desk"
    result = doctor(PROPDESK_HOME=str(tmp_path), PROPDESK_PORT=port, PROPDESK_DATABASE_URL=url)
    assert result.exit_code == 1
    assert line(result, "database").startswith("WRONG")
    assert "hunter2" not in result.output


def test_a_database_that_answers_is_named_with_its_version(
    tmp_path: Path, port: str, database_url: str
):
    result = doctor(
        PROPDESK_HOME=str(tmp_path), PROPDESK_PORT=port, PROPDESK_DATABASE_URL=database_url
    )
    assert result.exit_code == 0, result.output
    assert "PostgreSQL 18 answers" in line(result, "database")


def test_every_command_says_what_it_is_for():
    listed = CliRunner().invoke(cli.main, ["--help"]).output
    for command in cli.COMMANDS:
        assert command.name
        assert f"  {command.name} " in listed
        assert command.get_short_help_str()
    assert list(cli.COMMANDS) == sorted(cli.COMMANDS, key=lambda each: each.name or "")


def test_how_far_the_holidays_of_the_exchanges_are_known_is_told(tmp_path: Path, port: str):
    found = line(doctor(PROPDESK_HOME=str(tmp_path), PROPDESK_PORT=port), "markets")
    assert "instruments, 25 markets; exchanges' holidays and early closes are known" in found
    until = listed_until()
    assert until >= date(2026, 11, 27)  # the half-day after Thanksgiving
    good, late = (_markets(until + timedelta(days=days)) for days in (0, 1))
    assert (good.verdict, late.verdict) == (Verdict.GOOD, Verdict.NOTE)
    assert f"known until {until}" in good.sentence
    assert f"known only until {until}" in late.sentence
