"""Legal texts on the pages: read by anybody, published by few, asked for again when they change."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.models import Acceptance, LegalKind, LegalText
from propdesk.crm.people.models import Person
from tests.crm.firm_cast import NOW, STAFF
from tests.crm.people.cast import registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
TERMS = LegalKind.TERMS


def published(
    version: str, body: str = "Be fair.", language: str = "en", day: int = 0
) -> LegalText:
    new = NewText(kind=TERMS, version=version, title=f"Terms {version}", body=body,
                  language=language)  # fmt: skip
    return publish_legal_text(new, by=STAFF, at=NOW + timedelta(days=day))


def accept(person: Person, *texts: LegalText) -> int:
    ids = [str(each.pk) for each in texts]
    return client_of(person).post(reverse("own-terms"), {"text": ids}).status_code


def led_to(person: Person) -> str:
    return client_of(person).get(reverse("welcome")).headers["Location"]


def test_anybody_reads_the_latest_and_every_version_before() -> None:
    first, second = published("1", "<b>Old</b> words."), published("2", "New words.", day=1)
    assert second.title in Client().get(reverse("legal-texts")).content.decode()
    address = reverse("legal-text", kwargs={"kind": "terms"})
    page = Client().get(address).content.decode()
    assert "New words." in page
    assert second.sha256 in page
    old = Client().get(address, {"version": "1"}).content.decode()
    assert "&lt;b&gt;Old&lt;/b&gt; words." in old
    assert first.sha256 in old
    assert Client().get(address, {"version": "3"}).status_code == 404
    assert Client().get(reverse("legal-text", kwargs={"kind": "risk"})).status_code == 404


def test_a_new_version_is_asked_for_at_the_next_sign_in_until_it_is_accepted() -> None:
    person, first = registered(), published("1")
    assert led_to(person) == reverse("profile"), "who accepted nothing is asked when he buys"
    assert accept(person, first) == 302
    assert led_to(person) == reverse("profile")
    second = published("2", "Be fairer.", day=1)
    assert led_to(person) == reverse("own-terms")
    assert "Be fairer." in client_of(person).get(reverse("own-terms")).content.decode()
    assert accept(person, second) == 302
    assert led_to(person) == reverse("profile")
    kept = Acceptance.objects.get(text=second)
    assert (kept.sha256, kept.address, kept.person_id) == (second.sha256, "127.0.0.1", person.id)


def test_accepting_twice_is_once_and_an_old_version_is_not_accepted_any_more() -> None:
    person, first = registered(), published("1")
    for _ in range(2):
        assert accept(person, first) == 302
    assert Acceptance.objects.count() == 1
    assert AuditRow.objects.filter(action="catalog.accept_legal_texts").count() == 1
    published("2", day=1)
    assert accept(registered("other"), first) == 422
    assert Acceptance.objects.count() == 1


def test_a_translation_of_what_was_accepted_is_not_asked_for() -> None:
    person, first = registered(), published("1")
    accept(person, first)
    published("1", "Seid fair.", "de", day=1)
    Person.objects.filter(pk=person.pk).update(language="de")
    assert led_to(Person.objects.get(pk=person.pk)) == reverse("profile")


def test_the_trader_and_the_desk_see_what_was_accepted_when_and_from_where() -> None:
    person, first = registered("reader"), published("1")
    accept(person, first)
    own = client_of(person).get(reverse("own-documents")).content.decode()
    assert first.title in own
    assert first.sha256[:16] in own
    address = reverse("text-accepted", kwargs={"id": first.pk})
    seen = client_of(staff("risk"), with_factor=True).get(address).content.decode()
    assert "127.0.0.1" in seen
    hidden = client_of(staff("support"), with_factor=True).get(address).content.decode()
    assert "127.0.0.1" not in hidden
    assert "reader" in hidden


def test_the_desk_publishes_and_is_told_why_not() -> None:
    desk = client_of(staff("admin"), with_factor=True)
    said = {"kind": "risk", "language": "en", "version": "1", "title": "Risk", "body": "It hurts."}
    assert desk.post(reverse("text-publish"), said).status_code == 302
    again = desk.post(reverse("text-publish"), said)
    assert again.status_code == 422
    assert "this version" in again.content.decode()
    assert LegalText.objects.get().body == "It hurts."
