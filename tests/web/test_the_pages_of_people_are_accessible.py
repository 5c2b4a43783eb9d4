"""Every page about people, light and dark, wide and narrow: no violation of WCAG A or AA, no script
in the page, and nothing wider than the window."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from propdesk.crm.people.models import Person, SessionEventKind
from propdesk.crm.people.session_events import Seen, keep_session_event
from propdesk.web.second_factor import SecondFactor
from tests.crm.people.cast import AT, PASSWORD, registered, staff
from tests.web.sessions import client_of
from tests.web.test_every_page_is_accessible_and_light import shown, violations

__all__ = ["shown"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STRANGER = (
    "/me/login/",
    "/me/signup/",
    "/me/password/reset/",
    "/me/password/reset/done/",
    "/me/password/reset/key/done/",
    "/me/password/reset/key/0-none/",
    "/me/confirm-email/",
    "/me/confirm-email/none/",
    "/me/inactive/",
)
OWN = (
    "/me/profile/",
    "/me/email/",
    "/me/password/change/",
    "/me/2fa/",
    "/me/sessions/",
    "/me/keys/",
    "/me/logout/",
    "/me/reauthenticate/",
)
BEHIND_THE_PASSWORD = (
    "/me/2fa/totp/activate/",
    "/me/2fa/webauthn/add/",
    "/me/2fa/webauthn/",
)
DESK = (
    "/staff/people/",
    "/staff/people/?q=nobody-is-like-that",
    "/staff/roles/",
    "/staff/audit/",
    "/me/2fa/",
    "/live/",
)


def let_in(page: Page, live_server: LiveServer, client: Client) -> None:
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[typeddict-item]


def faults(page: Page, live_server: LiveServer, addresses: tuple[str, ...]) -> list[Any]:
    found: list[Any] = []
    for address in addresses:
        page.goto(live_server.url + address)
        for details in page.locator("main details").all():
            details.evaluate("each => { each.open = true; }")
        found += [(address, *each) for each in violations(page)]
        wide = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found += [(address, "wider than the window by", wide)] * (wide > 0)
    return found


def test_the_pages_of_a_stranger(live_server: LiveServer, shown: Page) -> None:
    first = (*STRANGER, "/first-owner/", "/live/")
    assert faults(shown, live_server, first) == []
    staff("owner")
    assert faults(shown, live_server, ("/me/login/", "/staff/people/")) == []


def test_the_pages_about_oneself(live_server: LiveServer, shown: Page) -> None:
    person = staff("risk", "somebody-with-rather-a-long-name")
    let_in(shown, live_server, client_of(person))
    assert faults(shown, live_server, (*OWN, "/me/second-factor/")) == []
    shown.goto(f"{live_server.url}/me/reauthenticate/?next=/me/2fa/totp/activate/")
    shown.get_by_label("Password").fill(PASSWORD)
    shown.get_by_role("button", name="Confirm").click()
    shown.wait_for_url("**/totp/activate/")
    assert faults(shown, live_server, BEHIND_THE_PASSWORD) == []
    factor = Authenticator.objects.create(
        user=person, type="totp", data={"secret": SecondFactor().encrypt("JBSWY3DPEHPK3PXP")}
    )
    assert faults(shown, live_server, ("/me/2fa/", "/me/second-factor/")) == []
    shown.locator(".own-menu summary").click()
    assert violations(shown) == []
    shown.context.clear_cookies()
    shown.goto(live_server.url + "/me/login/")
    shown.get_by_label("Email").fill(person.email)
    shown.get_by_label("Password").fill(PASSWORD)
    shown.get_by_role("button", name="Sign In", exact=True).click()
    shown.wait_for_url("**/2fa/authenticate/")
    assert violations(shown) == []
    assert factor.pk


def test_the_pages_of_the_desk(live_server: LiveServer, shown: Page) -> None:
    owner, person = staff("owner"), registered("a-trader-with-a-long-address-indeed")
    client = client_of(owner, with_factor=True)
    other = registered("other")
    client.post(f"/staff/people/{other.id}/merge", {"into": person.id, "reason": "one passport"})
    client.post(f"/staff/people/{person.id}/suspend", {"reason": "two accounts on one device"})
    keep_session_event(
        SessionEventKind.LOGIN,
        at=AT,
        seen=Seen("203.0.113.9", "d" * 64, "A browser"),
        person=person.id,
    )
    let_in(shown, live_server, client)
    pages = tuple(f"/staff/people/{each.id}/" for each in Person.objects.all())
    assert faults(shown, live_server, (*DESK, *pages)) == []


def test_no_page_holds_a_script_or_a_style(client: Client) -> None:
    owner = staff("owner")
    for browser, addresses in (
        (client, STRANGER),
        (client_of(owner, with_factor=True), (*OWN, *DESK)),
    ):
        for address in addresses:
            page = browser.get(address).content.decode()
            assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", page), address
            scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
            assert all('type="application/json"' in each for each in scripts), address
            if page:
                assert len(re.findall(r"<h1", page)) == 1, address
