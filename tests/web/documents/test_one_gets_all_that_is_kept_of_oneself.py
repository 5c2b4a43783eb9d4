"""The archive of one's own data: whole, one's own, and without what is somebody else's."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.support.actions.note_ticket import note_ticket
from propdesk.crm.support.models import Ticket
from propdesk.crm.uuid7 import uuid7
from tests.crm.challenges.enrolled import NOW, STAFF
from tests.crm.documents.certified import CertifyingFirm
from tests.crm.people.cast import registered
from tests.web.sessions import client_of
from tests.web.support.test_tickets_go_through_the_pages import ask

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def attachments(settings: Any, tmp_path: Path) -> None:
    settings.ATTACHMENTS_DIRECTORY = tmp_path


def test_the_archive_holds_ones_own_whole_and_nothing_of_others() -> None:
    firm = CertifyingFirm()
    enrolment, certificate = firm.passed()
    own, other = client_of(firm.person), client_of(registered("stranger"))
    ask(other, uuid7(NOW), subject="the stranger's")
    ask(own, uuid7(NOW), subject="mine", attachments=[SimpleUploadedFile("a.txt", b"my words")])
    ticket = Ticket.objects.get(subject="mine")
    note_ticket(ticket.pk, "between us of the staff", by=STAFF, at=NOW)
    answer = own.post(reverse("data-export"))
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names, text = archive.namelist(), archive.read("data.json").decode()
        files = b"".join(archive.read(each) for each in names if each.startswith("attachments/"))
    told = json.loads(text)
    assert told["person"][0]["email"] == firm.person.email
    assert [each["id"] for each in told["enrolments"]] == [str(enrolment.pk)]
    assert len(told["accounts"]) == len(told["phases"]) == 2
    assert [each["subject"] for each in told["tickets"]] == ["mine"]
    assert f"certificates/{certificate.reference}.pdf" in names
    assert files == b"my words"
    for hidden in ("stranger", "between us", '"password"', str(STAFF.person)):
        assert hidden not in text, hidden
    row = AuditRow.objects.get(action="people.export_own_data")
    assert row.object_id == str(firm.person.pk)


def test_an_export_is_asked_for_and_not_followed_by_a_link() -> None:
    assert client_of(registered()).get(reverse("data-export")).status_code == 405
