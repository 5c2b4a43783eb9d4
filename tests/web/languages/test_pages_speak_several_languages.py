"""German for whoever chose it, kept for the person; Arabic, mirrored, on the public pages."""

import gettext
import io
import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from scripts import messages

from propdesk.crm.people.models import Person
from tests.crm.firm_cast import on_sale
from tests.crm.people.cast import registered
from tests.web.sessions import client_of

TEMPLATES = messages.TEMPLATES
SPOKEN = [
    *(each for each in messages.TRADER_FACING if each.parent.name in {"documents", "legal"}),
    *(each for each in messages.TRADER_FACING if each.parent.name == "support"),
    TEMPLATES / "shop",
]
VARIABLE = re.compile(r"%\(\w+\)s")


def entries(language: str) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    path = messages.LOCALE / language / "LC_MESSAGES" / "django.po"
    yield from ((key, words) for key, words in messages.read_po(path).items() if key[0])


def test_every_text_of_these_trader_pages_is_german() -> None:
    lacking = messages.missing("de", SPOKEN)
    assert not lacking, f"add them to the German catalogue: {lacking}"


def test_the_public_pages_that_are_mirrored_are_arabic() -> None:
    names = ("documents/certificate", "documents/language", "shop/programme", "shop/programmes")
    pages = [TEMPLATES / f"{name}.html" for name in names]
    # A count of free retries has six forms, and stays as it is.
    assert messages.missing("ar", pages) == ["%(n)s free retry."]


@pytest.mark.parametrize("language", ["de", "ar"])
def test_a_translation_has_the_variables_of_its_text(language: str) -> None:
    for (text, plural), words in entries(language):
        wanted = sorted(VARIABLE.findall(plural or text))
        assert sorted(VARIABLE.findall(words[-1])) == wanted, text


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_catalogue_that_is_loaded_is_the_one_that_is_read(language: str) -> None:
    path = messages.LOCALE / language / "LC_MESSAGES" / "django.po"
    loaded = path.with_suffix(".mo").read_bytes()
    assert loaded == messages.compiled(path), "run: python scripts/messages.py compile"
    known = gettext.GNUTranslations(io.BytesIO(loaded))
    for (text, plural), words in entries(language):
        found = known.ngettext(text, plural, 2) if plural else known.gettext(text)
        assert found == words[-1]


@pytest.mark.django_db
def test_a_person_chooses_a_language_and_keeps_it_in_every_browser() -> None:
    person = registered()
    own = client_of(person)
    chosen = own.post(reverse("language"), {"language": "de", "next": reverse("tickets")})
    assert chosen.headers["Location"] == reverse("tickets")
    assert Person.objects.get(pk=person.pk).language == "de"
    other = client_of(Person.objects.get(pk=person.pk))
    page = other.get(reverse("tickets")).content.decode()
    assert '<html lang="de" dir="ltr"' in page
    assert "Eine Frage stellen" in page
    assert own.post(reverse("language"), {"language": "xx"}).status_code == 404


@pytest.mark.django_db
def test_a_visitor_chooses_in_his_browser_or_is_understood_by_it() -> None:
    on_sale()
    programme = reverse("programme", kwargs={"slug": "two-step"})
    visitor = Client()
    assert "Buy" in visitor.get(programme).content.decode()
    visitor.post(reverse("language"), {"language": "de"})
    assert "Das Regelwerk" in visitor.get(programme).content.decode()
    by_browser = Client().get(programme, headers={"accept-language": "de-AT,de;q=0.9"})
    assert "Das Regelwerk" in by_browser.content.decode()


@pytest.mark.django_db
def test_nobody_is_led_to_another_site_by_choosing_a_language() -> None:
    said = {"language": "de", "next": "https://elsewhere.example/"}
    assert Client().post(reverse("language"), said).headers["Location"] == reverse("programmes")


@pytest.mark.django_db
def test_arabic_mirrors_the_public_pages_and_english_stands_in_elsewhere() -> None:
    on_sale()
    visitor = Client()
    visitor.post(reverse("language"), {"language": "ar"})
    for address in (reverse("programmes"), reverse("programme", kwargs={"slug": "two-step"})):
        page = visitor.get(address).content.decode()
        assert '<html lang="ar" dir="rtl"' in page
        assert "tabler.rtl.min.css" in page
    home = visitor.get(reverse("legal-texts")).content.decode()
    assert '<html lang="en" dir="ltr"' in home
    assert "tabler.rtl" not in home
