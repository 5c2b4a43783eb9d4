"""The pages of the overviews, light and dark, wide and narrow: no violation of WCAG A or AA,
nothing wider than the window; and the key that goes to the search box."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live import source
from propdesk.web.received import received_at
from tests.crm import firm_cast as cast
from tests.crm.accounts import house_of_accounts
from tests.crm.challenges import enrolled
from tests.crm.overview import bought
from tests.crm.overview.bought import SellingFirm
from tests.crm.people.cast import registered, staff
from tests.web.sessions import client_of
from tests.web.test_every_page_is_accessible_and_light import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = {
    "today": "/staff/",
    "search": "/staff/search/?q=trader",
    "nothing found": "/staff/search/?q=nobody-is-called-that",
    "exposure": "/staff/exposure/",
    "funnel": "/staff/funnel/",
    "money": "/staff/money/",
    "an empty funnel": "/staff/funnel/?from=2020-01-01&to=2020-01-02",
}
LOOKS = [("light", 1280), ("dark", 360)]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def owner(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """An owner's session in a firm that sold something today, with an engine that answers."""
    settings.TEST_PAYMENTS = True
    now = received_at()
    for module in (cast, house_of_accounts, enrolled, bought):
        monkeypatch.setattr(module, "NOW", now)
    firm = SellingFirm()
    made = [firm.enrolled_by(firm.paid(fee=300)) for _ in range(4)]
    firm.paid(currency="EUR")
    firm.ordered()
    firm.say(made[0], "passed")
    firm.say(made[1], "breached")
    registered("trader-of-today")
    source.provide(MadeUpAccounts(24, at=int(now.timestamp() * 1_000_000)))
    yield client_of(staff("owner"), with_factor=True)
    source.provide(source.NoEngine())


def let_in(page: Page, live_server: LiveServer, client: Client) -> None:
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    page.context.add_cookies([{**cookie, "url": live_server.url}])  # type: ignore[typeddict-item]


def test_no_page_violates_what_can_be_checked(
    live_server: LiveServer, browser: Browser, owner: Client
) -> None:
    """All looks in one test: the firm is made once."""
    found = []
    for theme, width in LOOKS:
        context = browser.new_context(
            color_scheme=theme,  # type: ignore[arg-type]
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
        )
        page = context.new_page()
        let_in(page, live_server, owner)
        for name, address in PAGES.items():
            answer = page.goto(live_server.url + address)
            assert answer is not None
            assert answer.status == 200, name
            found += [f"{name}, {theme}: {rule}: {where}" for rule, where in violations(page)]
            wider = page.evaluate(WIDER)
            if wider > 0:
                found.append(f"{name}: {wider} px wider than {width}")
        context.close()
    assert not found, "\n".join(found)


def test_the_key_goes_to_the_search_box_until_it_is_switched_off(
    live_server: LiveServer, browser_page: Page, owner: Client
) -> None:
    page = browser_page
    let_in(page, live_server, owner)
    page.goto(f"{live_server.url}/staff/funnel/")
    page.keyboard.press("/")
    page.keyboard.type("trader-of-today")
    page.keyboard.press("Enter")
    page.wait_for_url("**/staff/search/?q=trader-of-today")
    assert page.locator(".hits li").count() == 1
    page.get_by_label("The key / is switched on in this browser").uncheck()
    page.goto(f"{live_server.url}/staff/funnel/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
