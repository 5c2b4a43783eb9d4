"""The environment is parsed once, and every error in it is told at once."""

from pathlib import Path

import pytest

from propdesk.boot.secret_key import SecretKeyError, ensure_secret_key
from propdesk.boot.settings import SettingsError, load


def test_an_empty_environment_has_a_state_directory_of_the_user_and_port_8000():
    settings = load({"HOME": "/home/trader"})
    assert settings.home == Path("/home/trader/.local/state/propdesk")
    assert (settings.host, settings.port) == ("127.0.0.1", 8000)
    assert settings.database_url is None


def test_an_empty_variable_counts_as_not_set():
    assert load({"HOME": "/home/trader", "PROPDESK_PORT": ""}).port == 8000


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("PROPDESK_PORT", "0", "not a port"),
        ("PROPDESK_PORT", "65536", "not a port"),
        ("PROPDESK_PORT", "-1", "not a port"),
        ("PROPDESK_PORT", "8e3", "not a port"),
        ("PROPDESK_PORT", "٨٠٠٠", "not a port"),
        ("PROPDESK_HOME", "state", "not an absolute path"),
        ("PROPDESK_DATABASE_URL", "sqlite:///file", "postgresql://"),
        ("PROPDESK_DATABASE_URL", "host=here", "postgresql://"),
        ("PROPDESK_ALLOWED_HOSTS", "https://desk.example", "host names"),
        ("PROPDESK_SECRET_KEY", "short", "too short"),
        ("PROPDESK_SNAPSHOT_EVERY_MS", "49", "not a number from 50"),
        ("PROPDESK_SNAPSHOT_EVERY_MS", "3600001", "to 3600000"),
        ("PROPDESK_SNAPSHOT_EVERY_MS", "1e3", "not a number"),
        ("PROPDESK_MAIL_URL", "imap://mail.example", "smtp://"),
        ("PROPDESK_MAIL_URL", "smtp://", "smtp://"),
        ("PROPDESK_MAIL_URL", "smtp://mail.example:99999", "smtp://"),
        ("PROPDESK_MAIL_FROM", "nobody", "no address"),
        ("PROPDESK_HTTPS", "true", "neither yes nor no"),
        ("PROPDESK_PROXIES", "10", "not a number from 0 to 9"),
        ("PROPDESK_TOOLS", "open", "neither public nor staff"),
        ("PROPDESK_TEST_PAYMENTS", "on", "neither yes nor no"),
        ("PROPDESK_REGISTRATION", "no", "neither open nor closed"),
        ("PROPDESK_SESSION_EVENTS_DAYS", "0", "not a number from 1"),
        ("PROPDESK_PROT", "8001", "no such setting"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name, text, complaint):
    with pytest.raises(SettingsError) as refused:
        load({"HOME": "/home/trader", name: text})
    assert len(refused.value.errors) == 1
    assert refused.value.errors[0].startswith(name + ": ")
    assert complaint in refused.value.errors[0]


def test_all_errors_come_at_once():
    with pytest.raises(SettingsError) as refused:
        load({"PROPDESK_PORT": "x", "PROPDESK_HOME": "y", "PROPDESK_PROT": "z"})
    names = [error.split(":")[0] for error in refused.value.errors]
    assert names == ["PROPDESK_HOME", "PROPDESK_PORT", "PROPDESK_PROT"]


@pytest.mark.parametrize("port", ["1", "65535"])
def test_the_last_ports_on_either_side_are_ports(port):
    assert load({"PROPDESK_PORT": port}).port == int(port)


def test_no_message_and_no_picture_shows_a_secret():
    with pytest.raises(SettingsError) as refused:
        load({"PROPDESK_DATABASE_URL": "mysql://firm:hunter2@db/x"})
    assert "hunter2" not in str(refused.value)
    with pytest.raises(SettingsError) as refused:
        load({"PROPDESK_MAIL_URL": "pop://firm:hunter2@mail.example"})
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(load({"PROPDESK_MAIL_URL": "smtp://firm:hunter2@mail.example"}))
    key = "k" * 40
    assert key not in repr(load({"PROPDESK_SECRET_KEY": key}))


def test_what_is_handed_to_a_child_reads_back_as_the_same_settings():
    url, key = "postgresql:///propdesk", "k" * 40
    given = load(
        {
            "PROPDESK_HOME": "/srv/desk",
            "PROPDESK_ALLOWED_HOSTS": "a.example, b.example",
            "PROPDESK_SNAPSHOT_EVERY_MS": "50",
            "PROPDESK_MAIL_URL": "smtps://firm:word@mail.example:465",
            "PROPDESK_MAIL_FROM": "desk@firm.example",
            "PROPDESK_HTTPS": "yes",
            "PROPDESK_PROXIES": "2",
            "PROPDESK_TEST_PAYMENTS": "yes",
            "PROPDESK_SIMULATED_PLATFORM": "off",
            "PROPDESK_TOOLS": "staff",
            "PROPDESK_REGISTRATION": "closed",
            "PROPDESK_SESSION_EVENTS_DAYS": "30",
        }
    )
    read_back = load(given.environment(database_url=url, secret_key=key))
    assert read_back.allowed_hosts == ("a.example", "b.example")
    assert (read_back.database_url, read_back.secret_key) == (url, key)
    assert read_back.home == given.home
    assert read_back.snapshot_every_ms == given.snapshot_every_ms == 50
    assert (read_back.mail_url, read_back.mail_from) == (given.mail_url, "desk@firm.example")
    assert (read_back.is_https, read_back.proxies, read_back.session_events_days) == (True, 2, 30)
    assert not read_back.tools_are_public
    assert read_back.test_payments
    assert not read_back.simulated_platform
    assert load({}).simulated_platform
    assert not read_back.registration_is_open
    assert load({}).tools_are_public
    assert load({}).registration_is_open


@pytest.mark.parametrize(
    ("said", "are_on"),
    [
        ({}, True),
        ({"PROPDESK_DATABASE_URL": "postgresql:///propdesk"}, False),
        ({"PROPDESK_HTTPS": "yes"}, False),
        ({"PROPDESK_TEST_PAYMENTS": "no"}, False),
        ({"PROPDESK_HTTPS": "yes", "PROPDESK_TEST_PAYMENTS": "yes"}, True),
    ],
)
def test_payments_that_move_no_money_are_never_silently_those_of_a_business(said, are_on):
    assert load(said).test_payments is are_on


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path):
    path = tmp_path / "home" / "secret.key"
    key = ensure_secret_key(path)
    assert len(key) >= 48
    assert ensure_secret_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "secret.key"
    ensure_secret_key(path)
    path.chmod(0o640)
    with pytest.raises(SecretKeyError, match="can be read by others"):
        ensure_secret_key(path)


def test_a_file_that_is_no_key_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "secret.key"
    path.write_text("")
    path.chmod(0o600)
    with pytest.raises(SecretKeyError, match="holds no key"):
        ensure_secret_key(path)
    assert path.read_text() == ""
