"""The profile, mail in files, and pages that ask no database when it fails."""

from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.models import Person, consents_of
from propdesk.web.mail_files import MailFiles
from tests.crm.people.cast import registered
from tests.web.sessions import client_of

PROFILE = {
    "display_name": "Ada",
    "legal_name": "Ada Example",
    "born_on": "1990-12-31",
    "country": "ch",
    "phone": "+41 44 555 01 00",
    "language": "en",
    "time_zone": "Europe/Zurich",
    "device": "on",
}


@pytest.mark.django_db
def test_a_profile_is_kept_and_a_consent_names_the_device() -> None:
    person, other = registered("ada"), registered("other")
    client = client_of(person)
    assert "propdesk_device" not in client.cookies
    assert client.post("/me/profile/", PROFILE).status_code == 302
    person.refresh_from_db()
    assert (person.country, person.legal_name, str(person.born_on)) == (
        "CH",
        "Ada Example",
        "1990-12-31",
    )
    assert consents_of(person.id) == {"device": True}
    assert "propdesk_device" in client.cookies
    other.refresh_from_db()
    assert other.legal_name == ""
    row = AuditRow.objects.get(action="people.change_profile")
    assert (row.person, row.object_id, row.role) == (person.id, str(person.id), "trader")
    page = client.get("/me/profile/").content.decode()
    assert 'value="Ada Example"' in page
    assert 'value="1990-12-31"' in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", ""),
        ("country", "Switzerland"),
        ("country", "1!"),
        ("born_on", "2999-01-01"),
        ("born_on", "1899-12-31"),
        ("phone", "call me"),
        ("time_zone", "../../etc/passwd"),
        ("language", "xx"),
    ],
)
def test_a_profile_that_cannot_be_taken(field: str, value: str) -> None:
    client = client_of(registered("ada"))
    answer = client.post("/me/profile/", {**PROFILE, field: value})
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()
    assert Person.objects.get().legal_name == ""


def test_mail_is_a_file_that_its_owner_alone_reads(settings: Any, tmp_path: Path) -> None:
    settings.MAIL_DIRECTORY = tmp_path / "mail"
    settings.EMAIL_BACKEND = "propdesk.web.mail_files.MailFiles"
    assert mail.send_mail("Subject", "The body — é", "desk@example.org", ["ada@example.org"]) == 1
    (file,) = (tmp_path / "mail").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    written = message_from_bytes(file.read_bytes())
    assert (written["Subject"], written["To"]) == ("Subject", "ada@example.org")
    assert MailFiles().send_messages([]) == 0


@pytest.mark.django_db
def test_the_page_of_a_failure_asks_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("propdesk.web.samples.samples", fails)
    client.raise_request_exception = False
    monkeypatch.setattr("propdesk.web.navigation.visitor", fails)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something failed here" in answer.content.decode()
