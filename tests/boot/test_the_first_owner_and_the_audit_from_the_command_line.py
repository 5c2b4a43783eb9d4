"""What the commands about people and the audit do, on a home of their own and on one that runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db import connection

from propdesk.boot.cli import main
from propdesk.boot.first_owner import first_owner_address
from propdesk.crm.audit.actor import system
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.actions.create_owner import Owner, create_owner
from propdesk.crm.people.models import RoleGrant, SessionEvent, SessionEventKind
from propdesk.crm.people.session_events import Seen, keep_session_event
from propdesk.storage.embedded_postgres import EmbeddedPostgres, address_of
from tests.crm.people.cast import AT, PASSWORD, registered

KEY = "k" * 40


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path):
    """A command in this process, against the tests' database."""

    def running(*words: str, **environment: str):
        given = {
            "PROPDESK_DATABASE_URL": database_url,
            "PROPDESK_SECRET_KEY": KEY,
            "PROPDESK_HOME": str(tmp_path),
            **environment,
        }
        with pytest.MonkeyPatch.context() as patch:
            # What the command adds to the environment goes with it.
            patch.setattr(os, "environ", {**os.environ, **given})
            return CliRunner().invoke(main, words)

    return running


@pytest.mark.django_db(transaction=True)
def test_the_chain_is_walked_and_a_fault_ends_with_one(run) -> None:
    for name in ("one", "other"):
        registered(name)
    told = run("audit", "verify")
    assert (told.exit_code, told.stderr) == (0, "")
    assert "The chain holds: 2 rows." in told.stdout
    head = told.stdout.splitlines()[-1]
    assert head == f"2:{AuditRow.objects.get(number=2).hash}"
    assert run("audit", "verify", "--head", head).exit_code == 0
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditrow DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_auditrow WHERE number = 2")
        cursor.execute("ALTER TABLE audit_auditrow ENABLE TRIGGER USER")
    assert run("audit", "verify").exit_code == 0
    cut = run("audit", "verify", "--head", head)
    assert cut.exit_code == 1
    assert "row 2 is gone" in cut.stderr
    assert run("audit", "verify", "--head", "2:none").exit_code == 2


@pytest.mark.django_db(transaction=True)
def test_the_owner_is_made_once_from_the_command_line(run) -> None:
    words = ("people", "create-owner", "own@example.org", "--name", "Own")
    weak = run(*words, PROPDESK_OWNER_PASSWORD="short")
    assert weak.exit_code == 2
    assert "at least 12" in weak.stderr
    assert run("people", "create-owner", "nobody", PROPDESK_OWNER_PASSWORD=PASSWORD).exit_code == 2
    made = run(*words, PROPDESK_OWNER_PASSWORD=PASSWORD)
    assert made.stdout == "own@example.org owns this installation.\n"
    assert RoleGrant.objects.get().person.email == "own@example.org"
    assert AuditRow.objects.get().process == "create-owner"
    again = run("people", "create-owner", "b@example.org", PROPDESK_OWNER_PASSWORD=PASSWORD)
    assert (again.exit_code, RoleGrant.objects.count()) == (2, 1)


@pytest.mark.django_db(transaction=True)
def test_what_is_older_than_the_setting_says_is_forgotten(run) -> None:
    keep_session_event(SessionEventKind.LOGIN_FAILED, at=AT, seen=Seen())
    assert run("people", "forget", PROPDESK_SESSION_EVENTS_DAYS="3650").exit_code == 0
    assert SessionEvent.objects.count() == 1
    told = run("people", "forget", PROPDESK_SESSION_EVENTS_DAYS="1")
    assert told.stdout == "1 session events were older than 1 days.\n"
    assert not SessionEvent.objects.exists()


def test_a_setting_that_is_wrong_is_told(run) -> None:
    told = run("audit", "verify", PROPDESK_PORT="none")
    assert told.exit_code == 1
    assert "PROPDESK_PORT" in told.stderr


@pytest.mark.django_db
def test_the_address_of_the_first_owner_is_told_until_there_is_one() -> None:
    told = first_owner_address("http://localhost:8000", KEY)
    assert told is not None
    assert told.startswith("http://localhost:8000/first-owner/?token=")
    assert told != first_owner_address("http://localhost:8000", "another" + KEY)
    create_owner(Owner("own@example.org", PASSWORD), by=system("test"), at=AT)
    assert first_owner_address("http://localhost:8000", KEY) is None


def test_the_address_of_a_database_that_runs_is_known_to_others(short_home: Path) -> None:
    home = short_home / "told"
    with EmbeddedPostgres(home) as database:
        assert address_of(home) == database.url


def test_an_installation_from_before_there_were_persons_gets_them(short_home: Path) -> None:
    def django(url: str, *words: str) -> str:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "propdesk.web.settings",
            "PROPDESK_DATABASE_URL": url,
            "PROPDESK_SECRET_KEY": KEY,
        }
        return subprocess.run(
            [sys.executable, "-m", "django", *words],
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    with EmbeddedPostgres(short_home / "older") as database:
        for app, number in (("contenttypes", "0002"), ("judgements", "0003"), ("outbox", "0001")):
            django(database.url, "migrate", app, number)
        assert "[ ] 0001_first" in django(database.url, "showmigrations", "people")
        django(database.url, "migrate")
        assert "[ ]" not in django(database.url, "showmigrations")
