"""The calendar's pages, light and dark, wide and narrow: no violation of WCAG A or AA, and nothing
wider than the window."""

import json
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from propdesk.crm.calendar.actions.change_release import change_release
from propdesk.crm.calendar.actions.set_map import add_map_entry
from propdesk.crm.calendar.actions.withdraw_release import withdraw_release
from propdesk.web.received import received_at
from tests.crm.calendar.releases import RISK, added, said
from tests.web.desk.desk_cast import desk
from tests.web.test_every_page_is_accessible_and_light import violations
from tests.web.test_the_shop_and_its_desk_are_accessible import WIDER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LIST = "/staff/calendar/"


@pytest.fixture
def pages(secret_key: None) -> tuple[Client, dict[str, str]]:
    """A risk analyst's calendar with something of every kind, and the address of every page."""
    now, hour = received_at(), timedelta(hours=1)
    add_map_entry(["USOIL", "CL"], words="Crude Oil", by=RISK, at=now)
    add_map_entry(["US30"], currency="USD", by=RISK, at=now)
    first = added(said(now + 2 * hour, "Non-Farm Employment Change"), at=now)
    change_release(
        first.release_id, said(now + 3 * hour, "Non-Farm Employment Change", ("USD", "CAD")),
        after=1, by=RISK, at=now, reason="moved",
    )  # fmt: skip
    gone = added(said(now + 5 * hour, "Speech of the governor", ("EUR",), "medium"), at=now)
    withdraw_release(gone.release_id, by=RISK, at=now, reason="called off")
    added(said(now + 30 * hour, "Crude Oil Inventories", ("USD",), "low"), at=now)
    added(said(now + 31 * hour, "Bank holiday", ("JPY",), "holiday"), at=now)
    return desk("risk"), {
        "list": LIST,
        "release": f"{LIST}releases/{first.release_id}/",
        "withdrawn": f"{LIST}releases/{gone.release_id}/",
        "terms": f"{LIST}terms/",
    }


@pytest.fixture(params=[("light", 1280), ("dark", 360)])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    theme, width = request.param
    opened = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    yield opened
    opened.close()


def test_every_page_is_accessible(
    pages: tuple[Client, dict[str, str]], context: BrowserContext, live_server: LiveServer
) -> None:
    client, addresses = pages
    host = urlsplit(live_server.url).hostname or ""
    context.add_cookies(
        [
            {"name": name, "value": each.value, "domain": host, "path": "/"}
            for name, each in client.cookies.items()
        ]
    )
    page = context.new_page()
    for name, address in addresses.items():
        page.goto(f"{live_server.url}{address}")
        assert violations(page) == [], name
        assert page.evaluate(WIDER) <= 0, name
    page.goto(f"{live_server.url}{LIST}")
    moment = (received_at() + timedelta(days=2)).isoformat(timespec="seconds")
    listed = [
        {"title": each, "country": "USD", "date": moment, "impact": "High", "forecast": "",
         "previous": ""}
        for each in ("Rates", "A statement that goes on and on about what rates may become")
    ]  # fmt: skip
    file = {"name": "week.json", "mimeType": "application/json",
            "buffer": json.dumps(listed).encode()}  # fmt: skip
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Look at it").click()
    assert "Nothing has changed yet." in page.inner_text("main")
    assert violations(page) == []
    assert page.evaluate(WIDER) <= 0
    page.get_by_role("button", name="Take it in").click()
    assert "2 releases are taken in." in page.inner_text("main")
