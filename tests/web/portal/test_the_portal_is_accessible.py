"""A trader's pages in a browser, light and dark, wide and narrow: no violation of WCAG A or AA,
nothing wider than the window, and an order that is checked before it is sent."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests.web.portal.portal_stage import Portal
from tests.web.test_every_page_is_accessible_and_light import violations
from tests.web.test_the_shop_and_its_desk_are_accessible import WIDER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(params=[("light", 1280), ("dark", 360)])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    theme, width = request.param
    opened = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    yield opened
    opened.close()


def found_on(page: Page, name: str) -> list[str]:
    said = [f"{name}: {rule}: {where}" for rule, where in violations(page)]
    wider = page.evaluate(WIDER)
    return [*said, f"{name}: {wider} px wider than the window"] if wider > 0 else said


def test_a_traders_pages(live_server: LiveServer, context: BrowserContext, stage: Portal) -> None:
    firm, wrong = stage.firm, list[str]()
    firm.stage.buy(stage.login, "10.00")
    firm.stage.bid_below(stage.login, "1.00", "1.07000")
    for bid, ask in (("1.07900", "1.07910"), ("1.07850", "1.07860")):
        firm.stage.clock.step(60_000_000)
        stage.price(bid, ask)
    host = urlsplit(live_server.url).hostname or ""
    context.add_cookies(
        [
            {"name": name, "value": each.value, "domain": host, "path": "/"}
            for name, each in stage.client.cookies.items()
        ]
    )
    page = context.new_page()
    page.goto(live_server.url + "/me/accounts/")
    wrong += found_on(page, "overview")
    for name in ("", "history/", "limit/", "trade/"):
        page.goto(live_server.url + stage.base + name)
        wrong += found_on(page, name)
    page.fill("[name=lots]", "10")
    page.locator(".portal-order [name=stop]").fill("1.07500")
    page.get_by_role("button", name="Check it").click()
    page.get_by_text("This would breach Daily loss by").wait_for()
    wrong += found_on(page, "check")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Send the order").dblclick()
    page.get_by_text("Done at").first.wait_for()
    assert len(stage.held()) == 2
    stage.price("1.07200", "1.07210")
    page.goto(live_server.url + stage.base + "breach/")
    wrong += found_on(page, "breach")
    page.get_by_role("button", name="Replay").click()
    page.locator("[data-minutes] [data-now]").wait_for()
    assert not wrong, "\n".join(wrong)
