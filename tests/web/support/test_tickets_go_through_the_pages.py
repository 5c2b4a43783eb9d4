"""A trader asks on the pages and the desk answers: files, notes, answers kept ready, search."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from propdesk.crm.people.models import Person
from propdesk.crm.support.models import Attachment, CannedAnswer, Ticket
from propdesk.crm.uuid7 import uuid7
from tests.crm.firm_cast import NOW
from tests.crm.people.cast import registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture(autouse=True)
def attachments(settings: Any, tmp_path: Path) -> Path:
    settings.ATTACHMENTS_DIRECTORY = tmp_path / "attachments"
    return tmp_path / "attachments"


@pytest.fixture
def person() -> Person:
    return registered("asker")


def ask(client: Client, key: object = None, **said: object) -> Any:
    fields = {
        "key": str(key or uuid7(NOW)), "category": "rules", "account": "", "subject": "News",
        "body": "May I hold over the news?", **said,
    }  # fmt: skip
    return client.post(reverse("ticket-new"), fields)


def desk_of(role: str = "support") -> Client:
    return client_of(staff(role, f"desk-{role}"), with_factor=True)


def at(name: str, ticket: Ticket) -> str:
    return reverse(name, kwargs={"reference": ticket.reference})


def test_a_question_with_a_file_reaches_the_inbox_and_its_answer_the_trader(
    person: Person, attachments: Path
) -> None:
    own, desk = client_of(person), desk_of()
    file = SimpleUploadedFile("../../screen shot.exe", PNG, "text/html")
    assert ask(own, attachments=[file]).status_code == 302
    ticket, kept = Ticket.objects.get(), Attachment.objects.get()
    assert kept.name == "screen shot.png", "the ending is what the bytes are"
    assert [each.name for each in attachments.iterdir()] == [str(kept.pk)]
    assert ticket.reference in desk.get(reverse("staff-tickets")).content.decode()
    said = {"body": "Not within two minutes.", "solves": "on"}
    assert desk.post(at("ticket-answer", ticket), said).status_code == 302
    page = own.get(at("ticket", ticket)).content.decode()
    assert "Not within two minutes." in page
    assert "solved" in page
    assert ticket.reference not in desk.get(reverse("staff-tickets")).content.decode()
    got = own.get(reverse("attachment", kwargs={"id": kept.pk}))
    assert got.content == PNG
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert got.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([b"<html><script>\0"], "pictures"),
        ([b"\xff\xfe\x00binary"], "pictures"),
        ([b""], "pictures"),
        ([b"x" * 5_000_001], "5 MB"),
        ([b"x"] * 6, "five files"),
    ],
    ids=["a hidden page", "unknown bytes", "nothing", "too large", "too many"],
)
def test_a_file_of_another_kind_or_size_is_refused_and_nothing_is_kept(
    person: Person, attachments: Path, files: list[bytes], says: str
) -> None:
    sent = [SimpleUploadedFile(f"{number}.png", body) for number, body in enumerate(files)]
    page = ask(client_of(person), attachments=sent)
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not Ticket.objects.exists()
    assert not attachments.exists() or not list(attachments.iterdir())


def test_nobody_sees_anothers_ticket_or_file(person: Person) -> None:
    own = client_of(person)
    ask(own, attachments=[SimpleUploadedFile("a.txt", b"words")])
    ticket, kept = Ticket.objects.get(), Attachment.objects.get()
    stranger = client_of(registered("stranger"))
    for address in (at("ticket", ticket), reverse("attachment", kwargs={"id": kept.pk})):
        assert own.get(address).status_code == 200
        assert stranger.get(address).status_code == 404
    reply = stranger.post(at("ticket-reply", ticket), {"body": "me too"})
    assert reply.status_code == 404


def test_a_form_sent_twice_is_one_ticket_with_its_file_once(
    person: Person, attachments: Path
) -> None:
    own, key = client_of(person), uuid7(NOW)
    for _ in range(2):
        ask(own, key, attachments=[SimpleUploadedFile("a.txt", b"words")])
    assert [each.name for each in attachments.iterdir()] == [str(Attachment.objects.get().pk)]


def test_a_note_is_on_the_desks_page_and_not_on_the_traders(person: Person) -> None:
    own, desk = client_of(person), desk_of()
    ask(own)
    ticket = Ticket.objects.get()
    assert desk.post(at("ticket-note", ticket), {"body": "asked twice before"}).status_code == 302
    assert "asked twice before" in desk.get(at("staff-ticket", ticket)).content.decode()
    assert "asked twice before" not in own.get(at("ticket", ticket)).content.decode()


def test_an_answer_kept_ready_is_taken_into_the_form(person: Person) -> None:
    desk = desk_of()
    ask(client_of(person))
    ticket = Ticket.objects.get()
    kept = {"title": "News", "body": "Two minutes before and after."}
    assert desk.post(reverse("canned-answers"), kept).status_code == 302
    taken = CannedAnswer.objects.get()
    page = desk.get(at("staff-ticket", ticket), {"take": str(taken.pk)}).content.decode()
    assert "Two minutes before and after.</textarea>" in page


def test_the_inbox_is_searched_and_divided(person: Person) -> None:
    desk, inbox = desk_of("risk"), reverse("staff-tickets")
    ask(client_of(person), subject="A slow platform", category="platform")
    ticket = Ticket.objects.get()
    shown = {
        "q=slow": True, "q=quick": False, f"q={ticket.reference.lower()}": True,
        "category=platform": True, "category=rules": False, "state=waiting": False,
        "state=any": True, "whose=mine": False, "whose=nobodys": True,
    }  # fmt: skip
    for asked, expected in shown.items():
        page = desk.get(f"{inbox}?{asked}").content.decode()
        assert (ticket.subject in page) == expected, asked
    mine = desk.post(at("ticket-assign", ticket), {"to": str(_person_of(desk))})
    assert mine.status_code == 302
    assert ticket.subject in desk.get(f"{inbox}?whose=mine").content.decode()


def _person_of(client: Client) -> str:
    return str(client.session["_auth_user_id"])
