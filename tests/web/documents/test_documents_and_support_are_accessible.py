"""Certificates, tickets, disputes and legal texts, light and dark, wide and narrow, and mirrored:
no violation of WCAG A or AA, and nothing wider than the window."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from propdesk.crm.accounts.models import AccountVerdict
from propdesk.crm.audit.actor import Actor
from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.models import LegalKind
from propdesk.crm.documents.models import Certificate
from propdesk.crm.people.models import RoleGrant, StaffRole
from propdesk.crm.support.actions.answer_ticket import answer_ticket
from propdesk.crm.support.actions.dispute_verdict import Held, dispute_verdict
from propdesk.crm.support.actions.note_ticket import note_ticket
from propdesk.crm.support.models import Ticket
from propdesk.crm.uuid7 import uuid7
from propdesk.web.own_language import MIRRORED
from tests.crm import firm_cast as cast
from tests.crm.challenges.enrolled import STAFF
from tests.crm.documents.certified import CertifyingFirm
from tests.web.sessions import client_of
from tests.web.test_every_page_is_accessible_and_light import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDE, NARROW = 1280, 360


@pytest.fixture
def pages(settings: Any, tmp_path: Path) -> tuple[Client, dict[str, str]]:
    """An owner who also trades, and the address of every page by what it shows."""
    settings.ATTACHMENTS_DIRECTORY = tmp_path
    firm = CertifyingFirm()
    _, certificate = firm.passed()
    breached = firm.enrolled()
    firm.say(breached, "active")
    firm.say(breached, "breached")
    person, now = firm.person, firm.now
    role = {"role": StaffRole.OWNER, "granted_at": now}
    RoleGrant.objects.create(id=uuid7(now), person=person, **role)
    verdict = AccountVerdict.objects.get(outcome="fail")
    own = Actor(person.pk, "trader", "192.0.2.9")
    reason = "The price was wrong."
    made = dispute_verdict(verdict.pk, reason, Held(b"{}"), by=own, at=now)
    ticket = Ticket.objects.get()
    note_ticket(ticket.pk, "He is right.", by=STAFF, at=now)
    answer_ticket(ticket.pk, "We look into it.", by=STAFF, at=now)
    new = NewText(kind=LegalKind.TERMS, version="1", title="Terms", body="Be fair.")
    text = publish_legal_text(new, by=STAFF, at=now)
    Certificate.objects.filter(pk=certificate.pk).update(holder="quiet fox", name_shown="display")
    cast.on_sale("on-sale")
    reference, disputed = {"reference": ticket.reference}, {"reference": made.reference}
    return client_of(person, with_factor=True), {
        "certificate": reverse("certificate", kwargs={"code": certificate.code}),
        "own documents": reverse("own-documents"),
        "certificates": reverse("staff-certificates"),
        "own tickets": reverse("tickets"),
        "new ticket": reverse("ticket-new"),
        "ticket": reverse("ticket", kwargs=reference),
        "replay": reverse("dispute-replay", kwargs=disputed),
        "inbox": reverse("staff-tickets") + "?state=any",
        "ticket at the desk": reverse("staff-ticket", kwargs=reference),
        "answers kept ready": reverse("canned-answers"),
        "disputes": reverse("staff-disputes"),
        "dispute": reverse("staff-dispute", kwargs=disputed),
        "legal texts": reverse("legal-texts"),
        "legal text": reverse("legal-text", kwargs={"kind": "terms"}),
        "texts to accept": reverse("own-terms"),
        "texts at the desk": reverse("staff-texts"),
        "who accepted": reverse("text-accepted", kwargs={"id": text.pk}),
        "firm": reverse("firm"),
        "language": reverse("language"),
        "programmes": reverse("programmes"),
        "programme": reverse("programme", kwargs={"slug": "on-sale"}),
    }


LOOKS = [("light", WIDE, "en"), ("dark", NARROW, "de"), ("light", NARROW, "ar")]


@pytest.fixture(params=LOOKS, ids=lambda look: "-".join(map(str, look)))
def look(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[BrowserContext, str]]:
    theme, width, language = request.param
    opened = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    yield opened, language
    opened.close()


def test_no_page_violates_what_can_be_checked(
    live_server: LiveServer,
    look: tuple[BrowserContext, str],
    pages: tuple[Client, dict[str, str]],
) -> None:
    (context, language), (client, addresses) = look, pages
    client.post(reverse("language"), {"language": language})
    host = urlsplit(live_server.url).hostname or ""
    context.add_cookies(
        [
            {"name": name, "value": each.value, "domain": host, "path": "/"}
            for name, each in client.cookies.items()
        ]
    )
    shown, found = context.new_page(), []
    if language == "ar":
        addresses = {name: each for name, each in addresses.items() if MIRRORED.fullmatch(each)}
        assert len(addresses) == 4
    for name, address in addresses.items():
        answer = shown.goto(live_server.url + address)
        assert answer is not None
        assert answer.status == 200, name
        for details in shown.locator("details:not(.own-menu)").all():
            details.evaluate("each => { each.open = true; }")
        found += [f"{name}: {rule}: {where}" for rule, where in violations(shown)]
        wider = shown.evaluate(WIDER)
        if wider > 0:
            found.append(f"{name}: {wider} px wider than the window")
    assert not found, "\n".join(found)


def test_an_arabic_page_is_mirrored(
    live_server: LiveServer, browser: Browser, pages: tuple[Client, dict[str, str]]
) -> None:
    """What begins a line in English begins it on the other side in Arabic."""
    _, addresses = pages
    boxes = {}
    for language in ("en", "ar"):
        context = browser.new_context(locale=language, viewport={"width": WIDE, "height": 800})
        page = context.new_page()
        page.goto(live_server.url + addresses["certificate"])
        width = page.evaluate("document.documentElement.clientWidth")
        box = page.locator(".certificate-number").bounding_box()
        brand = page.locator(".site-head .brand").bounding_box()
        assert box is not None
        assert brand is not None
        boxes[language] = (box["x"] > width / 2, brand["x"] > width / 2)
        context.close()
    assert boxes == {"en": (True, False), "ar": (False, True)}
