"""In a real browser: ranges, days, filters, comparison and the page of a long judging."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from propdesk.web import keeping
from propdesk.web.judging import Judged, Request, Watched, judge

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def breached(client: Client, live_server: LiveServer) -> str:
    """The address of the sample that breaches."""
    judged = client.post("/samples/mt5-breaches-daily-loss/judge")
    return f"{live_server.url}{judged['Location']}"


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page without JavaScript."""
    context = browser.new_context(java_script_enabled=False)
    yield context.new_page()
    context.close()


def test_a_range_is_shown_without_loading_the_page_again(breached: str, browser_page: Page) -> None:
    page = browser_page
    page.goto(breached)
    expect(page.locator("[data-chart] canvas")).to_be_visible()
    page.evaluate("window.stayed = true")
    ranges = page.get_by_role("navigation", name="Range of the chart")
    ranges.get_by_role("link", name="1D").click()
    expect(ranges.get_by_role("link", name="1D")).to_have_attribute("aria-current", "true")
    expect(ranges.locator("[aria-current]")).to_have_count(1)
    assert page.url.endswith("?range=1d#chart")
    assert page.evaluate("window.stayed")
    page.reload()
    expect(ranges.get_by_role("link", name="1D")).to_have_attribute("aria-current", "true")


def test_dragging_across_the_chart_zooms(breached: str, browser_page: Page) -> None:
    page = browser_page
    page.goto(breached)
    over = page.locator("[data-chart] .u-over")
    over.scroll_into_view_if_needed()
    axis = page.locator("[data-chart] canvas")
    before = axis.screenshot()
    place = over.bounding_box()
    assert place is not None
    y = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + place["width"] * 0.6, y)
    page.mouse.down()
    page.mouse.move(place["x"] + place["width"] * 0.8, y, steps=5)
    page.mouse.up()
    page.mouse.move(0, 0)
    page.wait_for_timeout(200)
    assert axis.screenshot() != before


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-03-12T20:29:01Z", "· in 2 h 31 min"),
        ("2026-03-12T22:59:30Z", "· in 1 min"),
        ("2026-03-12T23:00:00Z", "It is past by now"),
    ],
)
def test_the_next_reset_is_told_on_the_readers_clock(
    client: Client, live_server: LiveServer, browser: Browser, now: str, said: str
) -> None:
    judged = client.post("/samples/mt4-still-running/judge")
    context = browser.new_context(timezone_id="America/New_York")
    page = context.new_page()
    page.clock.install(time=now)
    page.goto(f"{live_server.url}{judged['Location']}")
    told = page.locator("div:has(> dd [data-reset])")
    expect(told).to_contain_text("13 Mar 2026, 00:00:00 Europe/Prague (12 Mar, 19:00 your time)")
    expect(told).to_contain_text("after the last event")
    expect(told).to_contain_text(said)
    context.close()


def test_everything_is_reached_without_a_script(breached: str, plain: Page, tmp_path: Path) -> None:
    page = plain
    page.goto(breached)
    page.get_by_role("link", name="1W").click()
    assert page.url.endswith("?range=1w#chart")
    expect(page.locator("[data-chart] svg path.equity_low")).to_be_visible()
    page.locator("table.month a.day.loss").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026-03-11 −1,050.00 USD")
    page.get_by_role("link", name="← 2026-03-10").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026-03-10 +780.00 USD")
    page.get_by_role("link", name="Trades", exact=True).click()
    page.get_by_label("Result").select_option("lost")
    page.get_by_role("button", name="Filter").click()
    assert "result=lost" in page.url
    expect(page.get_by_role("heading", name="1 trade", exact=True)).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Export these as CSV").click()
    export = tmp_path / "trades.csv"
    started.value.save_as(export)
    assert "-1050.00" in export.read_text("utf-8")
    assert "780.00" not in export.read_text("utf-8")


def test_programmes_are_compared_without_a_script(breached: str, plain: Page) -> None:
    page = plain
    page.goto(breached)
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("group", name="FTMO-style 1-step").get_by_label("challenge").check()
    page.get_by_role("button", name="Compare").click()
    table = page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_count(3)
    expect(table).to_contain_text("ftmo-1-step")
    expect(table.get_by_text("Breached")).to_have_count(2)


def test_the_page_of_a_long_judging_leads_to_the_result_by_itself(
    live_server: LiveServer, plain: Page, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    opened = threading.Event()

    def slowly(request: Request, watched: Watched = iter) -> Judged:
        assert opened.wait(60)
        return judge(request, watched)

    settings.JUDGING_WAIT_S = 0
    monkeypatch.setattr(keeping, "judge", slowly)
    page = plain
    page.goto(live_server.url)
    page.locator("form[action$='mt5-breaches-daily-loss/judge'] button").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Judging mt5-breaches-daily-loss")
    opened.set()
    page.wait_for_url("**/judgements/*/", timeout=60_000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Daily loss broken")
